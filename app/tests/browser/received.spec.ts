// Payments per week in the lender's health.
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { AT } from '../fixtures';
import { bookNode } from './book';
import { type FakeNode, playOn } from './node';
import { asTold, recorded } from './past';

const [{ question, answer }] = recorded('sent');

/** A lender with a few loans, whose treasury got what the program's own test sent. */
async function nodeWithPayments(page: Page): Promise<FakeNode> {
  const node = bookNode(20);
  const { treasury } = question;
  node.world = { ...node.world, now: question.transactions.at(-1).time, lender: { ...node.world.lender, treasury } };
  node.past[treasury] = asTold(question.transactions, treasury);
  await playOn(page, node);
  return node;
}

const received = (page: Page, name = 'Payments received by week') => page.getByRole('region', { name });

async function toReceived(page: Page, health = 'Loans by days past due') {
  await page.goto(`/#/lender/${AT.lender}`);
  await page.getByRole('heading', { name: health }).scrollIntoViewIfNeeded();
  await expect(received(page).or(received(page, 'Pagos recibidos por semana'))).toBeVisible();
}

test('what reached the treasury is told by the week, and saved', async ({ page }) => {
  const node = await nodeWithPayments(page);
  await page.goto(`/#/lender/${AT.lender}`);
  await toReceived(page);
  const table = received(page).getByRole('table', { name: 'Payments received by week' });
  await expect(table.getByRole('row')).toHaveCount(3);
  await expect(table.getByRole('row').nth(2)).toContainText('Jan 4, 2027');
  await expect(received(page)).not.toContainText('only partly read');
  const download = page.waitForEvent('download');
  await received(page).getByRole('button', { name: 'Save the payments as CSV' }).click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1 + answer.length);
  expect(node.requests, 'rows do not wait for transactions').toContain('getTransaction');
});

test('a node without a past says so, and the portfolio stays', async ({ page }) => {
  const node = await nodeWithPayments(page);
  node.keepsPast = false;
  await toReceived(page);
  await expect(received(page).getByRole('alert')).toContainText('This node keeps no transactions.');
  await expect(page.getByRole('table', { name: 'Portfolio' })).toBeVisible();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the payments by week, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await nodeWithPayments(page);
    await toReceived(page);
    await expect(received(page).getByRole('table')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
}

test.describe('in Spanish', () => {
  test.use({ locale: 'es-MX' });
  test('payments by week are told in Spanish', async ({ page }) => {
    await nodeWithPayments(page);
    await toReceived(page, 'Préstamos por días de atraso');
    await expect(received(page, 'Pagos recibidos por semana').getByRole('table')).toContainText('Semana desde');
  });
});
