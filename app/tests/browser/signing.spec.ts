// Signing: what is shown before, and how each thing that can go wrong ends in a clear message.

import { expect, type Page, test } from '@playwright/test';
import { getBase64Encoder, getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { AT, STATES, type World, world } from '../fixtures';
import { type FakeNode, fakeNode } from './node';
import { offerWallet } from './wallet';

const locked = STATES.locked as World;

async function open(page: Page, state: World): Promise<FakeNode> {
  const node = await fakeNode(page, state);
  await page.goto(`/#/loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  return node;
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Pay' });

test('a locked borrower pays and asks for the unlock with one signature, after seeing both', async ({ page }) => {
  const node = await open(page, locked);
  await page.getByRole('button', { name: 'Pay 1,100.16 to unlock' }).click();
  await expect(dialog(page)).toContainText('1,100.16 goes from your wallet to the wallet of the car.');
  await expect(dialog(page)).toContainText('The contract is asked to unlock the car.');
  await expect(dialog(page)).toContainText('0.000005 SOL');
  expect(node.sent, 'nothing is sent before it is signed').toEqual([]);
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page)).toContainText('Confirmed.');

  const bytes = getBase64Encoder().encode(node.sent[0] ?? '');
  const { messageBytes } = getTransactionDecoder().decode(bytes);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const programs = message.instructions.map(({ programAddressIndex }) => message.staticAccounts[programAddressIndex]);
  expect(programs, 'it holds what was shown and no more').toEqual([AT.token, LATCHKEY_PROGRAM_ADDRESS]);
});

test('an amount that could mean two things is not sent', async ({ page }) => {
  await open(page, world);
  await page.getByLabel('Amount').fill('1,124');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await expect(page.getByText('Write an amount like 120 or 120.50.')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('an empty wallet is told what it lacks', async ({ page }) => {
  const node = await open(page, locked);
  node.simulated = 'AccountNotFound';
  await page.getByRole('button', { name: 'Pay 1,100.16 to unlock' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('too little SOL');
  node.simulated = { InstructionError: [0, { Custom: 1 }] };
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('does not hold enough of these tokens');
  node.simulated = null;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeEnabled();
});

test('a rule of the program is told as what to do', async ({ page }) => {
  const node = await open(page, locked);
  node.simulated = { InstructionError: [1, { Custom: 6607 }] };
  await page.getByRole('button', { name: 'Pay 1,100.16 to unlock' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText(
    'top up the car wallet until it can pay what is past due',
  );
});

test('a transaction whose time is over is told so, and can be tried again', async ({ page }) => {
  const node = await open(page, world);
  node.status = null;
  node.blockHeight = 251;
  await page.getByRole('button', { name: /^Pay 1,100\.16 by/ }).click();
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('It took too long');
  node.status = { confirmationStatus: 'confirmed', err: null };
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page)).toContainText('Confirmed.');
});

test('one that a slow node has seen is not given up when its blockhash is old', async ({ page }) => {
  const node = await open(page, world);
  node.status = { confirmationStatus: 'processed', err: null };
  node.blockHeight = 999;
  await page.getByRole('button', { name: /^Pay 1,100\.16 by/ }).click();
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page)).toContainText('The network has it.');
  node.status = { confirmationStatus: 'confirmed', err: null };
  await expect(dialog(page)).toContainText('Confirmed.');
});

test('a node that falls silent after the signature is told so, and its answer ends the wait', async ({ page }) => {
  const node = await open(page, world);
  node.status = { confirmationStatus: 'processed', err: null };
  await page.getByRole('button', { name: /^Pay 1,100\.16 by/ }).click();
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page)).toContainText('The network has it.');
  node.isUp = false;
  await expect(dialog(page)).toContainText('the node does not answer now. It may have happened');
  node.isUp = true;
  await expect(dialog(page)).toContainText('The network has it.');
  node.status = { confirmationStatus: 'confirmed', err: null };
  await expect(dialog(page)).toContainText('Confirmed.');
});

test('a reader who declines stays connected, and nothing is sent', async ({ page }) => {
  await offerWallet(page, 'Careful', 'declines');
  const node = await fakeNode(page, world);
  await page.goto(`/#/loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Connect Careful' }).click();
  await page.getByRole('button', { name: /^Pay 1,100\.16 by/ }).click();
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('You declined in the wallet. Nothing was sent.');
  expect(node.sent).toEqual([]);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Connected:')).toBeVisible();
});

test('a wallet of another chain, or one that cannot sign, is disabled with the reason', async ({ page }) => {
  await page.addInitScript(() => {
    const wallet = (name: string, chains: string[], features: object) => ({
      version: '1.0.0',
      name,
      icon: 'data:image/svg+xml;base64,',
      chains,
      accounts: [],
      features: { 'standard:connect': { version: '1.0.0', connect: async () => ({ accounts: [] }) }, ...features },
    });
    window.addEventListener('wallet-standard:app-ready', (event) => {
      const { register } = (event as CustomEvent).detail;
      register(wallet('Elsewhere', ['solana:mainnet'], { 'solana:signTransaction': {} }));
      register(wallet('Sender', ['solana:localnet'], {}));
    });
  });
  await fakeNode(page, world);
  await page.goto(`/#/loan/${AT.loan}`);
  await expect(page.getByRole('button', { name: 'Connect Elsewhere' })).toBeDisabled();
  await expect(page.getByText('Elsewhere does not work on a local network.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Connect Sender' })).toBeDisabled();
  await expect(page.getByText('Sender cannot sign a transaction without sending it')).toBeVisible();
});

test('who is not the borrower can pay, and is told why nothing else', async ({ page }) => {
  await open(page, STATES.locked_and_cured as World);
  await expect(page.getByRole('button', { name: /ahead$/ })).toBeDisabled();
  await expect(page.getByText('This wallet is not the borrower of this loan').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pay', exact: true })).toBeEnabled();
});
