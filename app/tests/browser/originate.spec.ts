// A new loan: the lender writes it, reads its cost and signs; the borrower opens the link, reads the same, and signs last.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import {
  type Address,
  getAddressEncoder,
  getBase64Decoder,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  getU64Encoder,
} from '@solana/kit';
import { functionAddress } from '../../src/chain/around';
import { nonceAddress } from '../../src/chain/offer';
import { loanAddress } from '../../src/chain/origination';
import { Action, getOriginateInstructionDataDecoder } from '../../src/client';
import { AT, DAY, key, NOW, type World, world } from '../fixtures';
import { borrowersWallet, lenderNode, lenderWallet, nonceAccount, openAs, openAsBorrower, owned } from './lender';
import type { FakeNode } from './node';

const TREASURY = key(7);
const SELLER = key(20);
const NO_LOAN = '11111111111111111111111111111111' as Address;
const UNIT = 1_000_000n;

/** A token account with its owner, base64 with its program. */
function tokens(amount: bigint, owner: Address, mint: Address = AT.mint): [string, string] {
  const bytes = new Uint8Array(165);
  bytes.set(getAddressEncoder().encode(mint), 0);
  bytes.set(getAddressEncoder().encode(owner), 32);
  bytes.set(getU64Encoder().encode(amount), 64);
  return [getBase64Decoder().decode(bytes), AT.token];
}

/** A car without a loan, a lender with money, and a seller with an account. */
async function start(page: Page, change: Partial<World> = {}): Promise<FakeNode> {
  const free = { ...world.vehicle, activeLoan: NO_LOAN };
  const node = await lenderNode(page, await owned({ ...world, vehicle: free, ...change }));
  const wallet = await lenderWallet();
  node.more[await nonceAddress(wallet)] = await nonceAccount(5);
  node.more[TREASURY] = tokens(20_000n * UNIT, wallet);
  node.more[SELLER] = tokens(0n, key(21));
  return node;
}

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

async function fill(page: Page, written: Record<string, string>) {
  for (const [label, text] of Object.entries(written)) await field(page, label).fill(text);
}

/** What a year's loan of 12,000.00 at 18 % needs beside what a new form holds. */
const year = async () => ({
  'Borrower’s address': await borrowersWallet(),
  'Car’s address': AT.vehicle,
  'Seller: a token account, or its owner': SELLER,
  Principal: '12000',
  'Rate a year, %': '18',
  'Number of payments': '12',
  'First due date, in the borrower’s time': '2027-01-05T23:59:59',
  'The borrower’s time, such as -05:00': '-05:00',
});

async function expectAccessible(page: Page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  }
}

const show = (page: Page) => page.getByRole('button', { name: 'Show what is signed' });

/** What the cost says, as text. */
const figures = (page: Page, within = page.getByRole('main')) =>
  within.getByRole('region', { name: 'What the loan costs' }).locator('dl');

test('a lender writes a loan, sees its cost and signs; the borrower reads the same and signs last', async ({
  page,
}) => {
  const node = await start(page);
  await openAs(page, '/originate');
  await fill(page, await year());
  // Before anything is signed: the regulation's four figures, and the whole schedule.
  await expect(figures(page)).toContainText('18.03 %');
  await expect(page.getByRole('row', { name: /^12 / })).toContainText('0.00');
  const cost = await figures(page).textContent();
  await expectAccessible(page);

  await show(page).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`12,000.00 go from the lender’s treasury to the token account ${SELLER}.`);
  await expect(dialog).toContainText('The lender puts 0.00006 SOL into the escrow');
  await expect(dialog).toContainText('12 payments, each of');
  expect(await figures(page, dialog).textContent()).toBe(cost);
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  await expect(dialog).toContainText('Nothing happens before the borrower signs too.');
  await expectAccessible(page);
  const made = await page.getByLabel('Link for the borrower').inputValue();
  expect(node.sent, 'the lender’s signature alone is not sent').toEqual([]);

  await openAsBorrower(page, made.slice(made.indexOf('#/') + 2));
  const main = page.getByRole('main');
  const loan = await loanAddress(AT.vehicle, 1);
  await expect(main).toContainText(`The loan will be at ${loan}.`);
  await expect(main).toContainText(`That account belongs to ${key(21)}.`);
  await expect(main).toContainText('You are giving a security interest in the car.');
  expect(await figures(page).textContent()).toBe(cost);
  await expect(page.getByRole('row', { name: /^12 / })).toContainText('0.00');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign and send' }).focus();
  await page.keyboard.press('Enter');
  await expect(main).toContainText('Confirmed.');
  await expect(page.getByRole('link', { name: 'Open the loan' })).toHaveAttribute('href', `#/loan/${loan}`);

  const { messageBytes, signatures } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent[0] ?? ''));
  expect(Object.keys(signatures)).toEqual([await lenderWallet(), await borrowersWallet()]);
  expect(Object.values(signatures).every((signature) => signature !== null)).toBe(true);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const { terms, escrowLamports } = getOriginateInstructionDataDecoder().decode(
    message.instructions[1]?.data ?? new Uint8Array(),
  );
  expect([terms.principal, terms.aprPpm, terms.count, escrowLamports]).toEqual([12_000n * UNIT, 180_000, 12, 60_000n]);
  expect(Number(terms.firstDue)).toBe(Date.parse('2027-01-05T23:59:59-05:00') / 1_000);
  expect(terms.calendar).toMatchObject({ every: 1, day: 5, utcOffsetSecs: -18_000 });
  expect(terms.instalment % 10_000n, 'the level instalment is in cents').toBe(0n);
});

test('a rule of the contract speaks at the field that it is about', async ({ page }) => {
  await start(page, { lender: { ...world.lender, floors: { ...world.lender.floors, minGraceSecs: 5 * DAY } } });
  await openAs(page, '/originate');
  await fill(page, await year());
  const at = (label: string) => expect(field(page, label));
  await fill(page, { 'Rate a year, %': '101' });
  await at('Rate a year, %').toHaveAccessibleDescription(/exceeds|above|maximum|lower it/i);
  await fill(page, { 'Rate a year, %': '18', 'Grace before default, days': '4' });
  await at('Grace before default, days').toHaveAccessibleDescription(/At least 5 days.*lengthen/s);
  await expect(show(page)).toBeEnabled();
  await show(page).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await fill(page, { 'Grace before default, days': '5', 'Number of payments': 'twelve' });
  await show(page).click();
  await at('Number of payments').toHaveAccessibleDescription('Write a whole number, at most 65535.');
  await fill(page, { 'Number of payments': '12', 'First deposit into the escrow, SOL (empty: the least)': '0.00005' });
  await at('First deposit into the escrow, SOL (empty: the least)').toHaveAccessibleDescription(/one fee of each/);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('what the contract needs before is said with the way out', async ({ page }) => {
  const node = await start(page, { vehicle: { ...world.vehicle, activeLoan: NO_LOAN, lender: key(77) } });
  const warn = await functionAddress(AT.lender, Action.Warn);
  const offered = node.more[warn] as string;
  delete node.more[warn];
  node.more[TREASURY] = tokens(5n * UNIT, await lenderWallet());
  const nonce = await nonceAddress(await lenderWallet());
  delete node.more[nonce];
  await openAs(page, '/originate');
  const main = page.getByRole('main');
  await fill(page, { ...(await year()), 'Car’s address': key(78) });
  await expect(main).toContainText('Register it with `latchkey vehicle register`.');
  await fill(page, { 'Car’s address': AT.vehicle });
  await expect(main).toContainText('This car is registered by another lender.');
  await expect(main).toContainText('You offer no function for: Warning. Set it with `latchkey lender apply`.');
  // Each newer reading tells what is still missing. A name that changes reads again at once.
  const again = async () => {
    await fill(page, { 'Seller: a token account, or its owner': '' });
    await fill(page, { 'Seller: a token account, or its owner': SELLER });
  };
  node.world = { ...node.world, vehicle: { ...node.world.vehicle, lender: AT.lender } };
  node.more[warn] = offered;
  await again();
  await expect(main).toContainText('The treasury holds 5.00: put the principal in first.');
  node.more[TREASURY] = tokens(20_000n * UNIT, key(79));
  await again();
  await expect(main).toContainText('This wallet can spend less of the treasury than the principal');
  node.more[TREASURY] = tokens(20_000n * UNIT, await lenderWallet());
  await again();
  await expect(main).toContainText('A link that counts for a day needs a nonce account');
  await expect(show(page)).toBeDisabled();
  node.more[nonce] = await nonceAccount(5);
  await again();
  await expect(show(page)).toBeEnabled();
  // A car with a loan is refused by the contract's own rule.
  node.world = { ...node.world, vehicle: { ...node.world.vehicle, activeLoan: AT.loan } };
  await again();
  await expect(field(page, 'Car’s address')).toHaveAccessibleDescription(/loan/);
});

test('a link says that it is over once the loan is written, or the first due date has come', async ({ page }) => {
  const node = await start(page);
  await openAs(page, '/originate');
  await fill(page, await year());
  await show(page).click();
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  const made = await page.getByLabel('Link for the borrower').inputValue();
  const link = made.slice(made.indexOf('#/') + 2);
  node.world = { ...node.world, now: NOW + 60 * DAY };
  await openAsBorrower(page, link);
  await expect(page.locator('#sign-why')).toContainText(/first due date/i);
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeDisabled();
  node.world = { ...node.world, now: NOW, vehicle: { ...node.world.vehicle, activeLoan: AT.loan, loans: 2 } };
  await openAsBorrower(page, link);
  await expect(page.locator('#sign-why')).toContainText('The loan is written already');
  expect(node.sent).toEqual([]);
});

test('the form works in Spanish and by keyboard', async ({ page }) => {
  await start(page);
  await page.addInitScript(() => localStorage.setItem('latchkey:language', 'es'));
  await openAs(page, '/originate', { connect: 'Conectar Burner (this browser)', connected: 'Conectada:' });
  const written = await year();
  const spanish = ['Dirección del deudor', 'Dirección del auto', 'Vendedor: una cuenta de monedas o su dueño'];
  for (const [index, label] of spanish.entries()) await field(page, label).fill(Object.values(written)[index] ?? '');
  await field(page, 'Capital').focus();
  await page.keyboard.type('12000');
  await page.keyboard.press('Tab');
  await page.keyboard.type('18');
  await page.keyboard.press('Tab');
  await page.keyboard.type('12');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('TASA DE PORCENTAJE');
  await expect(dialog).toContainText('Usted da el auto en garantía.');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expectAccessible(page);
});
