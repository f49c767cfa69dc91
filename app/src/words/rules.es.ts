// Los errores del programa en español, por su nombre en la tabla del programa.

export const RULES_ES: Record<string, string> = {
  NotAuthority: 'Solo la autoridad del prestamista puede hacer esto: firme con su llave.',
  NotServicing: 'Solo la autoridad o el gestor del prestamista pueden hacer esto: firme con una de sus llaves.',
  NotBorrower: 'Solo el deudor del préstamo puede hacer esto: firme con su llave.',
  NotParty: 'Solo el prestamista o el deudor pueden hacer esto: firme con una de sus llaves.',
  WrongLender: 'Esta cuenta es de otro prestamista: use las cuentas de uno solo.',
  WrongLoan: 'Esta cuenta es de otro préstamo: use las cuentas de uno solo.',
  WrongVehicle: 'Esta cuenta es de otro auto: use las cuentas de uno solo.',
  WrongRecipient: 'El dinero no es de esta cuenta: use la que está registrada en la cadena.',
  NotNominee: 'Solo la autoridad nombrada puede aceptar: firme con la llave que se nombró.',
  RecoveredKey:
    'Esta llave reemplazó a una perdida: durante 90 días solo puede pagar, desbloquear y arrancar en emergencia.',
  SameBorrowerKey: 'El deudor ya tiene esta llave, o no es una llave: use otra.',
  RecoveryTooEarly: 'Una llave propuesta entra en vigor a los 14 días: espere.',
  NewKeyMustSign: 'La llave propuesta debe firmar cuando entra en vigor: firme también con ella.',
  RecoveryBarred: 'El deudor rechazó una llave propuesta hace menos de 90 días: espere.',
  NoRecovery: 'No hay ninguna llave propuesta: no hay nada que rechazar.',
  RevisionChanged: 'El préstamo cambió desde que se acordó esto: léalo de nuevo y firme lo que vale ahora.',
  DeadlinePassed: 'El plazo de este acuerdo pasó: acuerden uno nuevo y firmen otra vez.',
  BringerMustSign: 'A quien trae el recibo de un desbloqueo se le paga: firme como operador.',

  UnsupportedMint: 'La moneda debe ser SPL Token, o Token-2022 solo con metadatos: elija otra.',
  InvalidTreasury: 'La tesorería debe ser la cuenta asociada de la autoridad para la moneda del prestamista.',
  InvalidKeepers: 'La lista de operadores tiene a lo sumo 8 llaves distintas: acórtela.',
  UriTooLong: 'La dirección de una función tiene a lo sumo 128 bytes: acórtela.',
  UriNotHttps: 'La dirección de una función está vacía o empieza por https://.',
  InvalidFunctionTimes:
    'Una toma dura de 30 segundos a 15 minutos y no más que la vigencia, que es de 30 días a lo sumo; un desbloqueo vive al menos una hora.',
  InvalidFunctionFee: 'La tarifa y la fianza de una función son de 10 SOL a lo sumo, y la tarifa es mayor que 0.',
  InvalidCommandKeys:
    'Una función tiene de una a tres llaves distintas, las puestas primero, de las que firman de 1 a todas; de un desbloqueo, solo 1.',
  InvalidPause: 'Una pausa dura de 1 segundo a 24 horas: elija otra.',
  InvalidNominee: 'La llave nombrada ya es la autoridad: nombre otra, o retire el nombramiento.',

  VehicleHasLoan: 'El auto ya garantiza un préstamo abierto: ciérrelo primero.',
  VehicleRetired: 'El auto está retirado: regístrelo de nuevo con otra llave de dispositivo.',
  VehicleLocked:
    'El auto está bloqueado, o se pidió un bloqueo y no se probó un desbloqueo: pida primero el desbloqueo.',
  SameDeviceKey: 'El dispositivo ya tiene esta llave: cámbiela por otra.',
  DeviceDistrusted: 'El prestamista no confía en la llave de este auto: solo se desbloquea hasta que la llave cambie.',
  AlreadyDistrusted: 'En la llave del dispositivo ya no se confía: cámbiela.',

  TermsEmpty: 'El capital, la cuota y el número de pagos deben ser mayores que 0.',
  TermsFirstDue: 'El primer vencimiento debe estar por delante.',
  TermsCalendar:
    'Un calendario cuenta de 1 segundo a 366 días, o de 1 a 12 meses en un día del 1 al 31, o dos días de cada mes, el primero antes del 28, a lo sumo a 14 horas de UTC.',
  TermsTooLong: 'El plan debe terminar dentro de los 50 años desde la firma.',
  TermsGrace: 'La gracia es más corta que la que exige la política del prestamista: alárguela.',
  TermsNotice:
    'El aviso es más corto, por menos vías, anterior o sin el último aviso que exige la política del prestamista: amplíelo.',
  TermsApr: 'La tasa supera el máximo de la política del prestamista: bájela.',
  TermsLateFee: 'El recargo supera el máximo de la política del prestamista: bájelo.',
  TermsLateAfter: 'El recargo llega antes de lo que permite la política del prestamista: dé más tiempo.',
  TermsEmergencyStart:
    'Los arranques de emergencia son más cortos o menos de los que exige la política del prestamista: conceda más.',
  TermsLockTtl: 'Un bloqueo dura de una hora a 45 días, y no más de lo que permite la política del prestamista.',
  EscrowTooSmall: 'El depósito empieza al menos con una tarifa de cada función: súbalo.',
  InvalidSeller: 'El capital va al vendedor: use la cuenta de monedas del vendedor.',
  TermsDeferred: 'Las condiciones nuevas no tienen prórrogas.',
  NoExtensionLeft: 'Se han usado todas las prórrogas que dan las condiciones.',
  TermsFirstDueDay:
    'El primer vencimiento debe caer en un día del calendario, donde vive el deudor: cambie uno u otro.',
  TermsNoWait: 'La gracia, la espera del recargo y la del aviso por el auto son de al menos 1 segundo.',
  TermsNoticeUnclear:
    'Un aviso tiene de 1 a 6 vías y vale más tiempo que el aviso y el último aviso juntos; sin vías, todo lo del aviso es 0.',
  TermsWarnAfter: 'El auto avisa antes de lo que permite la política del prestamista: dé más tiempo.',
  TermsPublicUnlock:
    'La función de desbloqueo necesita una dirección https pública: póngala, o firme condiciones sin ella donde la política lo permita.',
  AmendedPrincipal: 'Las condiciones enmendadas nombran el capital que se prestó: déjelo, y perdone capital aparte.',
  AmendmentNeedsBoth:
    'Por su cuenta el prestamista solo puede bajar la tasa, el recargo o la deuda y alargar la gracia: que firme también el deudor.',
  SameLender: 'Comprador y vendedor son el mismo prestamista: nombre otro comprador.',
  BuyerMint: 'El comprador presta en otra moneda: un préstamo se vende a quien presta en la misma.',

  LoanPaidOff: 'El préstamo está pagado o saldado: no se debe nada.',
  LoanNotPaidOff: 'El préstamo no está pagado ni saldado: páguelo primero.',
  WalletTooSmall: 'La cuenta del auto no tiene bastante: póngale dinero e inténtelo de nuevo.',
  ZeroAmount: 'El importe debe ser mayor que 0.',
  PrepayExceedsPayoff: 'Esto es más de lo que se debe: liquide el préstamo.',
  EscrowShort: 'El depósito no puede pagar esto y guardar el desbloqueo que puede seguir: póngale SOL primero.',
  InvocationsOpen: 'El préstamo todavía tiene llamadas abiertas: espere a que se resuelvan o ciérrelas.',
  WaiverTooLarge: 'No se puede perdonar más de lo que se debe: perdone menos.',
  NotSurplus: 'Solo se puede sacar lo que no ha vencido: saque menos.',
  TooManyMoments:
    'Han pasado más de 32 vencimientos y recargos desde la última mirada: ponga primero el préstamo al día, las veces que haga falta.',
  UnsentRemains: 'La cuenta del auto tiene dinero del prestamista: envíelo primero a la tesorería.',
  PayerTokensMissing: 'La cuenta del auto quizá no lo paga todo: nombre una cuenta que ponga el resto.',

  NotPastDue: 'No hay nada atrasado: el préstamo está al día.',
  NotEnforced: 'Ya no se ejecuta nada: el préstamo está pagado, saldado o dado por perdido.',
  GraceNotOver: 'La gracia no terminó: espere a que pase desde el vencimiento más antiguo sin pagar.',
  NotActive: 'Solo entra en mora un préstamo activo: este está en mora, pagado o dado por perdido.',
  NotDefaulted: 'Solo se bloquea el auto de un préstamo en mora: declare primero la mora.',
  NoticeInForce: 'Ya vale un aviso de este atraso: no hace falta otro.',
  InvalidChannels: 'Un aviso nombra al menos una vía conocida que no sea el auto, que prueba sus propios avisos.',
  NoticeNotServed: 'El deudor no tiene un aviso completo de lo atrasado: avísele por las vías acordadas.',
  NoticeNotMatured: 'El aviso no tiene la edad acordada: espere.',
  TooEarlyToChargeOff: 'Un préstamo se puede dar por perdido con 120 días de atraso: espere.',
  FinalNoticeNotServed: 'El deudor no tiene el último aviso: déselo, pasado el tiempo acordado desde el primero.',
  FinalNoticeTooEarly: 'El aviso está completo, y el último llega más tarde según lo acordado: espere.',
  NoticeBeforeDefault: 'Un aviso de este préstamo vale solo después de la mora: espere a que termine la gracia.',
  OnStay: 'El préstamo está suspendido: espere a que termine la suspensión.',
  TooEarlyToWarn: 'El auto avisa más tarde según las condiciones: espere.',

  OnHold: 'Hay una promesa de pago: espere a que termine.',
  InEmergencyStart: 'Corre un arranque de emergencia: espere a que termine.',
  LenderPaused: 'El prestamista pausó bloqueos y avisos: espere a que termine la pausa.',
  InvocationOpen: 'El auto tiene una llamada abierta: espere a que se resuelva o ciérrela.',
  LockStands: 'El auto está bloqueado y el bloqueo no está en su último tercio: espere para renovarlo.',
  AlreadyWarned: 'Ya se pidieron dos avisos por esta cuota, o uno está probado, o ya no está atrasada: no hay más.',
  NothingToUnlock: 'No se pidió ningún bloqueo desde el último desbloqueo probado: no hay nada que desbloquear.',
  UnlockNotDue:
    'El préstamo está en mora: ponga en la cuenta del auto lo que falta, o pida al prestamista que desbloquee.',
  ChargedOff: 'El préstamo está dado por perdido: no tiene avisos ni prórrogas.',
  InvalidHold:
    'Una promesa termina más adelante y después de la que corre, dentro de 45 días, o de 366 si la da la autoridad.',
  NotOnHold: 'No corre ninguna promesa: no hay nada que terminar.',
  NoEmergencyStartLeft: 'Se han usado todos los arranques de emergencia que dan las condiciones.',
  InvalidStay:
    'Una suspensión empieza ahora o después, termina tras su comienzo y dentro de 366 días, y alarga sin hueco la que no terminó.',
  FunctionMissing: 'Un aviso o un bloqueo necesita la función del prestamista.',

  Superseded: 'Una petición más nueva reemplaza a esta llamada: siga con aquella.',
  Expired: 'El plazo de la llamada terminó: ciérrela y pida de nuevo.',
  Leased: 'Otro operador la tiene: espere a que la suelte.',
  KeeperNotAllowed: 'Este operador no está en la lista del prestamista: pida que lo agregue.',
  LapsedClaimer: 'Este operador dejó vencer su turno y no la puede tomar otra vez: déjela a otro.',
  NotClaimed: 'Nadie tomó la llamada: tómela primero.',
  NotClaimer: 'Solo el operador que la tomó puede hacer esto y cobra por ello.',
  LeaseLapsed: 'El turno venció y la fianza se pierde: devuelva la llamada antes de que venza.',
  NotExpired: 'La llamada no venció ni fue reemplazada, o su turno sigue: espere.',
  InvocationVoid: 'La llave del dispositivo cambió desde que se pidió: cierre la llamada y pida de nuevo.',
  NotClaimable: 'Un desbloqueo no se toma: haga que se cumpla y traiga el recibo del auto.',
  KeeperMissing: 'En la llave no se confía o cambió, así que la fianza vuelve a su operador: nombre su cuenta.',

  NotTopLevel: 'Las pruebas se comprueban solo en el nivel superior: llame directamente en una transacción.',
  ProofMissing: 'La instrucción justo anterior debe ser la del programa ed25519.',
  ProofMalformed: 'La instrucción ed25519 debe tener una firma y solo sus propios datos.',
  ProofWrongKey: 'La prueba no está firmada con la llave registrada del dispositivo: firme con ella.',
  ProofWrongMessage: 'El mensaje firmado no es el que se espera: firme el mensaje para estas cuentas.',
  HandOverTooOld:
    'El recibo del auto por el cambio de llaves tiene más de 7 días, o va por delante del reloj de la cadena: hágalo otra vez.',

  Overflow: 'Las cuentas se desbordan: los importes o los tiempos están fuera de rango.',
  TransferMismatch: 'La transferencia movió otra cantidad que la pedida: la moneda no se admite.',
};
