// The words of what a lender changes of itself.
import type { PolicyFloors } from '../client';
import { usePage } from '../page';

const en = {
  title: 'Settings of the lender',
  what: 'What can be changed',
  open: 'Change settings',
  now: (value: string) => `now: ${value}`,
  change: (name: string, before: string, after: string) => `${name}: ${before} → ${after}`,
  nothing: 'Nothing would change.',
  badAddress: (text: string) => `This is no address: ${text}`,
  effect: 'It takes effect when the transaction is confirmed.',
  bad: (name: string) => `This cannot be read: ${name}`,
  yes: 'yes',
  no: 'no',
  none: 'none',

  policy: {
    title: 'Floors for new loans',
    body: 'What each loan must at least grant its borrower. Times are written like 10d, 12h, 90m or 30s.',
    loans:
      'Loans that exist keep what their parties signed. Terms that both parties change later are held against the new floors.',
    button: 'Change the floors',
    names: {
      minGraceSecs: 'Grace before default, at least',
      minGraceWeeklySecs: 'The same for loans paid weekly or more often',
      minNoticeSecs: 'Notice before a lock, at least',
      minNoticeWeeklySecs: 'The same for loans paid weekly or more often',
      minChannels: 'Channels of a notice, at least',
      noticeAfterDefault: 'A notice counts only after default',
      minFinalNoticeSecs: 'Final notice before a lock, at least',
      maxAprPpm: 'Rate a year, %, at most',
      maxLateFee: 'Late fee, at most',
      minLateAfterSecs: 'Late fee after the due date, at the earliest',
      minWarnAfterSecs: 'Warning after the due date, at the earliest',
      minEmergencySecs: 'Length of an emergency start, at least',
      minEmergencyMax: 'Emergency starts, at least',
      maxLockTtlSecs: 'Length of a lock without renewal, at most; 0 for the contract’s own limit',
      publicUnlock: 'The unlock has a public address',
    } satisfies Record<keyof PolicyFloors, string>,
  },

  servicer: {
    title: 'Servicer',
    body: 'The key for daily work: loans, notices, holds, cars.',
    field: 'Address of the new servicer',
    button: 'Change the servicer',
    effect: 'The old key can do nothing from then on. Loans stay as they are.',
  },

  keepers: {
    title: 'Keepers',
    body: 'Who may do your calls. With an empty list anyone may.',
    field: 'One address a line, at most eight',
    anyone: 'anyone',
    button: 'Change the list',
    effect: 'It holds for the calls of all your loans. A lease that stands is not touched. Unlocks wait for no list.',
  },

  authority: {
    title: 'Authority',
    body: 'The key that owns the lender. You nominate the next one; nothing changes before it accepts, so a mistyped key costs nothing.',
    pending: (key: string) => `Nominated: ${key}`,
    field: 'Address of the next authority',
    button: 'Nominate',
    line: (key: string) => `${key} may become the authority by accepting.`,
    replaces: (key: string) => `The nomination of ${key} falls.`,
    effect: 'Until then you stay the authority, and loans are paid to your treasury.',
    back: 'Take the nomination back',
    backLine: (key: string) => `${key} can no longer become the authority.`,
    accept: 'Accept',
    acceptTitle: 'Become the authority',
    acceptBody: 'Only the nominated wallet accepts.',
    notNominee: (key: string) => `Connect the nominated wallet: ${key}`,
    becomes: 'Authority',
    treasury: 'Treasury',
    acceptEffect:
      'All loans are paid to the new treasury from then on, those that exist too. The old authority can do nothing more.',
    servicerToo: 'The old authority was its own servicer: you become the servicer too.',
  },

  functions: {
    title: (action: string) => `Offer a function: ${action}`,
    body: 'What a call pays, how long it lasts, and whose keys sign its commands.',
    fee: 'Pays for a call, SOL',
    bond: 'Bond of a keeper, SOL',
    lease: 'Lease of a keeper',
    ttl: 'A call counts for',
    required: 'Keys that must sign',
    key: (number: number) => `Command key ${number}`,
    uri: (number: number) => `Address of key ${number}, https, empty where the keeper runs it`,
    code: 'Code, SHA-256',
    button: 'Change the function',
    first: 'Offer the function',
    open: 'Calls that are open keep the fee, bond and keys they were asked with.',
    loans: 'Calls that are asked from then on, of all your loans, take this.',
    pinned: 'Loans that exist keep the unlock that they pinned: fee, keys and address. New loans pin this one.',
    keys: 'A car obeys the keys it was handed, and no new key before: hand the keys over to each car (terminal: latchkey vehicle hand-over), or calls fail. Keep an old key’s function running until then.',
  },
};

export type SettingsWords = typeof en;

const es: SettingsWords = {
  title: 'Ajustes del prestamista',
  what: 'Lo que se puede cambiar',
  open: 'Cambiar los ajustes',
  now: (value) => `ahora: ${value}`,
  change: (name, before, after) => `${name}: ${before} → ${after}`,
  nothing: 'No cambiaría nada.',
  badAddress: (text) => `Esto no es una dirección: ${text}`,
  effect: 'Vale en cuanto se confirma la transacción.',
  bad: (name) => `Esto no se puede leer: ${name}`,
  yes: 'sí',
  no: 'no',
  none: 'ninguna',

  policy: {
    title: 'Mínimos para préstamos nuevos',
    body: 'Lo que cada préstamo debe conceder al menos a su deudor. Los plazos se escriben como 10d, 12h, 90m o 30s.',
    loans:
      'Los préstamos que existen conservan lo que firmaron sus partes. Las condiciones que ambas cambien después se miden con los mínimos nuevos.',
    button: 'Cambiar los mínimos',
    names: {
      minGraceSecs: 'Gracia antes de la mora, al menos',
      minGraceWeeklySecs: 'Lo mismo para préstamos de pago semanal o más frecuente',
      minNoticeSecs: 'Aviso antes de un bloqueo, al menos',
      minNoticeWeeklySecs: 'Lo mismo para préstamos de pago semanal o más frecuente',
      minChannels: 'Vías de un aviso, al menos',
      noticeAfterDefault: 'Un aviso cuenta solo tras la mora',
      minFinalNoticeSecs: 'Último aviso antes de un bloqueo, al menos',
      maxAprPpm: 'Tasa anual, %, a lo sumo',
      maxLateFee: 'Recargo, a lo sumo',
      minLateAfterSecs: 'Recargo tras el vencimiento, no antes de',
      minWarnAfterSecs: 'Aviso del auto tras el vencimiento, no antes de',
      minEmergencySecs: 'Duración de un arranque de emergencia, al menos',
      minEmergencyMax: 'Arranques de emergencia, al menos',
      maxLockTtlSecs: 'Duración de un bloqueo sin renovar, a lo sumo; 0 para el límite del contrato',
      publicUnlock: 'El desbloqueo tiene una dirección pública',
    },
  },

  servicer: {
    title: 'Gestor',
    body: 'La llave del trabajo diario: préstamos, avisos, promesas, autos.',
    field: 'Dirección del gestor nuevo',
    button: 'Cambiar el gestor',
    effect: 'La llave antigua ya no puede hacer nada desde entonces. Los préstamos quedan como están.',
  },

  keepers: {
    title: 'Operadores',
    body: 'Quién puede hacer sus llamadas. Con la lista vacía, cualquiera.',
    field: 'Una dirección por línea, ocho a lo sumo',
    anyone: 'cualquiera',
    button: 'Cambiar la lista',
    effect:
      'Vale para las llamadas de todos sus préstamos. Una toma vigente no se toca. Los desbloqueos no esperan a ninguna lista.',
  },

  authority: {
    title: 'Autoridad',
    body: 'La llave que es dueña del prestamista. Usted nombra la siguiente; nada cambia antes de que acepte, así que una llave mal escrita no cuesta nada.',
    pending: (key) => `Nombrada: ${key}`,
    field: 'Dirección de la próxima autoridad',
    button: 'Nombrar',
    line: (key) => `${key} puede ser la autoridad si acepta.`,
    replaces: (key) => `El nombramiento de ${key} cae.`,
    effect: 'Hasta entonces usted sigue siendo la autoridad y los préstamos se pagan a su tesorería.',
    back: 'Retirar el nombramiento',
    backLine: (key) => `${key} ya no puede ser la autoridad.`,
    accept: 'Aceptar',
    acceptTitle: 'Ser la autoridad',
    acceptBody: 'Solo acepta la billetera nombrada.',
    notNominee: (key) => `Conecte la billetera nombrada: ${key}`,
    becomes: 'Autoridad',
    treasury: 'Tesorería',
    acceptEffect:
      'Desde entonces todos los préstamos se pagan a la tesorería nueva, también los que existen. La autoridad antigua ya no puede hacer nada.',
    servicerToo: 'La autoridad antigua era su propio gestor: usted será también el gestor.',
  },

  functions: {
    title: (action) => `Ofrecer una función: ${action}`,
    body: 'Lo que paga una llamada, cuánto dura y qué llaves firman sus órdenes.',
    fee: 'Paga por llamada, SOL',
    bond: 'Fianza de un operador, SOL',
    lease: 'Toma de un operador',
    ttl: 'Una llamada vale',
    required: 'Llaves que deben firmar',
    key: (number) => `Llave de órdenes ${number}`,
    uri: (number) => `Dirección de la llave ${number}, https, vacía donde la corre el operador`,
    code: 'Código, SHA-256',
    button: 'Cambiar la función',
    first: 'Ofrecer la función',
    open: 'Las llamadas abiertas conservan la tarifa, la fianza y las llaves con que se pidieron.',
    loans: 'Las llamadas que se pidan desde entonces, de todos sus préstamos, toman esto.',
    pinned:
      'Los préstamos que existen conservan el desbloqueo que fijaron: tarifa, llaves y dirección. Los nuevos fijan este.',
    keys: 'Un auto obedece las llaves que se le entregaron y ninguna nueva antes: entréguelas a cada auto (terminal: latchkey vehicle hand-over), o las llamadas fallan. Mantenga hasta entonces en marcha la función de la llave antigua.',
  },
};

export const SETTINGS_LANGUAGES = { en, es };

export function useSettingsWords(): SettingsWords {
  return SETTINGS_LANGUAGES[usePage().language] ?? en;
}
