// The lender's portfolio with thousands of loans.
import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { getAddressEncoder, getBase58Decoder, getU32Encoder } from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { AT, bytesOf, clock, DAY, DUE, mint, STATES, tokenAccount, type World, world } from '../fixtures';

const LOANS = 3_000;
mkdirSync('test-results/screens', { recursive: true });

/** An address for each number. */
function addressOf(number: number): string {
  const bytes = new Uint8Array(getAddressEncoder().encode(AT.loan));
  bytes.set(getU32Encoder().encode(number), 8);
  return getBase58Decoder().decode(bytes);
}

const account = (data: string, owner: string) => ({
  data: [data, 'base64'],
  owner,
  lamports: 1,
  executable: false,
  rentEpoch: 0,
  space: data.length,
});

/** Three thousand loans, every tenth past due and every hundredth in default. */
async function lenderNode(page: Page) {
  const now = DUE + 11 * DAY;
  const bytes = (state: World) => bytesOf({ ...state, now });
  const [paid, late, lost] = [
    bytes({ ...world, loan: { ...world.loan, ledger: { ...world.loan.ledger, paidScheduled: 9_999_999_999n } } }),
    bytes({
      ...world,
      loan: { ...world.loan, terms: { ...(world.loan.terms as object), graceSecs: 20 * DAY } as never },
    }),
    bytes(STATES.defaulted as World),
  ];
  const loanOf = (index: number) => (index % 100 === 0 ? lost : index % 10 === 0 ? late : paid).loan;
  const loans = Array.from({ length: LOANS }, (_, index) => ({
    pubkey: addressOf(index),
    account: account(loanOf(index), LATCHKEY_PROGRAM_ADDRESS),
  }));
  const vehicles = [{ pubkey: AT.vehicle, account: account(paid.vehicle, LATCHKEY_PROGRAM_ADDRESS) }];
  const single: Record<string, ReturnType<typeof account>> = {
    [AT.lender]: account(paid.lender, LATCHKEY_PROGRAM_ADDRESS),
    [AT.clock]: account(clock(now), AT.token),
    [AT.mint]: account(mint(), AT.token),
    [AT.wallet]: account(tokenAccount(0n), AT.token),
  };
  let asked = 0;
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
  await page.route('http://127.0.0.1:8899/**', (route) => {
    const { id, method, params } = route.request().postDataJSON() as { id: string; method: string; params: unknown[] };
    const context = { slot: 1 };
    const result = () => {
      switch (method) {
        case 'getProgramAccounts':
          // The page asks for loans first, then for vehicles.
          return asked++ % 2 === 0 ? loans : vehicles;
        case 'getMultipleAccounts':
          return { context, value: (params[0] as string[]).map((address) => single[address] ?? null) };
        default:
          return { context, value: single[params[0] as string] ?? null };
      }
    };
    return route.fulfill({ headers, json: { jsonrpc: '2.0', id, result: result() } });
  });
}

test.use({ viewport: { width: 1200, height: 800 } });

test('thousands of loans are listed, sorted, filtered and searched', async ({ page }) => {
  await lenderNode(page);
  await page.goto(`/#/lender/${AT.lender}`);
  const status = page.locator('main > [role=status]');
  await expect(status).toHaveText('3000 loans', { timeout: 120_000 });
  expect(await page.getByRole('row').count(), 'only rows in sight are drawn').toBeLessThan(60);

  const firstDays = page.locator('[aria-rowindex="2"] [role=cell]').nth(3);
  await expect(firstDays, 'the most days past due come first').toHaveText('11');
  await page.getByRole('button', { name: 'Days', exact: true }).click();
  await expect(firstDays).toHaveText('0');
  await expect(page.getByRole('columnheader', { name: 'Days', exact: true })).toHaveAttribute('aria-sort', 'ascending');

  await page.getByLabel('Status').selectOption('defaulted');
  await expect(status).toHaveText('30 of 3000 loans');
  await page.getByLabel('Status').selectOption('');
  await page.getByRole('combobox', { name: 'Days past due' }).selectOption('d1');
  await expect(status).toHaveText('300 of 3000 loans');
  await page.getByRole('combobox', { name: 'Days past due' }).selectOption('any');
  await page.getByLabel('Search by address').fill(addressOf(2_321));
  await expect(status).toHaveText('1 of 3000 loans');

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
  const health = page.getByRole('region', { name: 'Loans by days past due' });
  await expect(health.getByRole('row', { name: /^0 / })).toContainText('2700');
  await expect(health.getByRole('row', { name: /^1–29 / })).toContainText('300');
  await page.getByLabel('Search by address').fill('');
  await page.screenshot({ path: 'test-results/screens/portfolio.png' });
});

test('the end of the list is reached by scrolling', async ({ page }) => {
  await lenderNode(page);
  await page.goto(`/#/lender/${AT.lender}`);
  await expect(page.locator('main > [role=status]')).toHaveText('3000 loans', { timeout: 120_000 });
  await page.getByRole('table', { name: 'Portfolio' }).evaluate((table) => table.scrollTo(0, table.scrollHeight));
  await expect(page.locator('[aria-rowindex="3001"]')).toBeVisible();
});

test('what is saved as CSV is what is shown', async ({ page }) => {
  await lenderNode(page);
  await page.goto(`/#/lender/${AT.lender}`);
  await page.getByLabel('Status').selectOption('defaulted');
  await expect(page.locator('main > [role=status]')).toHaveText('30 of 3000 loans', { timeout: 120_000 });
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const text = (await (await saving).createReadStream()).setEncoding('utf8');
  let lines = '';
  for await (const part of text) lines += part;
  expect(lines.trim().split('\n')).toHaveLength(31);
});
