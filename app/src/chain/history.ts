// Transactions that a node remembers of an address, in pages from the newest back. A node may keep none, or not all.
import {
  type Address,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  isSolanaError,
  type ReadonlyUint8Array,
  type Signature,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE,
} from '@solana/kit';
import type { Told } from '../rules/past';
import type { Rpc } from './network';
import { together } from './together';
import { sleep } from './watch';

/** Signatures that one page asks for: public nodes allow some forty requests of a kind in ten seconds. */
export const PAGE = 40;
/** Transactions that are asked for at a time. */
const AT_ONCE = 4;
/** How often a request is tried; a node that is asked too much refuses for a while. */
const TRIES = 4;

/** The node keeps no transactions at all. */
export class NoHistory extends Error {}

/** A transaction with the slot it stands in and its own bytes. */
export interface Transaction extends Told {
  slot: bigint;
  bytes: ReadonlyUint8Array;
}

/** A stretch of what an address went through. */
export interface Stretch {
  /** From the oldest to the newest. */
  transactions: Transaction[];
  /** Where the next older page begins. */
  cursor: Signature | undefined;
  /** The node remembers nothing older. */
  isEnd: boolean;
  /** Listed transactions that the node did not give. */
  lost: number;
}

/** Which stretch: what is older than `before`, or newer than `until`. */
export interface Bounds {
  before?: Signature | undefined;
  until?: Signature | undefined;
}

/** Reads a page of an address. `account` is the token account whose amounts matter, if one does. */
export async function readPage(
  rpc: Rpc,
  address: Address,
  { before, until }: Bounds,
  signal: AbortSignal,
  account?: Address,
): Promise<Stretch> {
  const limit = until ? 1_000 : PAGE;
  const bounds = { ...(before ? { before } : {}), ...(until ? { until } : {}) };
  const listed = await signaturesOf(rpc, address, { ...bounds, limit }, signal);
  const succeeded = listed.filter(({ err }) => err === null).map(({ signature }) => signature);
  const read = await readAll(rpc, succeeded, signal, account);
  const transactions = read.filter((transaction) => transaction !== undefined).reverse();
  return {
    transactions,
    cursor: listed.at(-1)?.signature,
    isEnd: listed.length < limit,
    lost: read.length - transactions.length,
  };
}

/** The transactions that name an address, the newest first. */
export async function signaturesOf(
  rpc: Rpc,
  address: Address,
  bounds: { limit: number; before?: Signature; until?: Signature },
  signal: AbortSignal,
) {
  return tried(signal, () =>
    rpc.getSignaturesForAddress(address, { ...bounds, commitment: 'confirmed' }).send({ abortSignal: signal }),
  );
}

/** Transactions in the order of their signatures; one that the node does not give is missing. */
export async function readAll(
  rpc: Rpc,
  signatures: readonly Signature[],
  signal: AbortSignal,
  account?: Address,
): Promise<(Transaction | undefined)[]> {
  return together(signatures, AT_ONCE, (signature) => readOne(rpc, signature, signal, account));
}

async function readOne(rpc: Rpc, signature: Signature, signal: AbortSignal, account: Address | undefined) {
  const ask = () =>
    rpc
      .getTransaction(signature, { encoding: 'base64', commitment: 'confirmed', maxSupportedTransactionVersion: 0 })
      .send({ abortSignal: signal });
  let found = await tried(signal, ask);
  // A node lists a signature a moment before it can show the block that holds it.
  for (let again = 1; !found && again < TRIES; again++) {
    await sleep(300 * again, signal);
    found = await tried(signal, ask);
  }
  if (!found?.meta) return undefined;
  const { meta, blockTime, slot } = found;
  const bytes = getBase64Encoder().encode(found.transaction[0]);
  const keys = account ? [...keysOf(bytes), ...loadedBy(meta)] : [];
  return {
    signature,
    slot: BigInt(slot),
    time: blockTime === null ? null : Number(blockTime),
    logs: meta.logMessages ?? [],
    wallet: account && keys.includes(account) ? heldAround(meta as Balances, keys.indexOf(account)) : null,
    bytes,
  };
}

/** The accounts that a transaction names itself. */
function keysOf(transaction: ReadonlyUint8Array): Address[] {
  const { messageBytes } = getTransactionDecoder().decode(transaction);
  return [...getCompiledTransactionMessageDecoder().decode(messageBytes).staticAccounts];
}

/** The accounts that it names through lookup tables. */
function loadedBy(meta: object): Address[] {
  const { loadedAddresses } = meta as { loadedAddresses?: { writable: Address[]; readonly: Address[] } };
  return loadedAddresses ? [...loadedAddresses.writable, ...loadedAddresses.readonly] : [];
}

interface Balances {
  preTokenBalances?: readonly Balance[];
  postTokenBalances?: readonly Balance[];
}

interface Balance {
  accountIndex: number;
  uiTokenAmount: { amount: string };
}

/** What a token account held. One that a node does not list did not exist. */
function heldAround({ preTokenBalances = [], postTokenBalances = [] }: Balances, index: number) {
  const held = (balances: readonly Balance[]) =>
    balances.find(({ accountIndex }) => accountIndex === index)?.uiTokenAmount.amount ?? '0';
  return { before: held(preTokenBalances), after: held(postTokenBalances) };
}

/** Asks again after a pause, unless the node says that it keeps no history. */
async function tried<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (isSolanaError(error, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE)) {
        throw new NoHistory();
      }
      if (signal.aborted || attempt === TRIES) throw error;
      await sleep(500 * 2 ** attempt, signal);
    }
  }
}
