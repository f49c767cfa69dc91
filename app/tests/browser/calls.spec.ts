// The lender's feed of calls, with each receipt verified in the browser.
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import type { Address } from '@solana/kit';
import { getVehicleEncoder } from '../../src/client';
import type { Told } from '../../src/rules/past';
import { AT, key, text, vehicle, world } from '../fixtures';
import { type FakeNode, fakeNode } from './node';
import { asTold, recorded } from './past';

const [{ question, answer, receipts }] = recorded('calls');
const [{ transaction, device_key: device, signature }] = receipts;
const car = answer.calls[0].of.vehicle as Address;
// The car got a new device after the lock.
const [first, rotated] = answer.device_keys.map(({ key }: { key: Address }) => key) as [Address, Address];

/** A lender whose car was locked, whose unlock ran out, and whose device was changed. */
async function nodeWithCalls(page: Page, keys: { deviceKey: Address; firstDeviceKey: Address }): Promise<FakeNode> {
  const node = await fakeNode(page, world);
  const asked = { ...vehicle, ...keys, lastSeqAsked: 2n, lastSeqProven: 1n };
  node.found = [{ address: car, bytes: text(getVehicleEncoder().encode(asked)) }];
  node.past[car] = asTold(question.transactions as Told[], car).map((told) =>
    told.signature === signature ? { ...told, bytes: transaction } : told,
  );
  return node;
}

const now = { deviceKey: rotated, firstDeviceKey: first };
const open = (page: Page) => page.goto(`/#/lender/${AT.lender}/calls`);
const items = (page: Page) => page.locator('.calls > li');

test('the recorded receipt is of the car’s first device', () => {
  expect(device).toBe(first);
  expect(rotated).not.toBe(first);
});

test('calls are listed from request to end, and the receipt is verified', async ({ page }) => {
  await nodeWithCalls(page, { deviceKey: device, firstDeviceKey: first });
  await page.goto(`/#/lender/${AT.lender}`);
  await page.getByRole('link', { name: 'Calls and receipts' }).click();
  await expect(items(page)).toHaveCount(2);
  await expect(page.getByRole('status')).toContainText('2 of 2 calls that were read, of 1 of the 1 cars');
  const [unlock, lock] = [items(page).nth(0), items(page).nth(1)];
  await expect(unlock).toContainText('Closed without a receipt');
  await expect(lock.getByRole('heading')).toHaveText('Lock 1');
  await expect(lock).toContainText('(given back)');
  await expect(lock).toContainText('Receipt verified: signed by the car’s key on the chain.');
  await expect(lock.getByRole('link', { name: /^Transaction/ })).toHaveCount(4);
});

test('a receipt by the device before is verified as such, and by one that nothing names not at all', async ({
  page,
}) => {
  const node = await nodeWithCalls(page, now);
  await open(page);
  await expect(items(page).nth(1)).toContainText('signed by a key that the car had before.');
  // Without the first key, and without the transaction that changed it, the page cannot know.
  node.found = [
    {
      address: car,
      bytes: text(
        getVehicleEncoder().encode({ ...vehicle, deviceKey: rotated, firstDeviceKey: key(8), lastSeqAsked: 2n }),
      ),
    },
  ];
  node.past[car] = node.past[car]?.slice(2) ?? [];
  await page.reload();
  await expect(items(page).nth(1)).toContainText('Receipt not verifiable');
});

test('a receipt that the transaction does not hold is false, and found by the filter', async ({ page }) => {
  const node = await nodeWithCalls(page, now);
  node.past[car] = asTold(question.transactions as Told[], car);
  await open(page);
  await expect(items(page).nth(1)).toContainText('Receipt false');
  await page.getByLabel('How it ended').selectOption('Receipt not verified');
  await expect(items(page)).toHaveCount(1);
  await page.getByLabel('What was asked').selectOption('Unlock');
  await expect(items(page)).toHaveCount(0);
});

test('calls are searched and saved', async ({ page }) => {
  await nodeWithCalls(page, now);
  await open(page);
  await expect(items(page).nth(1)).toContainText('Receipt verified');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toContain(',lock,');
  expect(lines[2]?.endsWith(',earlier_key')).toBe(true);
  await page.getByLabel('Car, loan, keeper or call').fill(answer.calls[0].end.keeper);
  await expect(items(page)).toHaveCount(1);
  await page.getByLabel('Car, loan, keeper or call').fill('nothing');
  await expect(items(page)).toHaveCount(0);
});

test('a lender of whose cars nothing was asked, and a node without a past, are told apart', async ({ page }) => {
  const node = await nodeWithCalls(page, now);
  node.keepsPast = false;
  await open(page);
  await expect(page.getByRole('alert')).toContainText('This node keeps no transactions.');
  node.keepsPast = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(items(page)).toHaveCount(2);
  node.found = [{ address: car, bytes: text(getVehicleEncoder().encode(vehicle)) }];
  await page.reload();
  await expect(page.getByRole('status')).toHaveText('Nothing was ever asked of your cars.');
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the calls, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await nodeWithCalls(page, now);
    await open(page);
    await expect(items(page).nth(1)).toContainText('Receipt verified');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.screenshot({ path: `test-results/screens/calls-${scheme}.png`, fullPage: true });
  });
}

test.describe('in Spanish', () => {
  test.use({ locale: 'es-MX' });
  test('calls are told in Spanish', async ({ page }) => {
    await nodeWithCalls(page, now);
    await open(page);
    await expect(items(page).nth(1)).toContainText('Recibo verificado');
  });
});
