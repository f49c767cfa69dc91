// A node for the browser's tests: it answers the page's requests with the accounts of a world.
import type { Page, WebSocketRoute } from '@playwright/test';
import { LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { AT, bytesOf, clock, mint, tokenAccount, type World } from '../fixtures';

const URL = 'http://127.0.0.1:8899';

export interface FakeNode {
  world: World;
  /** Whether it answers at all. */
  isUp: boolean;
  /** Whether it has the loan. */
  hasLoan: boolean;
  slot: number;
  /** The first block's hash, by which the page knows the network. */
  genesis: string;
  requests: string[];
  /** What a simulation says is wrong, or how that follows from the transaction in base64. */
  simulated: unknown | ((wire: string) => unknown);
  /** What became of the transactions that were sent. */
  status: { confirmationStatus: string; err: unknown } | null;
  blockHeight: number;
  /** Transactions that were sent, base64. */
  sent: string[];
  /** The open call for the car, if it is read: its address, and its bytes in base64. */
  call: { address: string; bytes: string } | undefined;
  /** More accounts by address: base64 of one of the program's, or with its owner. */
  more: Record<string, string | [string, string]>;
  /** What a search of the program's accounts finds; by what they begin with, where there are several kinds. */
  found: Found[] | ((discriminator: string) => Found[]);
  /** The lamports of every account. */
  lamports: number;
  /** Transactions by each address that they name, the newest first. */
  past: Record<string, PastTransaction[]>;
  /** Whether it keeps transactions. */
  keepsPast: boolean;
}

interface Found {
  address: string;
  bytes: string;
}

/** A transaction that landed. */
export interface PastTransaction {
  signature: string;
  time: number | null;
  logs: readonly string[];
  /** Its bytes, base64. */
  bytes: string;
  /** What each token account that it names held: its place among the transaction's accounts, before and after. */
  balances: { at: number; before: string; after: string }[];
  failed?: boolean;
}

/** Answers for the node that the page asks by default. The socket stays silent, so that the page must poll. */
export async function fakeNode(page: Page, world: World): Promise<FakeNode> {
  const node = nodeOf(world);
  await playOn(page, node);
  return node;
}

/** Has the node answer the requests of a page. */
export async function playOn(page: Page, node: FakeNode): Promise<void> {
  await page.routeWebSocket(/127\.0\.0\.1:8900/, () => {});
  await page.route(`${URL}/**`, async (route) => {
    if (!node.isUp) return route.abort('connectionrefused');
    const { id, method, params } = route.request().postDataJSON() as { id: string; method: string; params: unknown[] };
    node.requests.push(method);
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    return route.fulfill({ headers, json: replyOf(node, id, method, params) });
  });
}

/** What the node replies to a request. */
export function replyOf(node: FakeNode, id: string, method: string, params: unknown[]): object {
  if (!node.keepsPast && ['getSignaturesForAddress', 'getTransaction'].includes(method)) {
    const error = { code: -32011, message: 'Transaction history is not available from this node' };
    return { jsonrpc: '2.0', id, error };
  }
  return { jsonrpc: '2.0', id, result: answer(node, method, params) };
}

/** A node that holds a world. */
export function nodeOf(world: World): FakeNode {
  return {
    world,
    isUp: true,
    hasLoan: true,
    slot: 100,
    genesis: 'AGenesisOfSomebodysOwn1111111111111111111111',
    requests: [],
    simulated: null,
    status: { confirmationStatus: 'confirmed', err: null },
    blockHeight: 120,
    sent: [],
    call: undefined,
    more: {},
    found: [],
    lamports: 1_000_000,
    past: {},
    keepsPast: true,
  };
}

export interface FakeSocket {
  /** Accounts that the page has subscribed to. */
  subscribed: string[];
  /** Says that each of them changed. */
  push(): void;
  /** Closes every connection, as a node does that restarts. */
  close(): Promise<void>;
}

/** A websocket beside the node that confirms each subscription. */
export async function fakeSocket(page: Page): Promise<FakeSocket> {
  const sockets = new Set<WebSocketRoute>();
  const subscribed: string[] = [];
  await page.routeWebSocket(/127\.0\.0\.1:8900/, (socket) => {
    sockets.add(socket);
    socket.onMessage((message) => {
      const { id, method, params } = JSON.parse(String(message)) as { id: string; method: string; params: string[] };
      if (method !== 'accountSubscribe') return;
      subscribed.push(params[0] ?? '');
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: subscribed.length }));
    });
  });
  return {
    subscribed,
    push() {
      const result = { context: { slot: 1 }, value: null };
      for (const socket of sockets) {
        subscribed.forEach((_, index) => {
          const params = { subscription: index + 1, result };
          socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'accountNotification', params }));
        });
      }
    },
    async close() {
      const open = [...sockets];
      sockets.clear();
      await Promise.all(open.map((socket) => socket.close()));
    },
  };
}

function answer(node: FakeNode, method: string, params: unknown[]): unknown {
  const account = (address: string) => accountAt(node, address);
  const context = { slot: node.slot };
  switch (method) {
    case 'getGenesisHash':
      return node.genesis;
    case 'getAccountInfo':
      return { context, value: account(params[0] as string) };
    case 'getMultipleAccounts':
      return { context, value: (params[0] as string[]).map(account) };
    case 'getLatestBlockhash':
      return {
        context,
        value: { blockhash: 'EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N', lastValidBlockHeight: 250 },
      };
    case 'simulateTransaction':
      return { context, value: { err: wrong(node, params[0] as string), logs: [], accounts: null, unitsConsumed: 1 } };
    case 'sendTransaction':
      node.sent.push(params[0] as string);
      return '1'.repeat(64);
    case 'getSignatureStatuses':
      return { context, value: [node.status] };
    case 'getBlockHeight':
      return node.blockHeight;
    case 'getProgramAccounts':
      return searched(node, params[1]).map(({ address, bytes }) => ({
        pubkey: address,
        account: held(bytes, LATCHKEY_PROGRAM_ADDRESS, node.lamports),
      }));
    case 'getSignaturesForAddress':
      return signaturesOf(node, params[0] as string, params[1] as Bounds);
    case 'getTransaction':
      return transactionOf(node, params[0] as string);
    case 'getMinimumBalanceForRentExemption':
      return 900_000;
    default:
      return null;
  }
}

function searched({ found }: FakeNode, config: unknown): Found[] {
  if (typeof found !== 'function') return found;
  const { filters } = config as { filters: { memcmp: { bytes: string } }[] };
  return found(filters[0]?.memcmp.bytes ?? '');
}

interface Bounds {
  limit: number;
  before?: string;
  until?: string;
}

function signaturesOf({ past, slot }: FakeNode, address: string, { limit, before, until }: Bounds) {
  const all = past[address] ?? [];
  const place = (signature: string | undefined) => all.findIndex((entry) => entry.signature === signature);
  const [from, to] = [place(before) + 1, until ? place(until) : all.length];
  return all
    .slice(from, to)
    .slice(0, limit)
    .map(({ signature, time, failed }) => ({
      signature,
      slot,
      err: failed ? { InstructionError: [0, { Custom: 6_000 }] } : null,
      memo: null,
      blockTime: time,
      confirmationStatus: 'finalized',
    }));
}

function transactionOf({ past, slot }: FakeNode, signature: string) {
  const found = Object.values(past)
    .flat()
    .find((entry) => entry.signature === signature);
  if (!found) return null;
  const { time, logs, bytes, balances } = found;
  const told = (which: 'before' | 'after') =>
    balances.map(({ at, ...amounts }) => ({ accountIndex: at, uiTokenAmount: { amount: amounts[which] } }));
  const meta = {
    err: null,
    fee: 5_000,
    logMessages: logs,
    preTokenBalances: told('before'),
    postTokenBalances: told('after'),
  };
  return { slot, blockTime: time, version: 'legacy', transaction: [bytes, 'base64'], meta };
}

const wrong = ({ simulated }: FakeNode, wire: string): unknown =>
  typeof simulated === 'function' ? simulated(wire) : simulated;

const held = (bytes: string, owner: string, lamports: number) => ({
  data: [bytes, 'base64'],
  owner,
  lamports,
  executable: false,
  rentEpoch: 0,
  space: bytes.length,
});

function accountAt(node: FakeNode, address: string) {
  const found = bytesAt(node, address);
  if (!found) return null;
  const [bytes, owner] = typeof found === 'string' ? [found, LATCHKEY_PROGRAM_ADDRESS] : found;
  return held(bytes, owner, node.lamports);
}

function bytesAt({ world, hasLoan, call, more }: FakeNode, address: string): string | [string, string] | undefined {
  switch (address) {
    case AT.vehicle:
      return bytesOf(world).vehicle;
    case AT.lender:
      return bytesOf(world).lender;
    case AT.wallet:
      return [tokenAccount(world.wallet), AT.token];
    case AT.mint:
      return [mint(), AT.token];
    case AT.clock:
      return [clock(world.now), 'Sysvar1111111111111111111111111111111111111'];
    default:
      if (address in more) return more[address];
      if (address === call?.address) return call.bytes;
      return hasLoan && address === AT.loan ? bytesOf(world).loan : undefined;
  }
}
