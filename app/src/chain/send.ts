// A transaction's way: built, simulated, signed by the wallet, sent until it lands or can no longer.
import {
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase58Decoder,
  getBase64EncodedWireTransaction,
  getTransactionDecoder,
  getTransactionEncoder,
  type Instruction,
  pipe,
  type Signature,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  type Transaction,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../client';
import type { Rpc } from './network';
import { sleep } from './watch';

/** Why a transaction did not happen. */
export type Failure =
  | { kind: 'rule'; code: number }
  | { kind: 'tokens' }
  | { kind: 'no_fee' }
  | { kind: 'declined' }
  | { kind: 'expired' }
  | { kind: 'unreachable' }
  | { kind: 'sponsor'; text: string }
  | { kind: 'sponsor_away' }
  | { kind: 'sponsor_empty' }
  | { kind: 'other'; text: string };

export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind);
    this.name = 'Failed';
  }
}

/** A transaction that a node has tried, ready to be shown and signed. */
export interface Prepared {
  bytes: Uint8Array;
  lastValidBlockHeight: bigint;
  /** The network's fee, lamports. */
  fee: bigint;
  /** Accounts after the transaction, as the node foresees them; base64, in the order asked. Some nodes do not say. */
  after: (string | undefined)[];
}

/** Lamports for one signature. */
const FEE_PER_SIGNATURE = 5_000n;

type Lifetime = { blockhash: Blockhash; lastValidBlockHeight: bigint };

function build(instructions: readonly Instruction[], payer: Address, lifetime: Lifetime) {
  return compileTransaction(
    pipe(
      // The oldest form, which every wallet signs.
      createTransactionMessage({ version: 'legacy' }),
      (message) => setTransactionMessageFeePayer(payer, message),
      (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
      (message) => appendTransactionMessageInstructions(instructions, message),
    ),
  );
}

/** Builds a transaction and has a node try it. Fails with the reason if it would fail. */
export async function prepare(
  rpc: Rpc,
  instructions: readonly Instruction[],
  payer: Address,
  watch: Address[] = [],
): Promise<Prepared> {
  const { value: lifetime } = await reached(rpc.getLatestBlockhash({ commitment: 'confirmed' }).send());
  const transaction = build(instructions, payer, lifetime);
  const wire = getBase64EncodedWireTransaction(transaction);
  const { value: tried } = await reached(
    rpc
      .simulateTransaction(wire, {
        encoding: 'base64',
        commitment: 'confirmed',
        // A node behind a balancer may not know the newest blockhash yet.
        replaceRecentBlockhash: true,
        sigVerify: false,
        accounts: { addresses: watch, encoding: 'base64' },
      })
      .send(),
  );
  if (tried.err) throw new Failed(failureOf(tried.err, instructions));
  const accounts = (tried.accounts ?? []) as readonly ({ data: readonly [string, string] } | null)[];
  return {
    bytes: new Uint8Array(getTransactionEncoder().encode(transaction)),
    lastValidBlockHeight: lifetime.lastValidBlockHeight,
    fee: FEE_PER_SIGNATURE * BigInt(Object.keys(transaction.signatures).length),
    after: watch.map((_, index) => accounts[index]?.data[0]),
  };
}

/** How far what was sent is: on its way, in a block, or not known because the node does not answer. */
export type Way = 'sent' | 'processed' | 'silent';

/** How long a node may take to answer. */
const ANSWER = 6_000;
const soon = () => ({ abortSignal: AbortSignal.timeout(ANSWER) });

/** Sends what the wallet signed, again and again, until it is confirmed or its time is over. */
export function land(rpc: Rpc, signed: Uint8Array, lastValidBlockHeight: bigint, tell: (way: Way) => void) {
  const isOver = async () => (await rpc.getBlockHeight({ commitment: 'confirmed' }).send()) > lastValidBlockHeight;
  return landUntil(rpc, signed, isOver, tell);
}

/** The same for a transaction whose time is told by `isOver`. */
export async function landUntil(
  rpc: Rpc,
  signed: Uint8Array,
  isOver: () => Promise<boolean>,
  tell: (way: Way) => void,
) {
  const transaction = getTransactionDecoder().decode(signed) as Transaction;
  const wire = getBase64EncodedWireTransaction(transaction);
  const signature = signatureOf(transaction);
  let wasSeen = false;
  let isSilent = false;
  const hears = (answered: boolean) => {
    if (answered === !isSilent) return;
    isSilent = !answered;
    tell(isSilent ? 'silent' : wasSeen ? 'processed' : 'sent');
  };
  for (;;) {
    const send = rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight: true, maxRetries: 0n }).send(soon());
    // A node that cannot take it now may have taken it before: only its status tells.
    await send.catch(() => undefined);
    for (let looks = 0; looks < 4; looks++) {
      await sleep(looks === 0 ? 200 : 600);
      const answer = await statusOf(rpc, signature);
      hears(answer !== undefined);
      const status = answer?.status;
      if (status?.err) throw new Failed(failureOf(status.err));
      if (status && !wasSeen) {
        wasSeen = true;
        tell('processed');
      }
      if (status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized') return signature;
    }
    // A node that does not say has not said that it is over.
    const over = await isOver().catch(() => false);
    if (!wasSeen && over) throw new Failed({ kind: 'expired' });
  }
}

/** What a node knows of a signature; nothing if it does not answer. */
async function statusOf(rpc: Rpc, signature: Signature) {
  const answer = await rpc
    .getSignatureStatuses([signature])
    .send(soon())
    .catch(() => undefined);
  return answer && { status: answer.value[0] ?? undefined };
}

function signatureOf(transaction: Transaction): Signature {
  const first = Object.values(transaction.signatures)[0];
  if (!first) throw new Failed({ kind: 'other', text: 'the wallet returned a transaction without a signature' });
  return getBase58Decoder().decode(first) as Signature;
}

/** Waits for a node's answer; one that does not come is a failure of its own. */
export async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch {
    throw new Failed({ kind: 'unreachable' });
  }
}

/** The number by which both the token programs and the system program say that an account holds too little. */
const TOO_LITTLE = 1;

/** What a node's error about these instructions means. */
export function failureOf(error: unknown, instructions: readonly Pick<Instruction, 'programAddress'>[] = []): Failure {
  if (error === 'BlockhashNotFound') return { kind: 'expired' };
  if (error === 'AccountNotFound' || error === 'InsufficientFundsForFee') return { kind: 'no_fee' };
  if (typeof error === 'object' && error !== null && 'InsufficientFundsForRent' in error) return { kind: 'no_fee' };
  if (typeof error === 'object' && error !== null && 'InstructionError' in error) {
    const [index, cause] = error.InstructionError as [bigint | number, unknown];
    if (typeof cause !== 'object' || cause === null || !('Custom' in cause)) {
      return { kind: 'other', text: JSON.stringify(cause) };
    }
    const code = Number(cause.Custom);
    if (code !== TOO_LITTLE) return { kind: 'rule', code };
    // The program passes on what the system program says about a deposit that the payer cannot make.
    const isOurs = instructions[Number(index)]?.programAddress === LATCHKEY_PROGRAM_ADDRESS;
    return { kind: isOurs ? 'no_fee' : 'tokens' };
  }
  return {
    kind: 'other',
    text: JSON.stringify(error, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  };
}
