// What every new screen is held to, and what was sent.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import {
  type Address,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getPublicKeyFromAddress,
  getTransactionDecoder,
  verifySignature,
} from '@solana/kit';
import type { FakeNode } from './node';

/** Nothing is wider than a small phone, and axe finds nothing in either theme. */
export async function expectAccessible(page: Page): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  }
}

export const region = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

export async function signAndLand(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
}

/** The newest transaction: its size, who signed it validly, and its instructions. */
export async function lastSent(node: FakeNode) {
  const wire = getBase64Encoder().encode(node.sent.at(-1) ?? '');
  const { messageBytes, signatures } = getTransactionDecoder().decode(wire);
  for (const [signer, signature] of Object.entries(signatures)) {
    const publicKey = await getPublicKeyFromAddress(signer as Address);
    expect(signature && (await verifySignature(publicKey, signature, messageBytes)), signer).toBe(true);
  }
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const at = (index: number) => message.staticAccounts[index] as Address;
  return {
    size: wire.length,
    signers: Object.keys(signatures) as Address[],
    instructions: message.instructions.map(({ programAddressIndex, accountIndices = [], data }) => ({
      program: at(programAddressIndex),
      accounts: accountIndices.map(at),
      data: new Uint8Array(data ?? []),
    })),
  };
}

/** The page in Spanish from its next load on. */
export async function inSpanish(page: Page): Promise<void> {
  await page.addInitScript(() => localStorage.setItem('latchkey:language', 'es'));
}
