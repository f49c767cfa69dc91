// The lender's own page: keys, pause, functions. And the health of its portfolio.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { getBase64Encoder, getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit';
import { functionAddress } from '../../src/chain/around';
import { Action, identifyLatchkeyInstruction, LatchkeyInstruction } from '../../src/client';
import { AT, key, NOW, world } from '../fixtures';
import { functionBytes, lenderNode, openAs, owned } from './lender';
import type { FakeNode } from './node';

const region = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

function sent(node: FakeNode) {
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent.at(-1) ?? ''));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const data = new Uint8Array(message.instructions[0]?.data ?? []);
  return { kind: identifyLatchkeyInstruction({ data }), data };
}

async function expectAccessible(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  }
}

test('functions are listed with what they pay, whose keys sign, and where they run', async ({ page }) => {
  const node = await lenderNode(page, await owned(world));
  node.more[await functionAddress(AT.lender, Action.Lock)] = functionBytes(Action.Lock, {
    uri: 'https://lock.example/fn',
  });
  delete node.more[await functionAddress(AT.lender, Action.Warn)];
  await openAs(page, '/functions');
  const lock = region(page, 'Lock');
  await expect(lock).toContainText('0.00003 SOL');
  await expect(lock).toContainText('https://lock.example/fn');
  await expect(lock).toContainText(key(9));
  await expect(lock).toContainText('Dec 1, 2026');
  await expect(region(page, 'Unlock')).toContainText('A loan pins its unlock when it is signed.');
  await expect(region(page, 'Unlock')).toContainText('runs where the keeper is');
  await expect(region(page, 'Warning')).toContainText('You offer no such function.');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
  await expectAccessible(page);
});

test('warnings and locks are paused for hours, and the pause is ended', async ({ page }) => {
  const node = await lenderNode(page, await owned(world, 'servicer'));
  await openAs(page, '/functions');
  const pause = region(page, 'Pause warnings and locks');
  await expect(pause.getByRole('button', { name: 'End the pause' })).toBeDisabled();
  await pause.getByLabel('Hours, at most 24').fill('25');
  await pause.getByRole('button', { name: 'Pause warnings and locks' }).click();
  await expect(pause.getByRole('alert')).toHaveText('Write whole hours from 1 to 24.');
  await pause.getByLabel('Hours, at most 24').fill('6');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('No warning and no lock of any of your loans for 6 hours.');
  const paused = await owned(world, 'servicer');
  node.world = { ...paused, lender: { ...paused.lender, pausedUntil: NOW + 6 * 3_600 } };
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  expect(sent(node).kind).toBe(LatchkeyInstruction.Pause);
  expect(new DataView(sent(node).data.buffer).getUint32(8, true)).toBe(6 * 3_600);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(pause).toContainText('Paused for 6 hours more.');
  await pause.getByRole('button', { name: 'End the pause' }).click();
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  expect(sent(node).kind).toBe(LatchkeyInstruction.Unpause);
});

test('a stranger pauses nothing', async ({ page }) => {
  await lenderNode(page, await owned(world, 'stranger'));
  await openAs(page, '/functions');
  const pause = region(page, 'Pause warnings and locks');
  await expect(pause.getByRole('button', { name: 'Pause warnings and locks' })).toBeDisabled();
  await expect(pause).toContainText('Only the lender’s authority or servicer signs this.');
});

test('an address that is no lender is named', async ({ page }) => {
  await lenderNode(page, world);
  await page.goto(`/#/lender/${key(77)}/functions`);
  await expect(page.getByRole('alert')).toContainText('no such lender on this network');
});
