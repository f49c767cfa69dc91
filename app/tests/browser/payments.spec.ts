// Payments one by one, read from the transactions of the car wallet.
import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { AT, tokenAccount } from '../fixtures';
import { asTold, recorded, recordedLoan } from './past';

mkdirSync('test-results/screens', { recursive: true });

const money = (cents: string) => (Number(cents) / 100).toFixed(2);

const region = (page: Page, name = 'Payments one by one') => page.getByRole('region', { name });

/** Opens the loan and goes to its payments, as a reader who scrolls there. */
async function toPayments(page: Page, address: string) {
  await page.goto(`/#/loan/${address}`);
  await page.getByRole('heading', { name: 'Paid so far' }).scrollIntoViewIfNeeded();
  await expect(region(page)).toBeVisible();
}

test('each payment is listed with its day, amount, split and transaction, and the lines are the totals', async ({
  page,
}) => {
  const { address, node } = await recordedLoan(page, 0);
  await page.goto(`/#/loan/${address}`);
  await page.locator('#car').waitFor();
  expect(node.requests, 'the first screen waits for no transaction').not.toContain('getTransaction');
  await toPayments(page, address);
  await expect(region(page)).toContainText('The payments in this list are all of the loan’s');
  const { answer, question } = recorded('payments')[0];
  const lines = region(page).getByRole('list').getByRole('listitem');
  await expect(lines).toHaveCount(answer.lines.length);
  const kinds = await lines.evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.kind));
  expect(kinds).toEqual(answer.lines.map(({ kind }: { kind: string }) => kind).reverse());
  // Base units of six decimals: the newest payment.
  const newest = lines.first();
  await expect(newest).toContainText('Payment taken');
  await expect(newest).toContainText(/late fees .*, interest .*, principal .*; principal left/);
  const signature = question.transactions.at(-1).signature;
  await expect(newest.getByRole('link')).toHaveAttribute(
    'href',
    new RegExp(`^https://explorer.solana.com/tx/${signature}\\?cluster=custom`),
  );
  await expect(region(page).locator('[data-kind=came_in]').first()).toContainText(
    'Transfer into the wallet of the car',
  );
});

test('the balance over time is a line, and a table that the keyboard opens', async ({ page }) => {
  const { address } = await recordedLoan(page, 1);
  await toPayments(page, address);
  await expect(region(page).locator('svg .line')).toHaveAttribute('d', /^M0,.*H320V/);
  await region(page).getByText('The same as a table').focus();
  await page.keyboard.press('Enter');
  const table = region(page).getByRole('table', { name: 'Principal left over time' });
  await expect(table).toBeVisible();
  const { principal } = recorded('payments')[1].answer.lines.at(-1) as { principal: string };
  expect(principal, 'the last line is what was forgiven').toBe('1500');
  const owed = await table.getByRole('cell').allInnerTexts();
  expect(owed[0]).toBe('100.00');
  expect(owed.at(-1), 'forgiven principal is owed no more').toBe(
    money(recorded('payments')[1].answer.lines.at(-1).owed),
  );
  expect(owed.length, 'written, paid three times, forgiven').toBeGreaterThanOrEqual(5);
});

test('a history that the node has cut says to the unit what is missing', async ({ page }) => {
  const { address, node, wallet } = await recordedLoan(page, 0);
  node.past[wallet] = node.past[wallet]?.slice(0, -5) ?? [];
  await toPayments(page, address);
  await expect(region(page)).toContainText('are missing in this list');
  await expect(region(page)).toContainText('The node does not keep the transactions that hold them.');
  await expect(region(page)).not.toContainText('all of the loan’s');
});

test('transactions that are another loan’s are not believed', async ({ page }) => {
  const { address, node, wallet } = await recordedLoan(page, 0);
  // More was paid in these than the loan's account says.
  node.past[wallet] = asTold(recorded('payments')[3].question.transactions, wallet);
  await toPayments(page, address);
  await expect(region(page).getByRole('alert')).toContainText('Do not trust this list');
});

test('older pages are read when they are asked for', async ({ page }) => {
  const { address, node, wallet } = await recordedLoan(page, 0);
  const told = node.past[wallet] ?? [];
  const [newest] = told;
  if (!newest) throw new Error('nothing is recorded');
  // Fifty transactions that failed stand between the newest and the rest.
  const failed = Array.from({ length: 50 }, (_, index) => ({
    ...newest,
    signature: `${index}`.padStart(64, '2'),
    failed: true,
  }));
  node.past[wallet] = [newest, ...failed, ...told.slice(1)];
  await toPayments(page, address);
  await expect(region(page)).toContainText('They are in older transactions, which were not read yet.');
  await region(page).getByRole('button', { name: 'Read older ones' }).click();
  await expect(region(page)).toContainText('The payments in this list are all of the loan’s');
  await expect(region(page).getByRole('button', { name: 'Read older ones' })).toHaveCount(0);
});

test('what happens while the page is open joins the list', async ({ page }) => {
  const { address, node, wallet } = await recordedLoan(page, 1);
  await toPayments(page, address);
  await expect(region(page)).toContainText('The payments in this list are all of the loan’s');
  const before = await region(page).getByRole('list').getByRole('listitem').count();
  // The loan is paid off by somebody who brings the money.
  const { question } = recorded('payments')[2];
  node.past[wallet] = asTold(question.transactions, wallet);
  node.more[address] = question.loan;
  node.more[wallet] = [tokenAccount(BigInt(question.wallet)), AT.token];
  const lines = region(page).getByRole('list').getByRole('listitem');
  await expect(lines).toHaveCount(before + 2);
  await expect(lines.first()).toContainText('Payoff taken');
  await expect(region(page)).toContainText('The payments in this list are all of the loan’s');
});

test('a reader of transactions that cannot be loaded takes nothing else with it', async ({ page }) => {
  await page.route('**/past.wasm', (route) => route.abort());
  await page.route(/assets\/Payments-.*\.js/, (route) => route.abort());
  const { address } = await recordedLoan(page, 0);
  await page.goto(`/#/loan/${address}`);
  await page.getByRole('heading', { name: 'Paid so far' }).scrollIntoViewIfNeeded();
  await expect(page.getByText('This part of the page failed.')).toBeVisible();
  await expect(page.locator('#car')).toBeVisible();
  await page.unroute(/assets\/Payments-.*\.js/);
  await page.reload();
  await page.getByRole('heading', { name: 'Paid so far' }).scrollIntoViewIfNeeded();
  await expect(region(page).getByRole('alert')).toContainText('could not be loaded');
});

test('a node that keeps no transactions is named, and the totals stay', async ({ page }) => {
  const { address, node } = await recordedLoan(page, 0);
  node.keepsPast = false;
  await toPayments(page, address);
  await expect(region(page).getByRole('alert')).toContainText('This node keeps no transactions.');
  await expect(page.getByRole('region', { name: 'Paid so far' })).toBeVisible();
  node.keepsPast = true;
  await region(page).getByRole('button', { name: 'Try again' }).click();
  await expect(region(page)).toContainText('The payments in this list are all of the loan’s');
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the payments, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    const { address } = await recordedLoan(page, 1);
    await toPayments(page, address);
    await expect(region(page)).toContainText('The payments in this list are all of the loan’s');
    await region(page).getByText('The same as a table').click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
    await region(page).screenshot({ path: `test-results/screens/payments-${scheme}.png` });
  });
}

test.describe('in Spanish', () => {
  test.use({ locale: 'es-MX' });
  test('payments are told in Spanish', async ({ page }) => {
    const { address } = await recordedLoan(page, 0);
    await page.goto(`/#/loan/${address}`);
    await page.getByRole('heading', { name: 'Pagado hasta ahora' }).scrollIntoViewIfNeeded();
    await expect(region(page, 'Los pagos uno por uno')).toContainText('suman sus totales');
    await expect(region(page, 'Los pagos uno por uno')).toContainText('recargos');
  });
});
