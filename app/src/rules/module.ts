// A WebAssembly module of `crates/rules-wasm`, asked in JSON.
import type { Refused } from './answers';

/** The functions that a module answers questions with. */
type Asked = 'latchkey_ask' | 'latchkey_ask_past' | 'latchkey_ask_change';

type Exports = {
  memory: WebAssembly.Memory;
  latchkey_alloc(length: number): number;
  latchkey_free(address: number, length: number): void;
} & Record<Asked, (question: number, length: number) => bigint>;

/** The bytes of a module, or the answer that brings them. */
export type ModuleSource = BufferSource | Promise<Response>;

/** A rule of the contract refused, or the question could not be read (code 0). */
export class RuleError extends Error {
  constructor(readonly refused: Refused) {
    super(refused.text);
    this.name = 'RuleError';
  }
}

export class Module {
  private constructor(
    private readonly wasm: Exports,
    private readonly asked: Asked,
  ) {}

  /** Compiles and starts it. */
  static async load(source: ModuleSource, asked: Asked): Promise<Module> {
    const started =
      source instanceof Promise
        ? await WebAssembly.instantiateStreaming(source)
        : await WebAssembly.instantiate(source as BufferSource);
    return new Module(started.instance.exports as unknown as Exports, asked);
  }

  ask<Answer>(kind: string, fields: object): Answer {
    const { memory, latchkey_alloc, latchkey_free } = this.wasm;
    const question = new TextEncoder().encode(JSON.stringify({ ask: kind, ...fields }));
    const address = latchkey_alloc(question.length) >>> 0;
    new Uint8Array(memory.buffer, address, question.length).set(question);
    const result = BigInt.asUintN(64, this.wasm[this.asked](address, question.length));
    const [at, length] = [Number(result >> 32n), Number(result & 0xffff_ffffn)];
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, at, length));
    latchkey_free(at, length);
    const said = JSON.parse(text) as { answer: Answer } | { error: Refused };
    if ('error' in said) throw new RuleError(said.error);
    return said.answer;
  }
}
