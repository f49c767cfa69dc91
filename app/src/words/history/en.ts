// The words of payments and calls that are read from transactions, in English. They are loaded with those screens.

export const en = {
  title: 'Payments one by one',
  body: 'What you send lands in the wallet of the car. It becomes a payment when the contract takes it, which splits it into late fees, interest and principal. Both are listed.',
  open: 'Show the payments',
  reading: 'Reading transactions from the node…',
  older: 'Read older ones',
  again: 'Try again',
  none: 'The node tells of no transaction yet.',
  unreachable: 'The node did not give the transactions.',
  noHistory:
    'This node keeps no transactions. Choose another one in the settings to see single payments; the totals above are right all the same.',
  lost: (count: number) =>
    count === 1
      ? 'The node lists one transaction that it does not give.'
      : `The node lists ${count} transactions that it does not give.`,
  whole: 'The payments in this list are all of the loan’s: they add up to its totals.',
  missing: (paid: string, fees: string, interest: string, principal: string) =>
    `Payments of ${paid} are missing in this list: ${fees} to late fees, ${interest} to interest, ${principal} to principal.`,
  missingIn: (amount: string) => `Transfers of ${amount} into the wallet of the car are missing in this list.`,
  notAsked: 'They are in older transactions, which were not read yet.',
  notKept: 'The node does not keep the transactions that hold them.',
  tooMuch: 'The node tells of more than the loan’s own totals hold. Do not trust this list; choose another node.',
  dayUnknown: 'day unknown',
  kinds: {
    opened: 'Loan written over',
    came_in: 'Transfer into the wallet of the car',
    collected: 'Payment taken',
    prepaid: 'Payment ahead taken',
    paid_off: 'Payoff taken',
    late_fees: 'Late fee charged',
    waived: 'Late fee waived',
    forgiven: 'Forgiven by the lender',
    taken_back: 'Taken back by the borrower',
    closed: 'Loan closed, returned',
  },
  split: (fees: string, interest: string, principal: string) =>
    `late fees ${fees}, interest ${interest}, principal ${principal}`,
  left: (amount: string) => `principal left ${amount}`,
  transaction: (short: string) => `Transaction ${short}`,
  chart: 'Principal left over time',
  chartBody: (from: string, to: string, first: string, last: string) =>
    `From ${from} to ${to}: from ${first} to ${last}.`,
  table: 'The same as a table',
  day: 'Day',
  principal: 'Principal left',

  calls: {
    open: 'Calls and receipts',
    title: 'Calls and receipts',
    body: 'What was asked of your cars, which keeper did it, and how it ended. Each receipt is verified here with the key that the chain names for the car: it says that the car did it.',
    commands:
      'The chain keeps the hash of a command and not the command, so which command key signed it cannot be verified here. The car refuses commands that its lender’s keys did not sign.',
    search: 'Car, loan, keeper or call',
    action: 'What was asked',
    actions: { any: 'Everything', warn: 'Warning', lock: 'Lock', unlock: 'Unlock' },
    state: 'How it ended',
    states: {
      any: 'Any',
      open: 'Open',
      settled: 'Settled on a receipt',
      expired: 'Closed without a receipt',
      doubtful: 'Receipt not verified',
    },
    csv: 'Save as CSV',
    none: 'Nothing was ever asked of your cars.',
    count: (shown: number, read: number, cars: number, all: number) =>
      `${shown} of ${read} calls that were read, of ${cars} of the ${all} cars of which something was ever asked.`,
    cut: 'A car has more than a thousand transactions: its oldest calls are not listed.',
    moreCars: 'Read more cars',
    noHistory: 'This node keeps no transactions. Choose another one in the settings to see calls.',
    unknown: (call: string) => `Call ${call}`,
    car: (car: string) => `car ${car}`,
    loan: (loan: string) => `loan ${loan}`,
    pays: (sol: string) => `pays ${sol} SOL`,
    requested: 'Asked for',
    requestMissing: 'The request is in an older transaction, which was not read.',
    claimed: (keeper: string, bond: string) => `Taken by keeper ${keeper} with a bond of ${bond} SOL`,
    yielded: '(given back)',
    settled: (keeper: string, fee: string) => `Settled on the car’s receipt; ${keeper} was paid ${fee} SOL`,
    expired: (refunded: string, forfeited: string) =>
      `Closed without a receipt; ${refunded} SOL went back to the escrow${forfeited ? `, and a bond of ${forfeited} SOL with it` : ''}`,
    stillOpen: 'No end is known: it is open, or its end was not read.',
    verifying: 'Verifying the receipt…',
    verdicts: {
      verified: 'Receipt verified: signed by the car’s key on the chain.',
      earlier_key: 'Receipt verified: signed by a key that the car had before.',
      unknown_key:
        'Receipt not verifiable: signed by a key that nothing read so far names for this car. Read older transactions.',
      false: 'Receipt false: the transaction holds no receipt of this car for this call. Do not trust this node.',
    },
    carTime: (when: string) => `By the car’s clock ${when}.`,
  },

  received: {
    title: 'Payments received by week',
    body: 'What reached the treasury from car wallets, by the week in which it arrived. What the contract has taken and not sent yet is not in it.',
    week: 'Week from',
    payments: 'Payments',
    amount: 'Amount',
    partly: 'only partly read',
    csv: 'Save the payments as CSV',
    none: 'Nothing reached the treasury in the transactions that were read.',
    treasury: 'Payments that went to an earlier treasury are not read.',
  },
};

export type HistoryWords = typeof en;
