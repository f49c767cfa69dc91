// Every sentence of the page in English. Another language has the same keys: the compiler sees to it.
import type { Refused } from '../rules/answers';

export const en = {
  name: 'English',
  locale: 'en-US',
  app: 'Latchkey',
  loading: 'Reading the loan…',

  car: {
    title: 'Your car',
    starts: 'Your car starts',
    startsUntil: (until: string) => `Your car starts until ${until}`,
    locked: 'Your car does not start',
    mayBeLocked: 'Your car may not start',
    unlocking: 'Your car is being unlocked',
    lockEnds: (when: string) => `The lock ends by itself ${when}.`,
  },

  why: {
    current: 'Everything that is due is paid.',
    due_soon: 'A payment is due soon.',
    past_due: 'A payment is past due. The car starts during the grace.',
    warned: 'A payment is past due, and you were warned. The car starts for now.',
    defaulted: 'The loan is in default. The car can be locked.',
    locked: 'The loan is in default, so the lender had the car locked.',
    lockedCured: 'The car was locked. Nothing stands in the way of an unlock now.',
    unlocking: 'An unlock is asked for. The car obeys as soon as it hears it.',
    emergency_start: 'An emergency start is running.',
    emergencyAsked: 'An emergency start is asked for. It runs once the car is unlocked.',
    on_hold: (until: string) => `You have a promise: no lock and no warning until ${until}.`,
    stayed: (until: string) => `The loan is stayed: no lock, warning or late fee until ${until}.`,
    paid_off: 'The loan is paid off.',
    settled: 'The loan is settled. Nothing is owed.',
    charged_off: 'The lender gave the loan up. There are no more locks and late fees; the debt stands.',
    distrusted: 'The lender does not trust what the car reports, so it can only be unlocked.',
  },

  owed: {
    title: 'What you owe',
    pastDue: (amount: string) => `${amount} is past due`,
    since: (when: string) => `since ${when}`,
    next: (amount: string) => `${amount} is due`,
    by: (when: string) => `by ${when}`,
    in: (span: string) => `in ${span}`,
    ago: (span: string) => `${span} ago`,
    covered: 'Nothing more is needed',
    coveredBody: 'The car wallet holds all that falls due.',
    nothing: 'Nothing is owed',
  },

  next: {
    title: 'If you do nothing',
    nothing: 'Nothing happens.',
    due: (amount: string) => `${amount} falls due`,
    lateFee: (amount: string) => `Late fee of ${amount}`,
    warn: 'The car may warn you',
    default: 'The loan is in default',
    lock: 'The car can be locked',
    lockNow: 'The car can be locked at any moment',
    lockEnds: 'The lock ends, unless renewed',
    holdEnds: 'Your promise ends',
    stayEnds: 'The stay ends',
    emergencyEnds: 'The emergency start ends',
  },

  act: {
    payToUnlock: (amount: string) => `Pay ${amount} to unlock`,
    payNow: (amount: string) => `Pay ${amount} now`,
    payBy: (amount: string, date: string) => `Pay ${amount} by ${date}`,
    unlock: 'Unlock the car now',
    nothing: 'There is nothing to do',
    waitForCar: 'Waiting for the car',
    connectFirst: 'Connect a wallet first',
    connectWith: (wallet: string) => `Connect ${wallet}`,
    disconnect: 'Disconnect',
    sign: 'Sign and send',
    cancel: 'Cancel',
    close: 'Close',
    retry: 'Try again',
  },

  wallet: {
    title: 'Wallet',
    none: 'No wallet is installed in this browser. Install one that follows the Wallet Standard, then open this page again.',
    cannotSign: (wallet: string) => `${wallet} cannot sign a transaction without sending it, which this page needs.`,
    connected: (address: string) => `Connected: ${address}`,
    notBorrower: 'This wallet is not the borrower of this loan: it can pay, and nothing else.',
    wrongChain: (wallet: string, network: string) => `${wallet} does not work on ${network}. Choose another wallet.`,
    burner: 'The burner wallet is for tests: its key is kept in this browser alone.',
  },

  pay: {
    title: 'Pay',
    body: 'The money goes to the wallet of the car, and the contract takes what is due. What is not due stays yours.',
    amount: 'Amount',
    badAmount: 'Write an amount like 120 or 120.50.',
    short: (has: string) => `Your wallet holds ${has}: that is not enough.`,
    line: (amount: string) => `${amount} goes from your wallet to the wallet of the car.`,
    noTokens: 'Your wallet holds no tokens of this loan.',
    leastToUnlock: (amount: string) => `${amount} is the least that ends the default.`,
    address: 'Wallet of the car',
    plainTransfer: 'Anyone may pay by a transfer of tokens to this account. Many wallets refuse to: then pay here.',
  },

  extra: {
    title: 'Pay ahead',
    body: {
      ReducePrincipal: 'Money from the car wallet lowers the principal at once. The next instalment stays due.',
      PayAhead: 'Money from the car wallet lowers the principal at once and pays the next instalments.',
    },
    free: (amount: string) => `The car wallet holds ${amount} that is not due.`,
    nothingFree: 'The car wallet holds nothing that is not due: pay into it first.',
    button: (amount: string) => `Pay ${amount} ahead`,
    line: (amount: string) => `${amount} from the car wallet is paid toward principal and interest.`,
  },

  payoff: {
    title: 'Pay off the loan',
    now: (amount: string) => `${amount} pays the loan off now`,
    parts: (principal: string, interest: string, fees: string) =>
      `Principal ${principal}, interest ${interest}, late fees ${fees}.`,
    perDiem: (amount: string) => `Each day adds at most ${amount}.`,
    goodThrough: 'Good through',
    through: (amount: string, when: string) => `${amount} is enough through ${when}.`,
    unknown: 'So many due dates lie in between that the amount is not known yet.',
    line: (amount: string) => `${amount} pays the loan off; what the car wallet lacks comes from your wallet.`,
    button: (amount: string) => `Pay ${amount} to end the loan`,
  },

  unlock: {
    title: 'Unlock',
    allowed: 'An unlock is due. Nobody can keep it from you.',
    line: 'The contract is asked to unlock the car. Whoever has it done is paid from the loan’s escrow.',
    asked: 'The unlock is asked for. A keeper has the car unlocked, usually within a minute.',
    call: 'Show the unlock as a QR code',
    calling: 'Asking the unlock function…',
    askFirst: 'Ask for the unlock first: then its function hands it to you.',
    code: 'The signed unlock as a QR code',
    hold: 'Hold this before the car’s camera. It needs no network.',
    noAddress: 'This loan’s unlock function has no public address, so a keeper calls it.',
    failed: (why: string) => `The unlock function did not help: ${why}`,
  },

  deliver: {
    button: 'Have the car unlocked now',
    what: 'Your wallet signs a request for this one unlock. It moves no money.',
    signing: 'Sign the request in your wallet.',
    asking: 'The unlock function sends the unlock to the car…',
    waiting: 'The unlock was sent. The car has not answered yet: it may be out of reach.',
    later: (why: string) => `The function says: ${why}. It is asked again.`,
    again: 'The function was not reached. It is asked again.',
    done: 'The car has signed that it is unlocked.',
    silent: 'The car has not answered. The unlock stays asked for: try again, or show it to the car as a QR code.',
    gaveUp: (why: string) =>
      `The function cannot do it now: ${why}. The unlock stays asked for: try again, or wait for a keeper.`,
    refused: (why: string) => `The function refused: ${why}`,
    onlySigned:
      'The function sends unlocks for the borrower and the lender’s keepers only. It signed this one: show the QR code to the car.',
    unreachable: 'The function could not be reached. The unlock stays asked for: try again, or wait for a keeper.',
    nonsense:
      'What answered is not this car’s receipt, so nothing was brought to the chain. The unlock stays asked for.',
    settled: 'The car is unlocked, and its receipt is on the chain already.',
    declined: 'You declined in the wallet. Nothing was sent.',
    cannot: (wallet: string) =>
      `${wallet} cannot sign such a request. Show the unlock as a QR code, or wait for a keeper.`,
  },

  settle: {
    title: 'Bring the car’s receipt',
    line: (fee: string) => `The car’s signed receipt goes to the chain. The call’s fee of ${fee} SOL is paid to you.`,
  },

  emergency: {
    title: 'Emergency start',
    body: (hours: string) => `Lets a locked car start for ${hours}, whatever is owed.`,
    left: (count: number) => (count === 1 ? 'One is left.' : `${count} are left.`),
    until: (when: string) => `The running one ends ${when} at the latest.`,
    button: 'Start in emergency',
    line: 'One emergency start is used. The car is unlocked, and no lock is possible until it ends.',
    none: 'The terms grant no emergency starts.',
  },

  surplus: {
    title: 'Take money back',
    body: 'The contract gives back what the car wallet holds beyond what is due. What falls due later must be paid all the same.',
    button: (amount: string) => `Take ${amount} back`,
    line: (amount: string) => `${amount} goes from the wallet of the car to your wallet.`,
  },

  recovery: {
    title: 'Another key is to take your place',
    body: 'The lender says that your key is lost, and proposes this one. If you did not ask for it, refuse.',
    from: 'It can take over',
    button: 'Refuse it',
    line: 'The proposed key is refused. Another can be proposed after 90 days at the earliest.',
  },

  end: {
    title: 'End the loan',
    body: 'Nothing is owed. Ending the loan gives you the rest of the car wallet, and frees the car for another loan.',
    button: 'End the loan',
    line: 'The loan’s record is closed. The rest of the car wallet is yours, the rest of the escrow the lender’s.',
  },

  notices: {
    title: 'Notices',
    none: 'You have had no notice of a payment that is past due.',
    channels: [
      'by post',
      'by e-mail',
      'by text message',
      'by telephone',
      'in an app',
      'by the car',
    ] as readonly string[],
    served: (channel: string, when: string) => `Notice ${channel}: ${when}`,
    final: (when: string) => `Final notice: ${when}`,
  },

  payments: {
    title: 'Paid so far',
    body: 'What the contract has taken and how it was split.',
    principal: 'Principal',
    interest: 'Interest',
    fees: 'Late fees',
    total: 'Total',
    left: 'Principal left',
  },

  terms: {
    title: 'The terms in plain words',
    lent: (amount: string, rate: string) =>
      `${amount} was lent at ${rate} a year, simple interest by the day, on principal only.`,
    schedule: (count: number, amount: string) => `${count} payments, each of ${amount}; the last one is what is left.`,
    weekly: 'Due every week.',
    everySeconds: (span: string) => `Due every ${span}.`,
    monthly: (months: number, day: string) =>
      months === 1 ? `Due every month on ${day}.` : `Due every ${months} months on ${day}.`,
    twice: (first: string, second: string) => `Due twice a month, on ${first} and on ${second}.`,
    day: (day: number) => (day === 31 ? 'the last day' : `day ${day}`),
    lateFee: (amount: string, after: string) => `A late fee of ${amount}, once for each payment that is ${after} late.`,
    noLateFee: 'There are no late fees.',
    order: 'A payment goes to interest first, then to principal, and to late fees last of all.',
    grace: (span: string) => `The loan is in default when a payment is ${span} past due.`,
    notice: (channels: number, span: string) =>
      `No lock before a notice by ${channels === 1 ? 'one way' : `${channels} ways`} is ${span} old.`,
    noNotice: 'The terms ask for no notice before a lock.',
    finalNotice: (span: string) => `A final notice comes at least ${span} before a lock.`,
    lock: (span: string) =>
      `A lock ends by itself after ${span}. While the loan stays in default, it can be renewed before.`,
    nextStart: 'A lock acts on the next start only, never on a moving car.',
    emergency: (count: number, span: string) => `${count} emergency starts of ${span} each.`,
    overpayment: {
      ReducePrincipal: 'Paying ahead lowers the principal; the next payment stays due.',
      PayAhead: 'Paying ahead also pays the next instalments.',
    },
    extensions: (used: number, of: number) => `${used} of ${of} extensions are used.`,
  },

  confirm: {
    title: 'Before you sign',
    fee: (sol: string) => `The network’s fee is ${sol} SOL at most.`,
    after: 'Afterwards',
    afterUnknown: 'This node does not say what comes after; the contract refuses whatever it does not allow.',
    afterOwed: (amount: string) => `${amount} is past due.`,
    afterNothing: 'Nothing is past due.',
    afterUnlock: 'An unlock is due.',
    trying: 'Trying it out…',
    signing: 'Sign in your wallet…',
    sent: 'Sent. Waiting for the network…',
    processed: 'The network has it. Waiting for the confirmation…',
    silent:
      'Sent, but the node does not answer now. It may have happened: this window goes on asking, so leave it open.',
    confirmed: 'Confirmed.',
  },

  failed: {
    no_fee: 'This wallet has too little SOL for the network’s fee and deposit. Put some in, or use another wallet.',
    declined: 'You declined in the wallet. Nothing was sent.',
    expired: 'It took too long and can no longer happen. Nothing was changed: try again.',
    unreachable: 'The node does not answer. Nothing was sent.',
    other: (text: string) => `It would fail, so nothing was sent: ${text}`,
    /** A rule of the program that refuses, as what to do. */
    rule: (refused: Refused): string => refused.text,
    tokens: 'The token program refuses: your wallet does not hold enough of these tokens.',
  },

  trouble: {
    noData: 'No data yet',
    noDataBody: (host: string) => `The node ${host} does not answer. The page tries again by itself.`,
    stale: (span: string) => `The node has not answered for ${span}. What you see is old.`,
    offline: (when: string) => `What you see is how it was ${when}. The node does not answer.`,
    absent: 'Wrong network',
    absentBody: (network: string, host: string) =>
      `There is no such loan on ${network} (${host}). Check the link, or choose another node.`,
    not_a_loan: 'This address is not a loan of Latchkey.',
    closed:
      'This loan has ended and its record is closed. Money that is still sent to its wallet belongs to the borrower.',
    tooMany: 'Nobody has looked at this loan for long. Have it brought up to date first.',
    collect: 'Bring the loan up to date',
    collectLine: 'The contract takes what is due from the car wallet. Whoever does this, the sums are the same.',
    lagging: (span: string) => `The node is ${span} behind. What you see may be old.`,
    rules: 'The rules of the contract could not be loaded. Load the page again.',
    part: 'This part of the page failed. The rest holds. Load the page again to see it.',
  },

  start: {
    title: 'Open a loan',
    body: 'Write the address of your loan, or connect the wallet that signed it.',
    address: 'Address of the loan',
    badAddress: 'This is not an address. An address has 32 to 44 letters and digits.',
    open: 'Open',
    lender: 'Open a lender',
    lenderAddress: 'Address of the lender',
    mine: 'Your loans',
    noneOfMine: 'No loan of this wallet was found on this network.',
    find: 'Find my loans',
  },

  settings: {
    title: 'Settings',
    language: 'Language',
    node: 'Address of the RPC node',
    websocket: 'Address of its websocket',
    save: 'Save',
    badNode: 'Write an address that begins with https://, or http:// for a node on this machine.',
    network: (network: string, host: string) => `${network} · ${host}`,
    live: 'live',
    polling: 'no live updates, so the page asks every 3 s',
  },

  networks: { mainnet: 'Solana', devnet: 'Solana devnet', testnet: 'Solana testnet', localnet: 'a local network' },

  /** The contract's zone beside the reader's. */
  contractZone: (when: string) => `${when} in the contract`,

  portfolio: {
    title: 'Portfolio',
    loading: 'Reading the loans…',
    count: (shown: number, all: number) => (shown === all ? `${all} loans` : `${shown} of ${all} loans`),
    search: 'Search by address',
    status: 'Status',
    all: 'All',
    days: 'Days past due',
    bucket: { any: 'Any', current: '0', d1: '1–29', d30: '30–59', d60: '60–89', d90: '90–119', d120: '120 and more' },
    columns: { loan: 'Loan', standing: 'Status', pastDue: 'Past due', days: 'Days', owed: 'Owed', next: 'Next due' },
    csv: 'Save as CSV',
    empty: 'No loan matches.',
    outOfDate: 'not looked at for long',
    sortBy: (column: string) => `Sort by ${column}`,
  },

  keys: { move: 'Another wallet', open: 'Move the loan to another wallet' },

  standing: {
    paid_off: 'paid off',
    settled: 'settled',
    charged_off: 'charged off',
    unlocking: 'unlocking',
    emergency_start: 'emergency start',
    locked: 'locked',
    stayed: 'stayed',
    on_hold: 'on hold',
    defaulted: 'in default',
    warned: 'warned',
    past_due: 'past due',
    current: 'current',
  },
};

export type Words = typeof en;
