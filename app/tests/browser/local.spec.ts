// The localnet demo's links, and where they do not count.
import { expect, type Page, test } from '@playwright/test';
import { getAddressFromPublicKey, getBase58Decoder } from '@solana/kit';
import { AT, world } from '../fixtures';
import { fakeNode } from './node';

/** A key that whoever made the link has too. */
async function givenKey(): Promise<{ seed: string; address: string }> {
  const keys = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const { d = '' } = await crypto.subtle.exportKey('jwk', keys.privateKey);
  const seed = getBase58Decoder().decode(Buffer.from(d, 'base64url'));
  return { seed, address: await getAddressFromPublicKey(keys.publicKey) };
}

const linkTo = (seed: string) =>
  `#/local?${new URLSearchParams({ rpc: 'http://127.0.0.1:8899', ws: 'ws://127.0.0.1:8900', key: seed, to: `loan/${AT.loan}` })}`;

const savedNode = (page: Page) => page.evaluate(() => localStorage.getItem('latchkey:node'));

test('a link of the demo brings its key and node, and the key leaves the address', async ({ page }) => {
  const { seed, address } = await givenKey();
  await fakeNode(page, world);
  await page.goto(`/${linkTo(seed)}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await expect(page.getByText(`Connected: ${address}`)).toBeVisible();
  expect(page.url()).not.toContain(seed);
  expect(await savedNode(page)).toContain('127.0.0.1:8899');
});

test('a page that is served from elsewhere takes neither key nor node from a link', async ({ page, baseURL }) => {
  const { seed, address } = await givenKey();
  await page.route('https://pay.example/**', async (route) => {
    const url = route
      .request()
      .url()
      .replace('https://pay.example', baseURL ?? '');
    return route.fulfill({ response: await route.fetch({ url }) });
  });
  await page.goto(`https://pay.example/${linkTo(seed)}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await expect(page.getByText('Connected:')).toBeVisible();
  await expect(page.getByText(address)).toHaveCount(0);
  expect(page.url()).not.toContain(seed);
  expect(await savedNode(page)).toBeNull();
});
