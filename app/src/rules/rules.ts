// The contract's rules: `crates/rules-wasm`, asked in JSON.
import type {
  BorrowerKeyView,
  EscrowView,
  LoanView,
  Plan,
  PortfolioRow,
  Refused,
  SaleView,
  ServicingView,
  VehicleView,
} from './answers';
import { Module, type ModuleSource } from './module';

export { RuleError } from './module';

/** What the rules are asked about one loan. Accounts are base64, as a node gives them. */
export interface LoanQuestion {
  loan: string;
  vehicle: string;
  lender: string;
  wallet: bigint;
  now: bigint;
}

/** What the rules are asked about an escrow. Sums are lamports. */
export interface EscrowQuestion {
  escrow: string;
  loan: string;
  lamports: bigint;
  /** What an account of its size must hold. */
  rent: bigint;
  warn_fee: bigint;
  lock_fee: bigint;
}

/** What the rules are asked about a sale. Accounts are base64. */
export interface SaleQuestion {
  loan: string;
  vehicle: string;
  lender: string;
  buyer: string;
  buyer_address: string;
  /** The buyer's functions. */
  warn: string;
  lock: string;
  unlock: string;
  /** The car's clock in its receipt of the buyer's keys, once there is one. */
  device_time: number | null;
  now: number;
}

/** A function as it would be offered. */
export interface OfferQuestion {
  action: number;
  fee: bigint;
  bond: bigint;
  lease_secs: number;
  ttl_secs: number;
  required: number;
  command_keys: { key: string; uri: string }[];
}

export class Rules {
  private constructor(private readonly module: Module) {}

  /** Compiles and starts the module. */
  static async load(source: ModuleSource): Promise<Rules> {
    return new Rules(await Module.load(source, 'latchkey_ask'));
  }

  loan({ wallet, now, ...accounts }: LoanQuestion): LoanView {
    return this.module.ask('loan', { ...accounts, wallet: wallet.toString(), now: Number(now) });
  }

  /** What the lender may do to a loan now, and where the notices stand. */
  servicing({ wallet, now, ...accounts }: LoanQuestion): ServicingView {
    return this.module.ask('servicing', { ...accounts, wallet: wallet.toString(), now: Number(now) });
  }

  escrow({ escrow, loan, ...sums }: EscrowQuestion): EscrowView {
    const texts = Object.entries(sums).map(([name, lamports]) => [name, lamports.toString()]);
    return this.module.ask('escrow', { escrow, loan, ...Object.fromEntries(texts) });
  }

  sale(question: SaleQuestion): SaleView {
    return this.module.ask('sale', question);
  }

  /** What becomes of the borrower's key if it were `newKey`. */
  borrowerKey(loan: string, newKey: string, now: number): BorrowerKeyView {
    return this.module.ask('borrower_key', { loan, new_key: newKey, now });
  }

  /** The rule that refuses the nomination of another authority. */
  nominate(lender: string, nominee: string): Refused | null {
    return this.change('nominate', { lender, nominee }).refused;
  }

  /** The rule that refuses another allow-list. */
  keepers(keepers: readonly string[]): Refused | null {
    return this.change('keepers', { keepers }).refused;
  }

  /** The rule that refuses to offer a function like this. */
  offer({ fee, bond, ...offer }: OfferQuestion): Refused | null {
    return this.change('function', { ...offer, fee: `${fee}`, bond: `${bond}` }).refused;
  }

  /** What may be changed of a car, and of the loan that it secures if there is one. */
  vehicle(vehicle: string, loan: string | null, deviceKey: string, now: number): VehicleView {
    return this.module.ask('settings', { change: 'vehicle', vehicle, loan, device_key: deviceKey, now });
  }

  /** Rows in the order of the loans. */
  portfolio(loans: Omit<LoanQuestion, 'lender' | 'now'>[], now: bigint): PortfolioRow[] {
    const entries = loans.map(({ wallet, ...accounts }) => ({ ...accounts, wallet: wallet.toString() }));
    return this.module.ask('portfolio', { loans: entries, now: Number(now) });
  }

  /** The schedule of terms signed at `openedAt`. An instalment of 0 asks for the level one, in multiples of `unit`. */
  plan(terms: string, openedAt: bigint, unit: bigint): Plan {
    return this.module.ask('plan', { terms, opened_at: Number(openedAt), unit: unit.toString() });
  }

  /** What an error number of the program means. */
  refusal(code: number): Refused {
    return this.module.ask('refusal', { code });
  }

  private change(change: string, fields: object): { refused: Refused | null } {
    return this.module.ask('settings', { change, ...fields });
  }
}
