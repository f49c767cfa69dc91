// The contract's rules: `crates/rules-wasm`, asked in JSON.
import type { EscrowView, LoanView, Plan, PortfolioRow, Refused, ServicingView } from './answers';

interface Exports {
  memory: WebAssembly.Memory;
  latchkey_alloc(length: number): number;
  latchkey_ask(question: number, length: number): bigint;
  latchkey_free(address: number, length: number): void;
}

/** A rule of the contract refused, or the question could not be read (code 0). */
export class RuleError extends Error {
  constructor(readonly refused: Refused) {
    super(refused.text);
    this.name = 'RuleError';
  }
}

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
  private constructor(private readonly wasm: Exports) {}

  /** Compiles and starts the module. */
  static async load(module: BufferSource | Promise<Response>): Promise<Rules> {
    const started =
      module instanceof Promise
        ? await WebAssembly.instantiateStreaming(module)
        : await WebAssembly.instantiate(module as BufferSource);
    return new Rules(started.instance.exports as unknown as Exports);
  }

  loan({ wallet, now, ...accounts }: LoanQuestion): LoanView {
    return this.ask('loan', { ...accounts, wallet: wallet.toString(), now: Number(now) });
  }

  /** What the lender may do to a loan now, and where the notices stand. */
  servicing({ wallet, now, ...accounts }: LoanQuestion): ServicingView {
    return this.ask('servicing', { ...accounts, wallet: wallet.toString(), now: Number(now) });
  }

  escrow({ escrow, loan, ...sums }: EscrowQuestion): EscrowView {
    const texts = Object.entries(sums).map(([name, lamports]) => [name, lamports.toString()]);
    return this.ask('escrow', { escrow, loan, ...Object.fromEntries(texts) });
  }

  /** Rows in the order of the loans. */
  portfolio(loans: Omit<LoanQuestion, 'lender' | 'now'>[], now: bigint): PortfolioRow[] {
    const entries = loans.map(({ wallet, ...accounts }) => ({ ...accounts, wallet: wallet.toString() }));
    return this.ask('portfolio', { loans: entries, now: Number(now) });
  }

  /** The schedule of terms signed at `openedAt`. An instalment of 0 asks for the level one, in multiples of `unit`. */
  plan(terms: string, openedAt: bigint, unit: bigint): Plan {
    return this.ask('plan', { terms, opened_at: Number(openedAt), unit: unit.toString() });
  }

  /** What an error number of the program means. */
  refusal(code: number): Refused {
    return this.ask('refusal', { code });
  }

  private ask<Answer>(kind: string, fields: object): Answer {
    const { memory, latchkey_alloc, latchkey_ask, latchkey_free } = this.wasm;
    const question = new TextEncoder().encode(JSON.stringify({ ask: kind, ...fields }));
    const address = latchkey_alloc(question.length) >>> 0;
    new Uint8Array(memory.buffer, address, question.length).set(question);
    const result = BigInt.asUintN(64, latchkey_ask(address, question.length));
    const [at, length] = [Number(result >> 32n), Number(result & 0xffff_ffffn)];
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, at, length));
    latchkey_free(at, length);
    const said = JSON.parse(text) as { answer: Answer } | { error: Refused };
    if ('error' in said) throw new RuleError(said.error);
    return said.answer;
  }
}
