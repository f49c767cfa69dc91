// What the rules read in a node's transactions. Amounts are decimal text of base units or lamports, times Unix seconds.
import type { Amount, Time } from './answers';
import { Module, type ModuleSource } from './module';

/** A transaction that succeeded, as a node tells of it. */
export interface Told {
  signature: string;
  time: Time | null;
  logs: readonly string[];
  /** What the car wallet held around it, where the transaction names it. */
  wallet: { before: Amount; after: Amount } | null;
}

/** Where something stands. */
export interface Place {
  signature: string;
  time: Time | null;
}

export interface Parts {
  fees: Amount;
  interest: Amount;
  principal: Amount;
}

/** What happened to the money, and the principal owed after it where that is known. */
export type Line = Place & { owed: Amount | null } & (
    | ({ kind: 'collected' | 'prepaid' | 'paid_off' | 'forgiven' } & Parts)
    | { kind: 'opened' | 'came_in' | 'late_fees' | 'waived' | 'taken_back' | 'closed'; amount: Amount }
  );

export interface Payments {
  /** From the oldest to the newest. */
  lines: Line[];
  paid: Parts;
  /** What the loan's own totals hold beyond the lines; below 0, the transactions are not this loan's. */
  missing: Parts & { came_in: Amount };
}

/** Which loan's payments are asked for. The account is base64, as a node gives it. */
export interface PaymentsQuestion {
  address: string;
  mint: string;
  loan: string;
  wallet: bigint;
}

export interface Call {
  invocation: string;
  of: { loan: string; vehicle: string | null; seq: string; action: 'warn' | 'lock' | 'unlock'; fee: Amount } | null;
  requested: Place | null;
  expires_at: Time | null;
  claims: (Place & { keeper: string; bond: Amount; lease_end: Time; yielded: Place | null })[];
  end:
    | (Place & { kind: 'settled'; keeper: string; fee: Amount; device_time: Time; command_hash: string })
    | (Place & { kind: 'expired'; refunded: Amount; forfeited: Amount })
    | null;
}

export interface Calls {
  /** In the order in which each first appears. */
  calls: Call[];
  /** Keys that cars signed with. */
  device_keys: { vehicle: string; key: string }[];
}

/** Money that reached a treasury. What was taken in an earlier transaction and sent now is in the amount alone. */
export type Sent = Place & { loan: string; amount: Amount; taken: Parts };

/** What the module reads of a transaction, whatever else the page knows of it. */
const toTell = (transactions: readonly Told[]): Told[] =>
  transactions.map(({ signature, time, logs, wallet }) => ({ signature, time, logs, wallet }));

/** Reads transactions with the program's own events. It is a module of its own: the first screen does not need it. */
export class Past {
  private constructor(private readonly module: Module) {}

  static async load(source: ModuleSource): Promise<Past> {
    return new Past(await Module.load(source, 'latchkey_ask_past'));
  }

  /** A loan's money line by line. The transactions name its car wallet and go from the oldest to the newest. */
  payments({ wallet, ...loan }: PaymentsQuestion, transactions: readonly Told[]): Payments {
    return this.module.ask('payments', { ...loan, wallet: wallet.toString(), transactions: toTell(transactions) });
  }

  /** The calls in transactions, the oldest first. */
  calls(transactions: readonly Told[]): Calls {
    return this.module.ask('calls', { transactions: toTell(transactions) });
  }

  /** What reached a treasury in transactions that name it. */
  sent(treasury: string, transactions: readonly Told[]): Sent[] {
    return this.module.ask('sent', { treasury, transactions: toTell(transactions) });
  }
}
