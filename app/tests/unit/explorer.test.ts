import { expect, test } from 'vitest';
import { explorerLink } from '../../src/screens/history/explorer';

const at = (rpc: string) => ({ rpc, websocket: '' });

test('a link names the network, and a node only where it is on this machine', () => {
  const remote = at('https://rpc.example/?key=secret');
  expect(explorerLink('S', 'mainnet', remote)).toBe('https://explorer.solana.com/tx/S');
  expect(explorerLink('S', 'devnet', remote)).toBe('https://explorer.solana.com/tx/S?cluster=devnet');
  expect(explorerLink('S', 'localnet', remote), 'its address may hold a key').toBeUndefined();
  const own = explorerLink('S', 'localnet', at('http://127.0.0.1:8899')) ?? '';
  expect(new URL(own).searchParams.get('customUrl')).toBe('http://127.0.0.1:8899');
});
