// The words of a lender's cars.
import { usePage } from '../page';

const en = {
  title: 'Cars',
  open: 'Cars',
  search: 'Search by address or device key',
  count: (shown: number, all: number) => `${shown} of ${all} cars`,
  none: 'No car is registered.',
  change: 'Register and change',
  changeIt: 'Change this car',
  car: (short: string) => `Car ${short}`,
  address: 'Address',
  deviceKey: 'Device key',
  vin: 'Commitment to its identification number',
  state: 'State',
  states: {
    free: 'secures no loan',
    lent: 'secures a loan',
    retired: 'retired',
    distrusted: 'its device is distrusted',
  },
  loan: 'Open the loan',
  enrolment: 'Signed enrolment of the device, hexadecimal',
  how: 'The device signs it once for you (terminal of the car: latchkey-device enrol).',
  badEnrolment: 'This is no enrolment that a device has signed.',
  otherLender: 'This enrolment is for another lender.',
  otherCar: 'This enrolment names another identification number than the car’s.',
  effect: 'It takes effect when the transaction is confirmed.',

  register: {
    title: 'Register a car',
    body: 'A new account for a car whose device proves its key. Your wallet pays for the account.',
    button: 'Register',
    line: (key: string) => `A car with the device key ${key} is registered.`,
    vin: (hex: string) => `Its commitment to its identification number is ${hex}.`,
  },
  rotate: {
    title: 'Another device',
    body: 'For a device that was replaced. Calls that were asked of the old one are void.',
    button: 'Change the device key',
    offer: 'Offer the change to the borrower',
    line: (before: string, after: string) => `Device key: ${before} → ${after}`,
    void: 'Every call that is open for the car is void. A lock that the car may have stays on record, so that an unlock can be asked of the new device.',
    believed: 'The chain believes this device from then on, also if the old one was distrusted.',
    both: 'The car secures a loan: the borrower signs too.',
    borrower: 'See to it that this device is in your car: its word is what proves that the car was unlocked.',
  },
  distrust: {
    title: 'Distrust the device',
    body: 'You no longer believe what the device signs, as when its key was stolen.',
    button: 'Distrust the device',
    line: 'The car gets no warning and no lock from then on, and its receipts of such are not paid. Unlocks go on. Only a new device key ends it.',
  },
  retire: {
    title: 'Retire the car',
    body: 'No loan can be written on it any more. It cannot be undone; what the car has proven stays on the chain.',
    button: 'Retire the car',
    line: 'No loan can be written on this car any more. This cannot be undone.',
  },
};

export type CarWords = typeof en;

const es: CarWords = {
  title: 'Autos',
  open: 'Autos',
  search: 'Buscar por dirección o llave del dispositivo',
  count: (shown, all) => `${shown} de ${all} autos`,
  none: 'No hay ningún auto registrado.',
  change: 'Registrar y cambiar',
  changeIt: 'Cambiar este auto',
  car: (short) => `Auto ${short}`,
  address: 'Dirección',
  deviceKey: 'Llave del dispositivo',
  vin: 'Huella de su número de identificación',
  state: 'Estado',
  states: {
    free: 'no garantiza ningún préstamo',
    lent: 'garantiza un préstamo',
    retired: 'retirado',
    distrusted: 'no se confía en su dispositivo',
  },
  loan: 'Abrir el préstamo',
  enrolment: 'Alta firmada del dispositivo, en hexadecimal',
  how: 'El dispositivo la firma una vez para usted (terminal del auto: latchkey-device enrol).',
  badEnrolment: 'Esto no es un alta firmada por un dispositivo.',
  otherLender: 'Esta alta es para otro prestamista.',
  otherCar: 'Esta alta nombra otro número de identificación que el del auto.',
  effect: 'Vale en cuanto se confirma la transacción.',

  register: {
    title: 'Registrar un auto',
    body: 'Una cuenta nueva para un auto cuyo dispositivo demuestra su llave. Su billetera paga la cuenta.',
    button: 'Registrar',
    line: (key) => `Se registra un auto con la llave de dispositivo ${key}.`,
    vin: (hex) => `La huella de su número de identificación es ${hex}.`,
  },
  rotate: {
    title: 'Otro dispositivo',
    body: 'Para un dispositivo que se cambió. Las llamadas pedidas al antiguo quedan sin efecto.',
    button: 'Cambiar la llave del dispositivo',
    offer: 'Ofrecer el cambio al deudor',
    line: (before, after) => `Llave del dispositivo: ${before} → ${after}`,
    void: 'Toda llamada abierta para el auto queda sin efecto. Un bloqueo que el auto pueda tener sigue registrado, para que se pueda pedir el desbloqueo al dispositivo nuevo.',
    believed: 'La cadena cree desde entonces a este dispositivo, también si no se confiaba en el antiguo.',
    both: 'El auto garantiza un préstamo: firma también el deudor.',
    borrower:
      'Asegúrese de que este dispositivo está en su auto: su palabra es la que demuestra que el auto se desbloqueó.',
  },
  distrust: {
    title: 'No confiar en el dispositivo',
    body: 'Usted ya no cree lo que firma el dispositivo, como cuando le robaron la llave.',
    button: 'No confiar en el dispositivo',
    line: 'El auto no recibe desde entonces avisos ni bloqueos, y no se pagan sus recibos de estos. Los desbloqueos siguen. Solo una llave nueva de dispositivo lo termina.',
  },
  retire: {
    title: 'Retirar el auto',
    body: 'Ya no se puede escribir ningún préstamo sobre él. No se puede deshacer; lo que el auto demostró queda en la cadena.',
    button: 'Retirar el auto',
    line: 'Ya no se puede escribir ningún préstamo sobre este auto. No se puede deshacer.',
  },
};

export const CAR_LANGUAGES = { en, es };

export function useCarWords(): CarWords {
  return CAR_LANGUAGES[usePage().language] ?? en;
}
