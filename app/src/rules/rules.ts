// The contract's rules: `crates/rules-wasm`, asked in JSON.
import type { EscrowView, LoanView, PortfolioRow, Refused, ServicingView } from './answers';
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

  /** Rows in the order of the loans. */
  portfolio(loans: Omit<LoanQuestion, 'lender' | 'now'>[], now: bigint): PortfolioRow[] {
    const entries = loans.map(({ wallet, ...accounts }) => ({ ...accounts, wallet: wallet.toString() }));
    return this.module.ask('portfolio', { loans: entries, now: Number(now) });
  }

  /** What an error number of the program means. */
  refusal(code: number): Refused {
    return this.module.ask('refusal', { code });
  }
}
