// A wallet without SOL: the sponsor pays, or the page says why not. And the Solana Pay code through it.
import { expect, type Page, test } from '@playwright/test';
import {
  type Address,
  getAddressFromPublicKey,
  getBase64Decoder,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  getTransactionEncoder,
  partiallySignTransaction,
  signatureBytes,
  verifySignature,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { AT, STATES, type World, world } from '../fixtures';
import { expectAccessible } from './axe';
import { type FakeNode, fakeNode } from './node';

const SPONSOR = 'http://127.0.0.1:8090';
const locked = STATES.locked as World;

interface FakeSponsor {
  keys: CryptoKeyPair;
  address: Address;
  isUp: boolean;
  /** Why it refuses. */
  refusal: string | undefined;
  offersPay: boolean;
  methods: string[];
}

/** A sponsor that signs whatever it is asked to, and the page's configuration that names it. */
async function fakeSponsor(page: Page): Promise<FakeSponsor> {
  const keys = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const address = await getAddressFromPublicKey(keys.publicKey);
  const sponsor: FakeSponsor = { keys, address, isUp: true, refusal: undefined, offersPay: true, methods: [] };
  await page.route('**/config.json', (route) =>
    route.fulfill({ json: { rpc: 'http://127.0.0.1:8899', websocket: 'ws://127.0.0.1:8900', sponsor: SPONSOR } }),
  );
  await page.route(`${SPONSOR}/**`, async (route) => {
    if (!sponsor.isUp) return route.abort('connectionrefused');
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    const request = route.request();
    if (request.url().includes('/pay/')) {
      const json = sponsor.offersPay ? { label: 'Car loan', icon: '' } : { message: 'not offered' };
      return route.fulfill({ headers, status: sponsor.offersPay ? 200 : 404, json });
    }
    if (request.method() === 'OPTIONS') return route.fulfill({ headers });
    const { id, method, params } = request.postDataJSON() as {
      id: number;
      method: string;
      params: { transaction: string };
    };
    sponsor.methods.push(method);
    if (sponsor.refusal && method !== 'getPayerSigner') {
      return route.fulfill({
        headers,
        json: { jsonrpc: '2.0', id, error: { code: -32000, message: sponsor.refusal } },
      });
    }
    return route.fulfill({ headers, json: { jsonrpc: '2.0', id, result: await answer(sponsor, method, params) } });
  });
  return sponsor;
}

async function answer({ keys, address }: FakeSponsor, method: string, params: { transaction: string }) {
  if (method === 'getPayerSigner') return { signer_address: address, payment_address: address };
  if (method === 'estimateTransactionFee') return { fee_in_lamports: 3_010_000 };
  const transaction = getTransactionDecoder().decode(getBase64Encoder().encode(params.transaction));
  const signed = await partiallySignTransaction([keys], transaction);
  return { signed_transaction: getBase64Decoder().decode(getTransactionEncoder().encode(signed)) };
}

/** The accounts of a transaction, and its instructions by program. */
function read(wire: string) {
  const { messageBytes, signatures } = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const accounts = message.staticAccounts;
  const calls = message.instructions.map(({ programAddressIndex, accountIndices = [] }) => ({
    program: accounts[programAddressIndex],
    accounts: accountIndices.map((index) => accounts[index]),
  }));
  return { messageBytes, signatures, payer: accounts[0] as Address, calls };
}

/** Opens a loan with a wallet that has no SOL: a node refuses whatever it pays for itself. */
async function openWithoutSol(page: Page, sponsor: FakeSponsor): Promise<FakeNode> {
  const node = await fakeNode(page, locked);
  node.simulated = (wire: string) => (read(wire).payer === sponsor.address ? null : 'AccountNotFound');
  await page.goto(`/#/loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  await page.getByRole('button', { name: 'Pay 1,100.16 to unlock' }).click();
  return node;
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Pay' });

test('a borrower without SOL signs, the sponsor pays fee and deposit, and both were shown', async ({ page }) => {
  const sponsor = await fakeSponsor(page);
  const node = await openWithoutSol(page, sponsor);
  await expect(dialog(page)).toContainText(`The sponsor at 127.0.0.1:8090 (${sponsor.address}) pays`);
  await expect(dialog(page)).toContainText('0.00301 SOL at most');
  await expectAccessible(page);
  expect(sponsor.methods).toEqual(['getPayerSigner', 'estimateTransactionFee']);
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page)).toContainText('Confirmed.');

  const { payer, calls, signatures, messageBytes } = read(node.sent[0] ?? '');
  expect(payer).toBe(sponsor.address);
  expect(calls.map(({ program }) => program)).toEqual([AT.token, LATCHKEY_PROGRAM_ADDRESS]);
  expect(calls[1]?.accounts[0], 'the deposit is the sponsor’s').toBe(sponsor.address);
  expect(calls[0]?.accounts, 'the payment is not').not.toContain(sponsor.address);
  const signed = signatures[sponsor.address];
  expect(signed && (await verifySignature(sponsor.keys.publicKey, signatureBytes(signed), messageBytes))).toBe(true);
  expect(Object.values(signatures).every((signature) => signature !== null)).toBe(true);
});

test('a wallet with SOL asks no sponsor', async ({ page }) => {
  const sponsor = await fakeSponsor(page);
  const node = await openWithoutSol(page, sponsor);
  await expect(dialog(page)).toContainText('0.00301 SOL at most');
  await page.getByRole('button', { name: 'Cancel' }).click();
  sponsor.methods.length = 0;
  node.simulated = null;
  await page.getByRole('button', { name: 'Pay 1,100.16 to unlock' }).click();
  await expect(dialog(page)).toContainText('The network’s fee is 0.000005 SOL at most.');
  expect(sponsor.methods).toEqual([]);
});

test('a sponsor that refuses, is away or has nothing left is told so, and nothing is sent', async ({ page }) => {
  const sponsor = await fakeSponsor(page);
  sponsor.refusal = 'the sponsor has paid for this loan 10 times in an hour: try again later';
  const node = await openWithoutSol(page, sponsor);
  const alert = dialog(page).getByRole('alert');
  await expect(alert).toContainText('the sponsor does not pay: the sponsor has paid for this loan 10 times in an hour');
  await expectAccessible(page);
  sponsor.isUp = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toContainText('the sponsor that would pay does not answer');
  Object.assign(sponsor, { isUp: true, refusal: undefined });
  node.simulated = 'InsufficientFundsForFee';
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toContainText('the sponsor has none left');
  expect(node.sent).toEqual([]);
});

test('a sponsor that refuses after the wallet has signed is told so too', async ({ page }) => {
  const sponsor = await fakeSponsor(page);
  const node = await openWithoutSol(page, sponsor);
  await expect(dialog(page)).toContainText('0.00301 SOL at most');
  sponsor.refusal = 'the sponsor has paid all that it pays in a day';
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('the sponsor has paid all that it pays in a day');
  expect(node.sent).toEqual([]);
});

test('Solana Pay is shown where a sponsor is set and offers it', async ({ page }) => {
  const sponsor = await fakeSponsor(page);
  await fakeNode(page, locked);
  await page.goto(`/#/loan/${AT.loan}`);
  const section = page.locator('section[aria-labelledby=solana-pay]');
  const show = section.getByRole('button', { name: 'Show the Solana Pay code' });
  sponsor.offersPay = false;
  await show.click();
  await expect(section).toContainText('The sponsor offers no Solana Pay.');
  sponsor.isUp = false;
  await show.click();
  await expect(section).toContainText('The sponsor does not answer.');
  Object.assign(sponsor, { isUp: true, offersPay: true });
  await show.click();
  await expect(section.getByRole('img', { name: 'Solana Pay code' })).toBeVisible();
  await expect(section).toContainText('It shows “Car loan”.');
  const link = section.getByRole('link', { name: 'Open in a wallet on this device' });
  await expect(link).toHaveAttribute('href', `solana:${SPONSOR}/pay/${AT.loan}`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('without a sponsor there is no Solana Pay, and settings take one', async ({ page }) => {
  await fakeNode(page, world);
  await page.goto(`/#/loan/${AT.loan}`);
  await page.locator('#car').waitFor();
  await expect(page.locator('section[aria-labelledby=solana-pay]')).toHaveCount(0);
  await page.goto('/#/settings');
  const field = page.getByLabel(/^Address of a sponsor/);
  await field.fill('http://sponsor.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('or nothing');
  await expectAccessible(page);
  await field.fill('https://sponsor.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.goto(`/#/loan/${AT.loan}`);
  await expect(page.locator('section[aria-labelledby=solana-pay]')).toBeVisible();
});
