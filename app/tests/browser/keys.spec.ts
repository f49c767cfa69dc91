// Another key for the borrower: handed on by the borrower, or proposed by the lender where it is lost.
import { expect, type Page, test } from '@playwright/test';
import { type Address, createNoopSigner, type Nonce } from '@solana/kit';
import { buildOffer, nonceAddress, toLink } from '../../src/chain/offer';
import {
  getRecoverBorrowerInstruction,
  getRecoverBorrowerInstructionDataDecoder,
  getRotateBorrowerInstruction,
  identifyLatchkeyInstruction,
  LatchkeyInstruction,
} from '../../src/client';
import { readOffer } from '../../src/screens/sign/offered';
import { AT, DAY, key, NOW, type World, world } from '../fixtures';
import {
  borrowersWallet,
  lenderNode,
  lenderWallet,
  nonceAccount,
  openAs,
  openAsBorrower,
  owned,
  reopenAsLender,
} from './lender';
import { expectAccessible, inSpanish, lastSent, region, signAndLand } from './seen';

/** The borrower's wallet is one of the browser's; so is the lender's, which here is also any new wallet. */
async function start(page: Page, change: Partial<World['loan']> = {}) {
  const both = await owned({ ...world, loan: { ...world.loan, borrower: await borrowersWallet(), ...change } });
  const node = await lenderNode(page, both);
  for (const wallet of [await lenderWallet(), await borrowersWallet()]) {
    node.more[await nonceAddress(wallet)] = await nonceAccount(5, wallet);
  }
  return node;
}

const move = (page: Page) => region(page, 'Another wallet');

async function openMove(page: Page) {
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  await move(page).getByRole('button', { name: 'Move the loan to another wallet' }).click();
}

test('a borrower moves the loan to a wallet that has to sign for itself', async ({ page }) => {
  const node = await start(page);
  const [old, next] = [await borrowersWallet(), await lenderWallet()];
  await openAsBorrower(page, `loan/${AT.loan}`);
  await openMove(page);
  const button = move(page).getByRole('button', { name: 'Make the link' });
  await expect(move(page)).toContainText('Whoever has the new wallet is the borrower from then on.');
  const field = move(page).getByLabel('Address of the new wallet');
  await field.fill('0x12');
  await field.press('Enter');
  await expect(move(page).getByRole('alert')).toHaveText(/Write the address of a wallet/);
  await field.fill(old);
  await expect(button).toBeDisabled();
  await expect(move(page)).toContainText('pass another one');
  await field.fill(next);
  await expectAccessible(page);
  await field.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`The loan moves to ${next}.`);
  await expect(dialog).toContainText('Keep the old wallet all the same');
  await expect(dialog).toContainText('It has no last day');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  await expect(dialog).toContainText('The loan moves when the new wallet signs too.');
  const link = await page.getByLabel('Link for the new wallet').inputValue();
  expect(node.sent, 'nothing moves by the old wallet’s signature').toEqual([]);

  // The old wallet cannot sign in place of the new one.
  const to = link.slice(link.indexOf('#/') + 2);
  await page.goto('about:blank');
  await page.goto(`/#/${to}`);
  await expect(page.getByText('This wallet is not the one that still has to sign.')).toBeVisible();
  await reopenAsLender(page, to);
  await expect(page.getByRole('main')).toContainText(`The loan moves to ${next}.`);
  await expectAccessible(page);
  const signing = page.getByRole('button', { name: 'Sign and send' });
  await expect(signing).toBeEnabled();
  await signing.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toContainText('Confirmed.');
  await expect(page.getByRole('link', { name: 'Open the loan' })).toHaveAttribute('href', `#/loan/${AT.loan}`);
  const { signers, instructions } = await lastSent(node);
  expect(signers).toEqual([old, next]);
  const rotate = instructions[1];
  expect(identifyLatchkeyInstruction({ data: rotate?.data ?? new Uint8Array() })).toBe(
    LatchkeyInstruction.RotateBorrower,
  );
  expect(rotate?.accounts).toEqual([old, next, AT.loan]);
});

test('a key that took over from a lost one moves nothing for its first 90 days, by rule', async ({ page }) => {
  const node = await start(page, { recoveredUntil: NOW + 1 });
  await openAsBorrower(page, `loan/${AT.loan}`);
  await openMove(page);
  const button = move(page).getByRole('button', { name: 'Make the link' });
  await move(page)
    .getByLabel('Address of the new wallet')
    .fill(await lenderWallet());
  await expect(button).toBeDisabled();
  await expect(move(page)).toContainText('90 days');
  node.world = { ...node.world, now: NOW + 1 };
  node.slot = 101;
  await expect(button).toBeEnabled();
});

test('who is not the borrower moves nothing', async ({ page }) => {
  await start(page, { borrower: AT.borrower });
  await openAsBorrower(page, `loan/${AT.loan}`);
  await openMove(page);
  await expect(move(page).getByRole('button', { name: 'Make the link' })).toBeDisabled();
});

test('a link of a loan that has moved since is refused', async ({ page }) => {
  const node = await start(page);
  const [old, next] = [await borrowersWallet(), await lenderWallet()];
  const rotate = getRotateBorrowerInstruction({
    borrower: createNoopSigner(old),
    newBorrower: createNoopSigner(next),
    loan: AT.loan,
  });
  const nonce = key(5) as string as Nonce;
  expect(readOffer(await buildOffer(old, nonce, [rotate]))).toMatchObject({ kind: 'rotate', from: old, to: next });
  expect(readOffer(await buildOffer(old, nonce, [rotate, rotate]))).toBeUndefined();
  node.world = { ...node.world, loan: { ...node.world.loan, borrower: key(70) } };
  await page.goto(`/#/sign/${toLink(await buildOffer(old, nonce, [rotate]))}`);
  await expect(page.getByText('The loan has another borrower since.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeDisabled();
});

const recover = (page: Page) => region(page, 'A lost key of the borrower');

test('a lender proposes a key in place of a lost one', async ({ page }) => {
  const node = await start(page);
  await openAs(page, `/loan/${AT.loan}`);
  await expect(recover(page)).toContainText('14 days later it can take over');
  await expect(recover(page)).toContainText('no key can be proposed for 90 days');
  const field = recover(page).getByLabel('Address of the new wallet');
  await field.fill('lost');
  await field.press('Enter');
  await expect(recover(page).getByRole('alert')).toBeVisible();
  await field.fill(key(80));
  await expectAccessible(page);
  await field.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`You propose ${key(80)} as the key of the borrower.`);
  // Fourteen days after the first of December.
  await expect(dialog).toContainText('Dec 15, 2026');
  await expectAccessible(page);
  await signAndLand(page);
  const { instructions } = await lastSent(node);
  const data = instructions[0]?.data ?? new Uint8Array();
  expect(identifyLatchkeyInstruction({ data })).toBe(LatchkeyInstruction.RecoverBorrower);
  expect(getRecoverBorrowerInstructionDataDecoder().decode(data).newKey).toBe(key(80));
});

test('a proposed key takes over when its time has come and it signs', async ({ page }) => {
  const next = await borrowersWallet();
  const node = await start(page, { borrower: AT.borrower, recoveryKey: next, recoveryFrom: NOW + 14 * DAY });
  await openAs(page, `/loan/${AT.loan}`);
  const complete = region(page, 'The proposed key takes over');
  await expect(complete.getByRole('button')).toBeDisabled();
  await expect(complete).toContainText('wait');
  node.world = { ...node.world, now: NOW + 14 * DAY };
  node.slot = 101;
  await complete.getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`${next} becomes the key of the borrower.`);
  await expect(dialog).toContainText('For 90 days it can pay, unlock and start in emergency.');
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  const link = await page.getByLabel('Link for the new wallet').inputValue();
  await openAsBorrower(page, link.slice(link.indexOf('#/') + 2));
  await expect(page.getByRole('main')).toContainText(`${next} becomes the key of the borrower.`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('main')).toContainText('Confirmed.');
  const { signers, instructions } = await lastSent(node);
  expect(signers).toEqual([await lenderWallet(), next]);
  expect(instructions[1]?.accounts.slice(1)).toEqual([next, AT.lender, AT.loan]);
});

test('a refusal bars proposals, by rule', async ({ page }) => {
  await start(page, { recoveryBarredUntil: NOW + 1 });
  await openAs(page, `/loan/${AT.loan}`);
  await expect(recover(page).getByRole('button')).toBeDisabled();
});

test('a taking over whose proposal fell since is refused', async ({ page }) => {
  await start(page);
  const [owner, next] = [await lenderWallet(), await borrowersWallet()];
  const of = (newBorrower?: Address) =>
    getRecoverBorrowerInstruction({
      authority: createNoopSigner(owner),
      ...(newBorrower ? { newBorrower: createNoopSigner(newBorrower) } : {}),
      lender: AT.lender,
      loan: AT.loan,
      newKey: next,
    });
  const nonce = key(5) as string as Nonce;
  const link = await buildOffer(owner, nonce, [of(next)]);
  expect(readOffer(link)).toMatchObject({ kind: 'recover', to: next });
  expect(readOffer(await buildOffer(owner, nonce, [of()])), 'a proposal needs nobody else').toBeUndefined();
  await openAsBorrower(page, `sign/${toLink(link)}`);
  await expect(page.getByText('This key is no longer proposed.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign and send' })).toBeDisabled();
});

test('the borrower’s move and the lender’s proposal read in Spanish', async ({ page }) => {
  await start(page);
  await inSpanish(page);
  const says = { connect: 'Conectar Burner (this browser)', connected: 'Conectada:' };
  await openAs(page, `/loan/${AT.loan}`, says);
  await expect(region(page, 'Una llave perdida del deudor')).toContainText('Proponer la llave');
  await openAsBorrower(page, `loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Pasar el préstamo a otra billetera' }).click();
  await expect(region(page, 'Otra billetera')).toContainText('Crear el enlace');
  await expectAccessible(page);
});
