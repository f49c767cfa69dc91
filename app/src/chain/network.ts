// Which node the page asks, and which network that node is on.
import {
  createDefaultRpcTransport,
  createSolanaRpcFromTransport,
  createSolanaRpcSubscriptions,
  type RpcTransport,
} from '@solana/kit';

export interface Node {
  rpc: string;
  websocket: string;
  /** A fee payer of the operator's, if there is one. */
  sponsor?: string | undefined;
}

export type Network = 'mainnet' | 'devnet' | 'testnet' | 'localnet';

const GENESIS: Record<string, Network> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': 'mainnet',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: 'devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHScSQY3XKYq2bUxbG6yx': 'testnet',
};

/** A network by its first block. Any other is somebody's own. */
export function networkOf(genesis: string): Network {
  return GENESIS[genesis] ?? 'localnet';
}

/** The chain's name in the Wallet Standard. */
export function chainOf(network: Network): `solana:${string}` {
  return `solana:${network}`;
}

/** The websocket that goes with an RPC address by Solana's convention: the next port where one is named. */
export function websocketOf(rpc: string): string {
  const url = new URL(rpc);
  if (url.port) url.port = String(Number(url.port) + 1);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.toString();
}

/** Whether an address is on this machine. Only such a node may be named by a link: another could lie about what is owed. */
export function isOnThisMachine(address: string): boolean {
  try {
    return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
  } catch {
    return false;
  }
}

/** The host of an address. Keys of services stand in paths and queries, so nothing more is ever shown. */
export function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return '';
  }
}

/** Lists of accounts are long, and of them only addresses and bytes are used. They are read by the browser's own JSON, which is
 * faster than one that keeps every digit of numbers beyond 2^53. */
function transportTo(url: string): RpcTransport {
  const usual = createDefaultRpcTransport({ url });
  return async <Answer>(request: Parameters<RpcTransport>[0]): Promise<Answer> => {
    const { method } = request.payload as { method: string };
    if (method !== 'getProgramAccounts') return usual<Answer>(request);
    const body = JSON.stringify(request.payload, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
    const headers = { 'content-type': 'application/json' };
    const signal = request.signal ?? null;
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    if (!response.ok) throw new Error(`the node answers ${response.status}`);
    return (await response.json()) as Answer;
  };
}

const rpcOf = (url: string) => createSolanaRpcFromTransport(transportTo(url));

export type Rpc = ReturnType<typeof rpcOf>;

export function connect(node: Node) {
  return { rpc: rpcOf(node.rpc), subscriptions: createSolanaRpcSubscriptions(node.websocket) };
}
