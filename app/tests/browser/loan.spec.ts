// The loan page of a lender: what it says in each state, what can be signed, and why the rest cannot.
import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { getBase64Encoder, getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit';
import { identifyLatchkeyInstruction, LATCHKEY_PROGRAM_ADDRESS, LatchkeyInstruction } from '../../src/client';
import { AT, DAY, DUE, STATES, type World, world } from '../fixtures';
import { callBytes, lenderNode, lockCall, openAs, owned } from './lender';
import type { FakeNode } from './node';

mkdirSync('test-results/screens', { recursive: true });
const LOAN = `/loan/${AT.loan}`;
const pastDue = STATES.past_due as World;

/** The instruction of the program in the last transaction that was sent. */
function sent(node: FakeNode): { kind: LatchkeyInstruction; data: Uint8Array } {
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent.at(-1) ?? ''));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  expect(message.instructions).toHaveLength(1);
  const [instruction] = message.instructions;
  expect(message.staticAccounts[instruction?.programAddressIndex ?? 0]).toBe(LATCHKEY_PROGRAM_ADDRESS);
  const data = new Uint8Array(instruction?.data ?? []);
  return { kind: identifyLatchkeyInstruction({ data }), data };
}

const form = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

async function signAndLand(page: Page) {
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
}

async function expectAccessible(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  }
}

for (const [name, state] of Object.entries(STATES)) {
  test(`a lender reads where a loan stands: ${name}`, async ({ page }) => {
    await lenderNode(page, await owned(state));
    await openAs(page, LOAN);
    const standing = name === 'due_soon' ? 'current' : name === 'locked_and_cured' ? 'locked' : name;
    await expect(page.locator('#state')).toBeVisible();
    await expect(page.locator('[data-standing]')).toHaveAttribute('data-standing', standing);
    await expect(form(page, 'What is owed')).toContainText('Payoff');
    await expect(form(page, 'Escrow')).toContainText('0.0001 SOL');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
    await expectAccessible(page);
  });
}

test('a notice is recorded with its channels and the hash of what was sent', async ({ page }) => {
  const node = await lenderNode(page, await owned(pastDue));
  await openAs(page, LOAN);
  const notice = form(page, 'Record a notice');
  await notice.getByRole('button', { name: 'Record' }).click();
  await expect(notice.getByRole('alert')).toHaveText('Choose how it was sent.');
  await notice.getByLabel('Post').check();
  await notice.getByRole('button', { name: 'Record' }).click();
  await expect(notice.getByRole('alert')).toHaveText('Choose the file that was sent.');
  await notice
    .getByLabel('What was sent')
    .setInputFiles({ name: 'letter.txt', mimeType: 'text/plain', buffer: Buffer.from('abc') });
  const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  await expect(notice).toContainText(hash);
  await notice.getByRole('button', { name: 'Record' }).click();
  await expect(page.getByRole('dialog')).toContainText('A notice by post is recorded as served now.');
  await expectAccessible(page);
  await signAndLand(page);
  const { kind, data } = sent(node);
  expect(kind).toBe(LatchkeyInstruction.ServeNotice);
  expect(Buffer.from(data.slice(8, 40)).toString('hex')).toBe(hash);
  expect(data[40], 'by post').toBe(1);
});

test('a notice that is in force is not served again, by rule', async ({ page }) => {
  await lenderNode(page, await owned({ ...(STATES.warned as World), now: DUE + 2 * DAY }));
  await openAs(page, LOAN);
  await expect(form(page, 'Notices').getByRole('row', { name: /^Post/ })).toContainText('counts');
  await expect(form(page, 'Record a notice').getByLabel('Post')).toBeDisabled();
  await expect(form(page, 'Record a notice').getByRole('button', { name: 'Record' })).toBeDisabled();
});

const day = (unix: number) => new Date(unix * 1_000).toISOString().slice(0, 10);

test('a hold, a stay and a waiver go to the chain as they were shown', async ({ page }) => {
  const fees = { ...pastDue.loan, ledger: { ...pastDue.loan.ledger, fees: 50_000_000n } } as World['loan'];
  const node = await lenderNode(page, await owned({ ...pastDue, loan: fees }));
  await openAs(page, LOAN);
  const hold = form(page, 'Place a hold');
  await hold.getByLabel('Until the end of').fill(day(DUE - DAY));
  await hold.getByRole('button').click();
  await expect(hold.getByRole('alert')).toHaveText('Choose a day that lies ahead.');
  await hold.getByLabel('Until the end of').fill(day(DUE + 20 * DAY));
  await hold.getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('There is no warning and no lock before');
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.PlaceHold);
  const until = new DataView(sent(node).data.buffer).getBigInt64(8, true);
  // The last second of that day where the contract counts: at UTC−5.
  expect(until).toBe(BigInt(Date.parse(`${day(DUE + 20 * DAY)}T23:59:59-05:00`) / 1_000));

  const stay = form(page, 'Place a stay');
  await stay.getByLabel('Until the end of').fill(day(DUE + 60 * DAY));
  await stay.getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('Nothing is enforced from');
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.PlaceStay);

  const waive = form(page, 'Waive late fees');
  await expect(waive).toContainText('50.00 of late fees are owed.');
  await waive.getByLabel('Amount').fill('25');
  await waive.getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('25.00 of late fees are forgiven.');
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.WaiveFees);
  expect(new DataView(sent(node).data.buffer).getBigUint64(8, true)).toBe(25_000_000n);
});

test('terms are eased by what was written, and everything else stays', async ({ page }) => {
  const node = await lenderNode(page, await owned(world));
  await openAs(page, LOAN);
  const ease = form(page, 'Ease the terms alone');
  await ease.getByRole('button').click();
  await expect(ease.getByRole('alert')).toHaveText('Nothing would change.');
  await ease.getByLabel('Rate a year, %').fill('12.5');
  await ease.getByLabel('Grace, days').fill('20');
  await ease.getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The rate goes from 18 % to 12.5 % a year.');
  await expect(dialog).toContainText('The grace goes from 10 days to 20 days.');
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.Amend);
});

test('a loan is settled with its reason, and charged off only when the rule allows it', async ({ page }) => {
  const node = await lenderNode(page, await owned(pastDue));
  await openAs(page, LOAN);
  const chargeOff = form(page, 'Charge off');
  await expect(chargeOff.getByRole('button')).toBeDisabled();
  await expect(chargeOff).toContainText('when it is 120 days past due: wait');
  const settle = form(page, 'Settle');
  await settle.getByLabel('Why').selectOption('The borrower gave the car back');
  await settle.getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('The borrower gave the car back');
  await expect(page.getByRole('dialog')).toContainText('This cannot be undone.');
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.Settle);
  expect(sent(node).data[8]).toBe(2);
  node.world = await owned({ ...pastDue, now: DUE + 130 * DAY });
  await expect(chargeOff.getByRole('button')).toBeEnabled();
  await chargeOff.getByRole('button').click();
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.ChargeOff);
});

test('calls are asked for, and those that are open are listed', async ({ page }) => {
  const node = await lenderNode(page, await owned(STATES.defaulted as World));
  node.found = [{ address: AT.mint, bytes: callBytes(lockCall) }];
  await openAs(page, LOAN);
  await expect(form(page, 'Open calls')).toContainText('no keeper holds it');
  await expect(form(page, 'Open calls')).toContainText('pays 0.00003 SOL');
  await form(page, 'Ask for a warning').getByRole('button').click();
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.Request);
  await expect(form(page, 'Ask for a lock').getByRole('button')).toBeDisabled();
  await expect(form(page, 'Ask for an unlock')).toContainText('there is nothing to unlock');
});

test('an escrow says how long it lasts, and SOL goes in and out', async ({ page }) => {
  const node = await lenderNode(page, await owned(world));
  await openAs(page, LOAN);
  const escrow = form(page, 'Escrow');
  await expect(escrow).toContainText('Locks it pays, each with its unlock2');
  await expect(escrow).toContainText('Warnings it pays4');
  await escrow.getByLabel('Amount, SOL').fill('1,000,000');
  await escrow.getByRole('button', { name: 'Put in' }).click();
  await expect(escrow.getByRole('alert')).toBeVisible();
  await escrow.getByLabel('Amount, SOL').fill('0.05');
  await escrow.getByRole('button', { name: 'Put in' }).click();
  await expect(page.getByRole('dialog')).toContainText('0.05 SOL go from your wallet into the escrow.');
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.FundEscrow);
  expect(new DataView(sent(node).data.buffer).getBigUint64(8, true)).toBe(50_000_000n);
  await escrow.getByRole('button', { name: 'Take out' }).click();
  await signAndLand(page);
  expect(sent(node).kind).toBe(LatchkeyInstruction.WithdrawEscrow);
  node.lamports = 905_000;
  node.slot = 101;
  await expect(escrow.getByRole('button', { name: 'Take out' })).toBeDisabled();
  await expect(escrow).toContainText('It pays for no lock: put SOL in.');
});

test('a servicer signs what a servicer may, a stranger nothing of the lender’s', async ({ page }) => {
  const node = await lenderNode(page, await owned(pastDue, 'servicer'));
  await openAs(page, LOAN);
  await expect(form(page, 'Place a hold').getByRole('button')).toBeEnabled();
  await expect(form(page, 'Settle').getByRole('button')).toBeDisabled();
  await expect(form(page, 'Settle')).toContainText('Only the lender’s authority signs this.');
  node.world = await owned(pastDue, 'stranger');
  await expect(form(page, 'Place a hold').getByRole('button')).toBeDisabled();
  await expect(form(page, 'Place a hold')).toContainText('Only the lender’s authority or servicer signs this.');
});

test('a form works by keyboard alone, and in Spanish', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('latchkey:language', 'es'));
  await lenderNode(page, await owned(pastDue));
  await openAs(page, LOAN, { connect: 'Conectar Burner (this browser)', connected: 'Conectada:' });
  await expect(page.getByRole('heading', { name: 'Gestionar el préstamo' })).toBeVisible();
  await expect(form(page, 'Dar por perdido')).toContainText('con 120 días de atraso: espere');
  const hold = form(page, 'Dar una promesa').getByRole('button');
  await hold.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
