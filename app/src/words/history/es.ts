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

  calls: {
    open: 'Llamadas y recibos',
    title: 'Llamadas y recibos',
    body: 'Lo que se pidió a sus autos, qué operador lo hizo y cómo terminó. Cada recibo se verifica aquí con la clave que la cadena nombra para el auto: dice que el auto lo hizo.',
    commands:
      'La cadena guarda el hash de una orden y no la orden, así que aquí no se puede verificar qué clave de órdenes la firmó. El auto rechaza órdenes que no firmaron las claves de su prestamista.',
    search: 'Auto, préstamo, operador o llamada',
    action: 'Qué se pidió',
    actions: { any: 'Todo', warn: 'Aviso', lock: 'Bloqueo', unlock: 'Desbloqueo' },
    state: 'Cómo terminó',
    states: {
      any: 'Cualquiera',
      open: 'Abierta',
      settled: 'Liquidada con recibo',
      expired: 'Cerrada sin recibo',
      doubtful: 'Recibo no verificado',
    },
    csv: 'Guardar como CSV',
    none: 'Nunca se pidió nada a sus autos.',
    count: (shown, read, cars, all) =>
      `${shown} de ${read} llamadas leídas, de ${cars} de los ${all} autos a los que alguna vez se pidió algo.`,
    cut: 'Un auto tiene más de mil transacciones: sus llamadas más antiguas no se listan.',
    moreCars: 'Leer más autos',
    noHistory: 'Este nodo no guarda transacciones. Elija otro en los ajustes para ver llamadas.',
    unknown: (call) => `Llamada ${call}`,
    car: (car) => `auto ${car}`,
    loan: (loan) => `préstamo ${loan}`,
    pays: (sol) => `paga ${sol} SOL`,
    requested: 'Pedida',
    requestMissing: 'La petición está en una transacción más antigua que no se leyó.',
    claimed: (keeper, bond) => `Tomada por el operador ${keeper} con una fianza de ${bond} SOL`,
    yielded: '(devuelta)',
    settled: (keeper, fee) => `Liquidada con el recibo del auto; ${keeper} cobró ${fee} SOL`,
    expired: (refunded, forfeited) =>
      `Cerrada sin recibo; ${refunded} SOL volvieron al depósito${forfeited ? `, y con ellos una fianza de ${forfeited} SOL` : ''}`,
    stillOpen: 'No se conoce su fin: está abierta, o su fin no se leyó.',
    verifying: 'Verificando el recibo…',
    verdicts: {
      verified: 'Recibo verificado: lo firmó la clave del auto en la cadena.',
      earlier_key: 'Recibo verificado: lo firmó una clave que el auto tuvo antes.',
      unknown_key:
        'Recibo no verificable: lo firmó una clave que nada de lo leído nombra para este auto. Lea transacciones más antiguas.',
      false:
        'Recibo falso: la transacción no contiene un recibo de este auto para esta llamada. No confíe en este nodo.',
    },
    carTime: (when) => `Según el reloj del auto, ${when}.`,
  },

  received: {
    title: 'Pagos recibidos por semana',
    body: 'Lo que llegó a la tesorería desde las billeteras de los autos, por la semana en que llegó. Lo que el contrato tomó y aún no envió no está incluido.',
    week: 'Semana desde',
    payments: 'Pagos',
    amount: 'Importe',
    partly: 'leída solo en parte',
    csv: 'Guardar los pagos como CSV',
    none: 'Nada llegó a la tesorería en las transacciones leídas.',
    treasury: 'No se leen los pagos que fueron a una tesorería anterior.',
  },
};
