// Where a reader looks a transaction up.
import { isOnThisMachine, type Network, type Node } from '../../chain/network';

const EXPLORER = 'https://explorer.solana.com';

/**
 * The page of a transaction in Solana's explorer. None where it cannot ask that network: it reaches a network of somebody's own
 * only through a node on this machine, and the address of any other node can hold a key of its service.
 */
export function explorerLink(signature: string, network: Network, node: Node): string | undefined {
  const page = new URL(`/tx/${signature}`, EXPLORER);
  if (network === 'localnet') {
    if (!isOnThisMachine(node.rpc)) return undefined;
    page.searchParams.set('cluster', 'custom');
    page.searchParams.set('customUrl', node.rpc);
  } else if (network !== 'mainnet') {
    page.searchParams.set('cluster', network);
  }
  return page.toString();
}

/** The ends of a signature or an address, enough to tell it from its neighbours. */
export const short = (text: string) => `${text.slice(0, 4)}…${text.slice(-4)}`;
