// New terms that both parties sign: old and new side by side, what is worse for the borrower marked, what the rest costs.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { getBase64Encoder, getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit';
import { nonceAddress } from '../../src/chain/offer';
import { getAmendInstructionDataDecoder } from '../../src/client';
import { AT, STATES, type World } from '../fixtures';
import { borrowersWallet, lenderNode, lenderWallet, nonceAccount, openAs, openAsBorrower, owned } from './lender';

const pastDue = STATES.past_due as World;
const UNIT = 1_000_000n;
const AMEND = `/loan/${AT.loan}/amend`;

async function start(page: Page, role: 'authority' | 'servicer' = 'authority') {
  const node = await lenderNode(
    page,
    await owned({ ...pastDue, loan: { ...pastDue.loan, borrower: await borrowersWallet() } }, role),
  );
  node.more[await nonceAddress(await lenderWallet())] = await nonceAccount(5);
  return node;
}

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const show = (page: Page) => page.getByRole('button', { name: 'Show what is signed' });

/** Ten payments that are left, from January on. */
async function rest(page: Page) {
  await field(page, 'Number of payments that are left').fill('10');
  await field(page, 'First due date, in the borrower’s time').fill('2027-01-05T11:00:00');
}

async function expectAccessible(page: Page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  }
}

test('an amendment shows old and new terms to both, and happens when the borrower signs', async ({ page }) => {
  const node = await start(page);
  await openAs(page, `/loan/${AT.loan}`);
  await page.getByRole('link', { name: 'Write new terms' }).click();
  await rest(page);
  await field(page, 'Rate a year, %').fill('12');
  await field(page, 'Grace before default, days').fill('5');
  await field(page, 'Forgive principal').fill('160');
  await expectAccessible(page);
  await show(page).click();
  const dialog = page.getByRole('dialog');
  const row = (within: ReturnType<Page['getByRole']>, name: string) => within.getByRole('row', { name });
  await expect(row(dialog, 'Rate a year')).toContainText('18 %12 % (better for the borrower)');
  await expect(row(dialog, 'Grace before default')).toContainText('10 days5 days (worse for the borrower)');
  await expect(dialog).toContainText('One change is worse for the borrower.');
  await expect(dialog).toContainText('160.00 of principal are forgiven.');
  await expect(dialog.getByRole('region', { name: 'What is left would cost' })).toContainText('10,000.00');
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  await expect(dialog).toContainText('Nothing happens before the borrower signs too.');
  await expectAccessible(page);
  const made = await page.getByLabel('Link for the borrower').inputValue();
  expect(node.sent).toEqual([]);

  await openAsBorrower(page, made.slice(made.indexOf('#/') + 2));
  const main = page.getByRole('main');
  await expect(row(main, 'Rate a year')).toContainText('18 %12 % (better for the borrower)');
  await expect(row(main, 'Grace before default')).toContainText('10 days5 days (worse for the borrower)');
  await expect(main).toContainText('160.00 of principal are forgiven.');
  await expect(main.getByRole('region', { name: 'What is left would cost' })).toContainText('10,000.00');
  // What stays is shown too.
  await expect(main).toContainText('A lock lasts');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign and send' }).focus();
  await page.keyboard.press('Enter');
  await expect(main).toContainText('Confirmed.');

  const { messageBytes, signatures } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent[0] ?? ''));
  expect(Object.keys(signatures)).toEqual([await lenderWallet(), await borrowersWallet()]);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const data = message.instructions[1]?.data ?? new Uint8Array();
  const { terms, forgivePrincipal } = getAmendInstructionDataDecoder().decode(data);
  const { principal, lateFee } = pastDue.loan.terms;
  expect([terms.principal, terms.aprPpm, terms.count, terms.lateFee]).toEqual([principal, 120_000, 10, lateFee]);
  expect([terms.graceSecs, terms.deferred, forgivePrincipal]).toEqual([5 * 86_400, 0, 160n * UNIT]);
  expect(Number(terms.firstDue)).toBe(Date.parse('2027-01-05T11:00:00-05:00') / 1_000);
});

test('the contract’s rules refuse at their fields, and too much forgiven apart', async ({ page }) => {
  await start(page);
  await openAs(page, AMEND);
  await rest(page);
  await field(page, 'First due date, in the borrower’s time').fill('2026-11-05T11:00:00');
  await expect(field(page, 'First due date, in the borrower’s time')).toHaveAccessibleDescription(
    /ahead|future|later/i,
  );
  await rest(page);
  await field(page, 'Forgive principal').fill('10160.01');
  await expect(page.getByRole('alert')).toContainText('No more can be forgiven than is owed');
  await show(page).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await field(page, 'Forgive principal').fill('10,160');
  await expect(field(page, 'Forgive principal')).toHaveAccessibleDescription('Write an amount like 120 or 120.50.');
});

test('a servicer cannot offer new terms', async ({ page }) => {
  await start(page, 'servicer');
  await openAs(page, AMEND);
  await rest(page);
  await expect(show(page)).toBeDisabled();
  await expect(page.getByText('Only the lender’s authority signs this.')).toBeVisible();
});

test('an amendment of a loan that has changed since cannot be signed', async ({ page }) => {
  const node = await start(page);
  await openAs(page, AMEND);
  await rest(page);
  await show(page).click();
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  const made = await page.getByLabel('Link for the borrower').inputValue();
  node.world = { ...node.world, loan: { ...node.world.loan, revision: 1 } };
  await openAsBorrower(page, made.slice(made.indexOf('#/') + 2));
  await expect(page.getByText('The loan has changed since. Ask for a new link.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeDisabled();
});
