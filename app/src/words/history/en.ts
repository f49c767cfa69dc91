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
};

export type HistoryWords = typeof en;
