// Wallets that a test offers to the page.

import type { Page } from '@playwright/test';

/** Offers a wallet of that name that can only sign transactions; it may decline every one. */
export async function offerWallet(page: Page, name: string, answer: 'signs' | 'declines'): Promise<void> {
  await page.addInitScript(
    ({ name, answer }) => {
      const account = {
        address: '11111111111111111111111111111112',
        publicKey: new Uint8Array(32),
        chains: ['solana:localnet'],
        features: ['solana:signTransaction'],
      };
      const wallet = {
        version: '1.0.0',
        name,
        icon: 'data:image/svg+xml;base64,',
        chains: ['solana:localnet'],
        accounts: [account],
        features: {
          'standard:connect': { version: '1.0.0', connect: async () => ({ accounts: [account] }) },
          'solana:signTransaction': {
            version: '1.0.0',
            signTransaction: async () => {
              if (answer === 'declines') {
                throw new Error('User rejected the request');
              }
              return [];
            },
          },
        },
      };
      window.addEventListener('wallet-standard:app-ready', (event) => {
        (event as CustomEvent).detail.register(wallet);
      });
    },
    { name, answer },
  );
}
