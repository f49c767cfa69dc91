// Every sentence of the page in Spanish.
import type { Words } from './en';
import { RULES_ES } from './rules.es';

export const es: Words = {
  name: 'Español',
  locale: 'es',
  app: 'Latchkey',
  loading: 'Leyendo el préstamo…',

  car: {
    title: 'Su auto',
    starts: 'Su auto arranca',
    startsUntil: (until) => `Su auto arranca hasta el ${until}`,
    locked: 'Su auto no arranca',
    mayBeLocked: 'Puede que su auto no arranque',
    unlocking: 'Su auto se está desbloqueando',
    lockEnds: (when) => `El bloqueo termina por sí solo el ${when}.`,
  },

  why: {
    current: 'Todo lo que ha vencido está pagado.',
    due_soon: 'Pronto vence un pago.',
    past_due: 'Hay un pago atrasado. El auto arranca durante el plazo de gracia.',
    warned: 'Hay un pago atrasado y usted fue avisado. Por ahora el auto arranca.',
    defaulted: 'El préstamo está en mora. El auto puede ser bloqueado.',
    locked: 'El préstamo está en mora; por eso el prestamista hizo bloquear el auto.',
    lockedCured: 'El auto fue bloqueado. Ya nada impide desbloquearlo.',
    unlocking: 'Se ha pedido el desbloqueo. El auto obedece en cuanto lo oye.',
    emergency_start: 'Hay un arranque de emergencia en curso.',
    emergencyAsked: 'Se ha pedido un arranque de emergencia. Corre en cuanto el auto se desbloquee.',
    on_hold: (until) => `Usted tiene una promesa: ni bloqueo ni aviso hasta el ${until}.`,
    stayed: (until) => `El préstamo está suspendido: ni bloqueo, ni aviso, ni recargo hasta el ${until}.`,
    paid_off: 'El préstamo está pagado.',
    settled: 'El préstamo está saldado. No se debe nada.',
    charged_off: 'El prestamista dio el préstamo por perdido. Ya no hay bloqueos ni recargos; la deuda sigue.',
    distrusted: 'El prestamista no confía en lo que informa el auto; solo se puede desbloquear.',
  },

  owed: {
    title: 'Lo que debe',
    pastDue: (amount) => `${amount} atrasados`,
    since: (when) => `desde el ${when}`,
    next: (amount) => `${amount} por pagar`,
    by: (when) => `hasta el ${when}`,
    in: (span) => `en ${span}`,
    ago: (span) => `hace ${span}`,
    covered: 'No hace falta nada más',
    coveredBody: 'La cuenta del auto tiene todo lo que va a vencer.',
    nothing: 'No se debe nada',
  },

  next: {
    title: 'Si no hace nada',
    nothing: 'No pasa nada.',
    due: (amount) => `Vencen ${amount}`,
    lateFee: (amount) => `Recargo de ${amount}`,
    warn: 'El auto puede avisarle',
    default: 'El préstamo entra en mora',
    lock: 'El auto puede ser bloqueado',
    lockNow: 'El auto puede ser bloqueado en cualquier momento',
    lockEnds: 'El bloqueo termina, si no se renueva',
    holdEnds: 'Termina su promesa',
    stayEnds: 'Termina la suspensión',
    emergencyEnds: 'Termina el arranque de emergencia',
  },

  act: {
    payToUnlock: (amount) => `Pagar ${amount} para desbloquear`,
    payNow: (amount) => `Pagar ${amount} ahora`,
    payBy: (amount, date) => `Pagar ${amount} hasta el ${date}`,
    unlock: 'Desbloquear el auto ahora',
    nothing: 'No hay nada que hacer',
    waitForCar: 'Esperando al auto',
    connectFirst: 'Primero conecte una billetera',
    connectWith: (wallet) => `Conectar ${wallet}`,
    disconnect: 'Desconectar',
    sign: 'Firmar y enviar',
    cancel: 'Cancelar',
    close: 'Cerrar',
    retry: 'Intentar de nuevo',
  },

  wallet: {
    title: 'Billetera',
    none: 'Este navegador no tiene billetera. Instale una que siga el Wallet Standard y abra esta página de nuevo.',
    cannotSign: (wallet) => `${wallet} no puede firmar una transacción sin enviarla, y esta página lo necesita.`,
    connected: (address) => `Conectada: ${address}`,
    notBorrower: 'Esta billetera no es la del deudor de este préstamo: puede pagar, y nada más.',
    wrongChain: (wallet, network) => `${wallet} no funciona en ${network}. Elija otra billetera.`,
    burner: 'La billetera de pruebas guarda su clave solo en este navegador.',
  },

  pay: {
    title: 'Pagar',
    body: 'El dinero va a la cuenta del auto y el contrato toma lo que ha vencido. Lo que no ha vencido sigue siendo suyo.',
    amount: 'Importe',
    badAmount: 'Escriba un importe como 120 o 120,50.',
    short: (has) => `Su billetera tiene ${has}: no alcanza.`,
    line: (amount) => `${amount} pasan de su billetera a la cuenta del auto.`,
    noTokens: 'Su billetera no tiene monedas de este préstamo.',
    leastToUnlock: (amount) => `${amount} es lo mínimo que termina la mora.`,
    address: 'Cuenta del auto',
    plainTransfer:
      'Cualquiera puede pagar con una transferencia a esta cuenta. Muchas billeteras no lo permiten: entonces pague aquí.',
  },

  extra: {
    title: 'Pagar por adelantado',
    body: {
      ReducePrincipal: 'El dinero de la cuenta del auto baja el capital enseguida. La próxima cuota sigue venciendo.',
      PayAhead: 'El dinero de la cuenta del auto baja el capital enseguida y paga las próximas cuotas.',
    },
    free: (amount) => `La cuenta del auto tiene ${amount} que no han vencido.`,
    nothingFree: 'La cuenta del auto no tiene nada que no haya vencido: primero pague en ella.',
    button: (amount) => `Adelantar ${amount}`,
    line: (amount) => `${amount} de la cuenta del auto van a capital e intereses.`,
  },

  payoff: {
    title: 'Liquidar el préstamo',
    now: (amount) => `${amount} liquidan el préstamo ahora`,
    parts: (principal, interest, fees) => `Capital ${principal}, intereses ${interest}, recargos ${fees}.`,
    perDiem: (amount) => `Cada día suma como máximo ${amount}.`,
    goodThrough: 'Válido hasta',
    through: (amount, when) => `${amount} alcanzan hasta el ${when}.`,
    unknown: 'Hay tantos vencimientos de por medio que el importe aún no se conoce.',
    line: (amount) => `${amount} liquidan el préstamo; lo que falta en la cuenta del auto sale de su billetera.`,
    button: (amount) => `Pagar ${amount} y terminar el préstamo`,
  },

  unlock: {
    title: 'Desbloqueo',
    allowed: 'El desbloqueo corresponde. Nadie se lo puede negar.',
    line: 'Se pide al contrato desbloquear el auto. A quien lo haga se le paga con el depósito del préstamo.',
    asked: 'El desbloqueo está pedido. Un operador lo hace, por lo general en un minuto.',
    call: 'Mostrar el desbloqueo como código QR',
    calling: 'Preguntando a la función de desbloqueo…',
    askFirst: 'Primero pida el desbloqueo: entonces su función se lo entrega.',
    code: 'El desbloqueo firmado como código QR',
    hold: 'Ponga esto ante la cámara del auto. No hace falta red.',
    noAddress: 'La función de desbloqueo de este préstamo no tiene dirección pública; la llama un operador.',
    failed: (why) => `La función de desbloqueo no ayudó: ${why}`,
  },

  deliver: {
    button: 'Desbloquear el auto ahora',
    what: 'Su billetera firma una solicitud para este único desbloqueo. No mueve dinero.',
    signing: 'Firme la solicitud en su billetera.',
    asking: 'La función de desbloqueo envía el desbloqueo al auto…',
    waiting: 'El desbloqueo se envió. El auto aún no responde: puede estar sin cobertura.',
    later: (why) => `La función dice: ${why}. Se le pregunta otra vez.`,
    again: 'No se pudo llegar a la función. Se le pregunta otra vez.',
    done: 'El auto firmó que está desbloqueado.',
    silent: 'El auto no respondió. El desbloqueo sigue pedido: inténtelo de nuevo, o muéstrelo al auto como código QR.',
    gaveUp: (why) =>
      `La función no puede hacerlo ahora: ${why}. El desbloqueo sigue pedido: inténtelo de nuevo, o espere a un operador.`,
    refused: (why) => `La función se negó: ${why}`,
    onlySigned:
      'La función solo envía desbloqueos para el deudor y los operadores del prestamista. Firmó este: muestre el código QR al auto.',
    unreachable:
      'No se pudo llegar a la función. El desbloqueo sigue pedido: inténtelo de nuevo, o espere a un operador.',
    nonsense:
      'Lo que respondió no es el recibo de este auto, así que nada se llevó a la cadena. El desbloqueo sigue pedido.',
    settled: 'El auto está desbloqueado y su recibo ya está en la cadena.',
    declined: 'Usted lo rechazó en la billetera. No se envió nada.',
    cannot: (wallet) =>
      `${wallet} no puede firmar una solicitud así. Muestre el desbloqueo como código QR, o espere a un operador.`,
  },

  settle: {
    title: 'Llevar el recibo del auto',
    line: (fee) =>
      `El recibo firmado del auto va a la cadena. La tarifa de la llamada, ${fee} SOL, se le paga a usted.`,
  },

  emergency: {
    title: 'Arranque de emergencia',
    body: (hours) => `Deja arrancar un auto bloqueado durante ${hours}, se deba lo que se deba.`,
    left: (count) => (count === 1 ? 'Queda uno.' : `Quedan ${count}.`),
    until: (when) => `El que está en curso termina a más tardar el ${when}.`,
    button: 'Arrancar en emergencia',
    line: 'Se usa un arranque de emergencia. El auto se desbloquea y no hay bloqueo posible hasta que termine.',
    none: 'Las condiciones no dan arranques de emergencia.',
  },

  surplus: {
    title: 'Recuperar dinero',
    body: 'El contrato devuelve lo que la cuenta del auto tiene de más. Lo que venza después hay que pagarlo igual.',
    button: (amount) => `Recuperar ${amount}`,
    line: (amount) => `${amount} pasan de la cuenta del auto a su billetera.`,
  },

  recovery: {
    title: 'Otra clave va a ocupar su lugar',
    body: 'El prestamista dice que su clave se perdió y propone esta. Si usted no lo pidió, recházela.',
    from: 'Puede ocuparlo',
    button: 'Rechazarla',
    line: 'Se rechaza la clave propuesta. Otra se puede proponer como pronto en 90 días.',
  },

  end: {
    title: 'Terminar el préstamo',
    body: 'No se debe nada. Al terminar, usted recibe el resto de la cuenta del auto y el auto queda libre para otro préstamo.',
    button: 'Terminar el préstamo',
    line: 'Se cierra el registro del préstamo. El resto de la cuenta del auto es suyo; el del depósito, del prestamista.',
  },

  notices: {
    title: 'Avisos',
    none: 'No ha recibido ningún aviso de un pago atrasado.',
    channels: [
      'por correo postal',
      'por correo electrónico',
      'por mensaje de texto',
      'por teléfono',
      'en una aplicación',
      'por el auto',
    ],
    served: (channel, when) => `Aviso ${channel}: ${when}`,
    final: (when) => `Último aviso: ${when}`,
  },

  payments: {
    title: 'Pagado hasta ahora',
    body: 'Lo que el contrato ha tomado y cómo se repartió.',
    principal: 'Capital',
    interest: 'Intereses',
    fees: 'Recargos',
    total: 'Total',
    left: 'Capital pendiente',
  },

  terms: {
    title: 'Las condiciones en palabras sencillas',
    lent: (amount, rate) => `Se prestaron ${amount} al ${rate} anual, interés simple por día, solo sobre el capital.`,
    schedule: (count, amount) => `${count} pagos de ${amount} cada uno; el último es lo que quede.`,
    weekly: 'Vencen cada semana.',
    everySeconds: (span) => `Vencen cada ${span}.`,
    monthly: (months, day) => (months === 1 ? `Vencen cada mes, ${day}.` : `Vencen cada ${months} meses, ${day}.`),
    twice: (first, second) => `Vencen dos veces al mes, ${first} y ${second}.`,
    day: (day) => (day === 31 ? 'el último día' : `el día ${day}`),
    lateFee: (amount, after) => `Un recargo de ${amount}, una vez por cada pago que se atrase ${after}.`,
    noLateFee: 'No hay recargos.',
    order: 'Un pago va primero a intereses, luego a capital y al final a recargos.',
    grace: (span) => `El préstamo está en mora cuando un pago se atrasa ${span}.`,
    notice: (channels, span) =>
      `No hay bloqueo antes de que un aviso por ${channels === 1 ? 'una vía' : `${channels} vías`} tenga ${span}.`,
    noNotice: 'Las condiciones no piden aviso antes de un bloqueo.',
    finalNotice: (span) => `Un último aviso llega al menos ${span} antes de un bloqueo.`,
    lock: (span) => `Un bloqueo termina por sí solo después de ${span}. Mientras siga la mora, puede renovarse antes.`,
    nextStart: 'Un bloqueo actúa solo en el próximo arranque, nunca en un auto en marcha.',
    emergency: (count, span) => `${count} arranques de emergencia de ${span} cada uno.`,
    overpayment: {
      ReducePrincipal: 'Pagar por adelantado baja el capital; el próximo pago sigue venciendo.',
      PayAhead: 'Pagar por adelantado paga también las próximas cuotas.',
    },
    extensions: (used, of) => `Se han usado ${used} de ${of} prórrogas.`,
  },

  confirm: {
    title: 'Antes de firmar',
    fee: (sol) => `La tarifa de la red es de ${sol} SOL como máximo.`,
    after: 'Después',
    afterUnknown: 'Este nodo no dice qué viene después; el contrato rechaza todo lo que no permite.',
    afterOwed: (amount) => `Quedan ${amount} atrasados.`,
    afterNothing: 'No queda nada atrasado.',
    afterUnlock: 'El desbloqueo corresponde.',
    trying: 'Probando…',
    signing: 'Firme en su billetera…',
    sent: 'Enviado. Esperando a la red…',
    processed: 'La red lo tiene. Esperando la confirmación…',
    silent:
      'Enviado, pero el nodo no responde ahora. Puede haberse hecho: esta ventana sigue preguntando, déjela abierta.',
    confirmed: 'Confirmado.',
  },

  failed: {
    no_fee:
      'Esta billetera tiene muy poco SOL para la tarifa y el depósito de la red. Ponga algo, o use otra billetera.',
    declined: 'Usted rechazó en la billetera. No se envió nada.',
    expired: 'Tardó demasiado y ya no puede ocurrir. No cambió nada: inténtelo de nuevo.',
    unreachable: 'El nodo no responde. No se envió nada.',
    other: (text) => `Fallaría, así que no se envió nada: ${text}`,
    rule: ({ name, text }) => RULES_ES[name] ?? text,
    tokens: 'El programa de monedas lo rechaza: su billetera no tiene suficientes.',
  },

  trouble: {
    noData: 'Todavía no hay datos',
    noDataBody: (host) => `El nodo ${host} no responde. La página lo intenta de nuevo por sí sola.`,
    stale: (span) => `El nodo no responde desde hace ${span}. Lo que ve es antiguo.`,
    offline: (when) => `Lo que ve es como estaba el ${when}. El nodo no responde.`,
    absent: 'Red equivocada',
    absentBody: (network, host) =>
      `No existe tal préstamo en ${network} (${host}). Revise el enlace o elija otro nodo.`,
    not_a_loan: 'Esta dirección no es un préstamo de Latchkey.',
    closed: 'Este préstamo terminó y su registro está cerrado. El dinero que aún llegue a su cuenta es del deudor.',
    tooMany: 'Hace mucho que nadie mira este préstamo. Primero hágalo poner al día.',
    collect: 'Poner el préstamo al día',
    collectLine: 'El contrato toma lo que ha vencido de la cuenta del auto. Quien lo haga, las sumas son las mismas.',
    lagging: (span) => `El nodo está ${span} atrasado. Lo que ve puede ser antiguo.`,
    rules: 'No se pudieron cargar las reglas del contrato. Cargue la página de nuevo.',
    part: 'Esta parte de la página falló. Lo demás vale. Vuelva a cargar la página para verla.',
  },

  start: {
    title: 'Abrir un préstamo',
    body: 'Escriba la dirección de su préstamo, o conecte la billetera que lo firmó.',
    address: 'Dirección del préstamo',
    badAddress: 'Esto no es una dirección. Una dirección tiene de 32 a 44 letras y cifras.',
    open: 'Abrir',
    lender: 'Abrir un prestamista',
    lenderAddress: 'Dirección del prestamista',
    mine: 'Sus préstamos',
    noneOfMine: 'No se encontró ningún préstamo de esta billetera en esta red.',
    find: 'Buscar mis préstamos',
  },

  settings: {
    title: 'Ajustes',
    language: 'Idioma',
    node: 'Dirección del nodo RPC',
    websocket: 'Dirección de su websocket',
    save: 'Guardar',
    badNode: 'Escriba una dirección que empiece por https://, o http:// para un nodo en este equipo.',
    network: (network, host) => `${network} · ${host}`,
    live: 'en vivo',
    polling: 'sin avisos en directo: la página pregunta cada 3 s',
  },

  networks: { mainnet: 'Solana', devnet: 'Solana devnet', testnet: 'Solana testnet', localnet: 'una red local' },

  contractZone: (when) => `${when} en el contrato`,

  portfolio: {
    title: 'Cartera',
    loading: 'Leyendo los préstamos…',
    count: (shown, all) => (shown === all ? `${all} préstamos` : `${shown} de ${all} préstamos`),
    search: 'Buscar por dirección',
    status: 'Estado',
    all: 'Todos',
    days: 'Días de atraso',
    bucket: {
      any: 'Cualquiera',
      current: '0',
      d1: '1–29',
      d30: '30–59',
      d60: '60–89',
      d90: '90–119',
      d120: '120 o más',
    },
    columns: {
      loan: 'Préstamo',
      standing: 'Estado',
      pastDue: 'Atrasado',
      days: 'Días',
      owed: 'Debe',
      next: 'Próximo vencimiento',
    },
    csv: 'Guardar como CSV',
    empty: 'Ningún préstamo coincide.',
    outOfDate: 'hace mucho sin mirar',
    sortBy: (column) => `Ordenar por ${column}`,
  },

  keys: { move: 'Otra billetera', open: 'Pasar el préstamo a otra billetera' },

  standing: {
    paid_off: 'pagado',
    settled: 'saldado',
    charged_off: 'dado por perdido',
    unlocking: 'desbloqueando',
    emergency_start: 'arranque de emergencia',
    locked: 'bloqueado',
    stayed: 'suspendido',
    on_hold: 'con promesa',
    defaulted: 'en mora',
    warned: 'avisado',
    past_due: 'atrasado',
    current: 'al día',
  },
};
