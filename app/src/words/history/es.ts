// Las palabras de los pagos y llamadas que se leen de las transacciones, en español.
import type { HistoryWords } from './en';

export const es: HistoryWords = {
  title: 'Los pagos uno por uno',
  body: 'Lo que envía llega a la billetera del auto. Se vuelve un pago cuando el contrato lo toma y lo reparte entre recargos, intereses y capital. Aquí están ambas cosas.',
  open: 'Mostrar los pagos',
  reading: 'Leyendo transacciones del nodo…',
  older: 'Leer más antiguas',
  again: 'Intentar de nuevo',
  none: 'El nodo todavía no muestra ninguna transacción.',
  unreachable: 'El nodo no entregó las transacciones.',
  noHistory:
    'Este nodo no guarda transacciones. Elija otro en los ajustes para ver cada pago; los totales de arriba son correctos de todos modos.',
  lost: (count) =>
    count === 1
      ? 'El nodo nombra una transacción que no entrega.'
      : `El nodo nombra ${count} transacciones que no entrega.`,
  whole: 'Los pagos de esta lista son todos los del préstamo: suman sus totales.',
  missing: (paid, fees, interest, principal) =>
    `En esta lista faltan pagos por ${paid}: ${fees} a recargos, ${interest} a intereses, ${principal} a capital.`,
  missingIn: (amount) => `En esta lista faltan transferencias por ${amount} a la billetera del auto.`,
  notAsked: 'Están en transacciones más antiguas, que todavía no se leyeron.',
  notKept: 'El nodo no guarda las transacciones que los contienen.',
  tooMuch: 'El nodo muestra más que los totales del préstamo. No confíe en esta lista; elija otro nodo.',
  dayUnknown: 'día desconocido',
  kinds: {
    opened: 'Préstamo firmado por',
    came_in: 'Transferencia a la billetera del auto',
    collected: 'Pago tomado',
    prepaid: 'Pago adelantado tomado',
    paid_off: 'Liquidación tomada',
    late_fees: 'Recargo cobrado',
    waived: 'Recargo perdonado',
    forgiven: 'Perdonado por el prestamista',
    taken_back: 'Retirado por el prestatario',
    closed: 'Préstamo cerrado, devuelto',
  },
  split: (fees, interest, principal) => `recargos ${fees}, intereses ${interest}, capital ${principal}`,
  left: (amount) => `capital pendiente ${amount}`,
  transaction: (short) => `Transacción ${short}`,
  chart: 'Capital pendiente con el tiempo',
  chartBody: (from, to, first, last) => `Del ${from} al ${to}: de ${first} a ${last}.`,
  table: 'Lo mismo como tabla',
  day: 'Día',
  principal: 'Capital pendiente',
};
