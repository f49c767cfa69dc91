// The words of a sale to another lender.
import type { ReceiptFault } from '../chain/handOver';
import { usePage } from '../page';

const en = {
  title: 'Sell the loan',
  body: 'Another lender of the same currency takes the loan over; the borrower does not sign. The contract moves no money between you: the price is yours to agree on, outside of it.',
  buyer: 'Address of the buying lender',
  badAddress: 'Write the address of a lender.',
  reading: 'Reading the buyer…',
  noLender: 'There is no lender at this address on this network.',
  noFunctions: 'This lender does not offer a warning, a lock and an unlock yet, so the car could not obey it.',
  receipt: 'Receipt of the car, hexadecimal',
  receiptHow:
    'The car must obey the buyer’s keys before the sale. Hand them over (terminal: latchkey vehicle hand-over --to with the buyer’s address), carry the order to the car, and paste the receipt that it signs.',
  badReceipt: 'This is not a car’s receipt of a keyring hand-over.',
  noReceipt: 'The car’s receipt is missing.',
  fault: {
    other_car: 'This receipt was not signed with the key of this car.',
    unsigned: 'The signature under this receipt is wrong.',
    other_lender: 'The car took the keys of another lender than this buyer.',
    other_keys:
      'The car took other keys than the buyer’s functions have now. Hand the keys over again, and use the new receipt.',
  } satisfies Record<ReceiptFault, string>,
  button: 'Offer the sale',
  offerTitle: 'Sale of the loan',

  gives: 'You give up the loan with all that is paid from then on, the car and the escrow.',
  buys: 'You buy the loan with all that is paid from then on, the car and the escrow.',
  seller: (address: string) => `Seller: ${address}`,
  buying: (address: string) => `Buyer: ${address}`,
  price: 'The price is between you and is not a part of this.',
  taken: (when: string) => `The car signed ${when} that it obeys the buyer’s keys.`,

  loan: 'The loan',
  status: 'Status',
  owed: 'Owed in all',
  principal: 'Principal',
  interest: 'Interest',
  fees: 'Late fees',
  pastDue: 'Past due',
  days: 'Days past due',
  nextDue: 'Next due',
  rate: 'Rate a year',
  instalments: 'Instalments',
  instalmentsOf: (count: number, amount: string) => `${count} of ${amount}`,
  ends: 'Last one due, if nothing is extended',
  extensions: 'Extensions used',
  of: (used: number, of: number) => `${used} of ${of}`,
  hold: 'Hold until',
  stay: 'Stay until',
  none: 'none',
  recovery: 'A key is proposed in the borrower’s place',
  calls: 'Open calls',
  escrow: 'Escrow, passes to the buyer',
  stays: 'Terms, hold, stay, notices and emergency starts stay as they are.',

  pinned: 'The unlock that the loan pins',
  pinnedBody:
    'The buyer’s keys stand first; keys that were pinned before stay behind them as far as there is room. The fee that was pinned stays.',
  uri: 'Public address',
  noUri: 'none: the function runs where the keeper is',
  before: 'Now',
  after: 'After the sale',

  keys: 'Keys that the car must obey',
  keysBody: 'The car obeys the keys of one lender. A hand-over changes all of them at once.',
  action: 'For',
  actions: ['Warning', 'Lock', 'Unlock'] as readonly string[],
  quorum: (required: number, keys: number) => `${required} of ${keys} must sign`,
  to: {
    body: 'You sign first. Then send the link to the buyer’s authority, who sees the same and signs last. It counts for a day.',
    link: 'Link for the buyer',
    done: 'You have signed. Nothing happens before the buyer signs too.',
  },
  noSale: 'The loan cannot be sold like this any more.',
  yours: 'Open the loan in your portfolio',
};

export type SaleWords = typeof en;

const es: SaleWords = {
  title: 'Vender el préstamo',
  body: 'Otro prestamista de la misma moneda se hace cargo del préstamo; el deudor no firma. El contrato no mueve dinero entre ustedes: el precio lo acuerdan aparte.',
  buyer: 'Dirección del prestamista que compra',
  badAddress: 'Escriba la dirección de un prestamista.',
  reading: 'Leyendo al comprador…',
  noLender: 'En esta dirección no hay ningún prestamista en esta red.',
  noFunctions: 'Este prestamista aún no ofrece aviso, bloqueo y desbloqueo, así que el auto no podría obedecerle.',
  receipt: 'Recibo del auto, en hexadecimal',
  receiptHow:
    'El auto debe obedecer las llaves del comprador antes de la venta. Entréguelas (terminal: latchkey vehicle hand-over --to con la dirección del comprador), lleve la orden al auto y pegue el recibo que firma.',
  badReceipt: 'Esto no es el recibo de un auto por una entrega de llaves.',
  noReceipt: 'Falta el recibo del auto.',
  fault: {
    other_car: 'Este recibo no está firmado con la llave de este auto.',
    unsigned: 'La firma de este recibo es falsa.',
    other_lender: 'El auto tomó las llaves de otro prestamista y no de este comprador.',
    other_keys:
      'El auto tomó otras llaves que las que tienen ahora las funciones del comprador. Entréguelas de nuevo y use el recibo nuevo.',
  },
  button: 'Ofrecer la venta',
  offerTitle: 'Venta del préstamo',

  gives: 'Usted entrega el préstamo con todo lo que se pague desde entonces, el auto y el depósito.',
  buys: 'Usted compra el préstamo con todo lo que se pague desde entonces, el auto y el depósito.',
  seller: (address) => `Vende: ${address}`,
  buying: (address) => `Compra: ${address}`,
  price: 'El precio es asunto de ustedes y no forma parte de esto.',
  taken: (when) => `El auto firmó el ${when} que obedece las llaves del comprador.`,

  loan: 'El préstamo',
  status: 'Estado',
  owed: 'Se debe en total',
  principal: 'Capital',
  interest: 'Intereses',
  fees: 'Recargos',
  pastDue: 'Atrasado',
  days: 'Días de atraso',
  nextDue: 'Próximo vencimiento',
  rate: 'Tasa anual',
  instalments: 'Cuotas',
  instalmentsOf: (count, amount) => `${count} de ${amount}`,
  ends: 'La última vence, si nada se prorroga',
  extensions: 'Prórrogas usadas',
  of: (used, of) => `${used} de ${of}`,
  hold: 'Promesa hasta',
  stay: 'Suspensión hasta',
  none: 'ninguna',
  recovery: 'Hay una llave propuesta en lugar de la del deudor',
  calls: 'Llamadas abiertas',
  escrow: 'Depósito, pasa al comprador',
  stays: 'Condiciones, promesa, suspensión, avisos y arranques de emergencia quedan como están.',

  pinned: 'El desbloqueo que fija el préstamo',
  pinnedBody:
    'Las llaves del comprador van primero; las que ya estaban fijadas quedan detrás mientras haya lugar. La tarifa fijada queda.',
  uri: 'Dirección pública',
  noUri: 'ninguna: la función corre donde está el operador',
  before: 'Ahora',
  after: 'Tras la venta',

  keys: 'Llaves que el auto debe obedecer',
  keysBody: 'El auto obedece las llaves de un solo prestamista. Una entrega las cambia todas a la vez.',
  action: 'Para',
  actions: ['Aviso', 'Bloqueo', 'Desbloqueo'],
  quorum: (required, keys) => `deben firmar ${required} de ${keys}`,
  to: {
    body: 'Usted firma primero. Luego envíe el enlace a la autoridad del comprador, que ve lo mismo y firma al final. Vale un día.',
    link: 'Enlace para el comprador',
    done: 'Usted firmó. No pasa nada antes de que firme también el comprador.',
  },
  noSale: 'El préstamo ya no se puede vender así.',
  yours: 'Abrir el préstamo en su cartera',
};

export const SALE_LANGUAGES = { en, es };

export function useSaleWords(): SaleWords {
  return SALE_LANGUAGES[usePage().language] ?? en;
}
