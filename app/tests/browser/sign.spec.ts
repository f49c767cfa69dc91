// Two people sign one after the other: the lender makes a link, the borrower sees the same and signs last.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import {
  type Address,
  createNoopSigner,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getPublicKeyFromAddress,
  getTransactionDecoder,
  type Nonce,
  verifySignature,
} from '@solana/kit';
import { buildOffer, nonceAddress, SYSTEM, toLink } from '../../src/chain/offer';
import { transferChecked } from '../../src/chain/tokens';
import { getExtendInstruction, getWaiveFeesInstruction } from '../../src/client';
import { readOffer } from '../../src/screens/sign/offered';
import { AT, DUE, key, STATES, type World } from '../fixtures';
import { borrowersWallet, lenderNode, lenderWallet, nonceAccount, openAs, openAsBorrower, owned } from './lender';

const pastDue = STATES.past_due as World;
const form = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

async function expectAccessible(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
  }
}

async function start(page: Page, state: World = pastDue) {
  const both = await owned({ ...state, loan: { ...state.loan, borrower: await borrowersWallet() } });
  const node = await lenderNode(page, both);
  node.more[await nonceAddress(await lenderWallet())] = await nonceAccount(5);
  return node;
}

/** Has the lender make the link. */
async function makeLink(page: Page, title: string, button: string): Promise<string> {
  await openAs(page, `/loan/${AT.loan}`);
  await form(page, title).getByRole('button', { name: button }).click();
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  await expect(page.getByRole('dialog')).toContainText('Nothing happens before the borrower signs too.');
  await expectAccessible(page);
  const link = await page.getByLabel('Link for the borrower').inputValue();
  return link.slice(link.indexOf('#/') + 2);
}

test('an extension is offered by the lender, and happens when the borrower signs', async ({ page }) => {
  const node = await start(page);
  const link = await makeLink(page, 'Extend', 'Offer an extension');
  expect(node.sent, 'the lender’s signature alone is not sent').toEqual([]);

  await openAsBorrower(page, link);
  await expect(page.getByRole('main')).toContainText('Every due date moves by one period');
  await expect(page.getByRole('main')).toContainText('1 of 2 extensions are used then.');
  await expect(page.getByRole('main')).toContainText(AT.loan);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
  await expectAccessible(page);
  const signing = page.getByRole('button', { name: 'Sign and send' });
  await signing.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toContainText('Confirmed.');

  const { messageBytes, signatures } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent[0] ?? ''));
  expect(Object.keys(signatures)).toEqual([await lenderWallet(), await borrowersWallet()]);
  for (const [signer, signature] of Object.entries(signatures)) {
    const publicKey = await getPublicKeyFromAddress(signer as Address);
    expect(signature && (await verifySignature(publicKey, signature, messageBytes))).toBe(true);
  }
});

test('a hold ends early with both signatures only', async ({ page }) => {
  const node = await start(page, STATES.on_hold as World);
  const link = await makeLink(page, 'End the hold early', 'Offer to end the hold');
  await openAsBorrower(page, link);
  await expect(page.getByRole('main')).toContainText('The promise of no lock and no warning until');
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('main')).toContainText('Confirmed.');
  expect(node.sent.length).toBeGreaterThan(0);
});

test('a link is refused whose nonce is used, whose loan has changed, or whose time is over', async ({ page }) => {
  const node = await start(page);
  const link = await makeLink(page, 'Extend', 'Offer an extension');
  const nonce = await nonceAddress(await lenderWallet());
  node.more[nonce] = await nonceAccount(6);
  await openAsBorrower(page, link);
  await expect(page.getByRole('alert')).toContainText('signed already, or taken back');
  node.more[nonce] = await nonceAccount(5);
  node.world = { ...node.world, loan: { ...node.world.loan, revision: 1 } };
  await openAsBorrower(page, link);
  await expect(page.getByText('The loan has changed since.')).toBeVisible();
  node.world = { ...node.world, loan: { ...node.world.loan, revision: 0 }, now: DUE + 4 * 86_400 };
  await openAsBorrower(page, link);
  await expect(page.getByText('Its time is over.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeDisabled();
  expect(node.sent).toEqual([]);
});

test('whoever is not asked for a signature cannot give one', async ({ page }) => {
  await start(page);
  const link = await makeLink(page, 'Extend', 'Offer an extension');
  await page.goto('about:blank');
  await page.goto(`/#/${link}`);
  await expect(page.getByText('This wallet is not the one that still has to sign.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeDisabled();
});

test('a wallet without a nonce account sets one up first', async ({ page }) => {
  const node = await start(page);
  const nonce = await nonceAddress(await lenderWallet());
  delete node.more[nonce];
  await openAs(page, `/loan/${AT.loan}`);
  await expect(form(page, 'Extend').getByRole('button')).toBeDisabled();
  await form(page, 'A nonce account').getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('0.0009 SOL of yours stay in it.');
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  node.more[nonce] = await nonceAccount(5);
  node.slot = 101;
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(form(page, 'Extend').getByRole('button')).toBeEnabled();
});

test('the lender takes open links back by using the nonce up', async ({ page }) => {
  const node = await start(page);
  await openAs(page, `/loan/${AT.loan}`);
  await form(page, 'Take links back').getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText('can no longer be signed');
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent[0] ?? ''));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  expect(message.instructions).toHaveLength(1);
  const [advance] = message.instructions;
  expect(message.staticAccounts[advance?.programAddressIndex ?? 0]).toBe(SYSTEM);
  expect([...(advance?.data ?? [])]).toEqual([4, 0, 0, 0]);
  const named = advance?.accountIndices?.map((index) => message.staticAccounts[index]);
  expect([named?.[0], named?.[2]]).toEqual([await nonceAddress(await lenderWallet()), await lenderWallet()]);
});

test('a link with anything in it that the page cannot show is refused', async ({ page }) => {
  await start(page);
  const [owner, borrower] = [await lenderWallet(), await borrowersWallet()];
  const extend = getExtendInstruction({
    lenderSigner: createNoopSigner(owner),
    borrower: createNoopSigner(borrower),
    lender: AT.lender,
    loan: AT.loan,
    wallet: AT.wallet,
    revision: 0,
    deadline: DUE,
  });
  const mint = { address: AT.mint, decimals: 6, program: AT.token };
  const theft = transferChecked({ from: key(20), to: key(21), owner: borrower, mint, amount: 1n });
  const waive = getWaiveFeesInstruction({
    lenderSigner: createNoopSigner(borrower),
    lender: AT.lender,
    loan: AT.loan,
    wallet: AT.wallet,
    amount: 1,
  });
  const nonce = key(5) as string as Nonce;
  expect(readOffer(await buildOffer(owner, nonce, [extend]))).toMatchObject({ kind: 'extend', owner, loan: AT.loan });
  for (const instructions of [[extend, theft], [theft], [waive], [extend, extend], []]) {
    expect(readOffer(await buildOffer(owner, nonce, instructions))).toBeUndefined();
  }
  await page.goto(`/#/sign/${toLink(await buildOffer(owner, nonce, [extend, theft]))}`);
  await expect(page.getByRole('alert')).toContainText('cannot be signed here');
  await page.goto('about:blank');
  await page.goto('/#/sign/nothing');
  await expect(page.getByRole('alert')).toContainText('cannot be signed here');
});
