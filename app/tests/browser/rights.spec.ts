// What is the borrower's alone: seen only when it can be done, in words before it is signed, and nothing but that is signed.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import {
  type Address,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
} from '@solana/kit';
import {
  identifyLatchkeyInstruction,
  LATCHKEY_PROGRAM_ADDRESS,
  LatchkeyInstruction,
  parseWithdrawSurplusInstruction,
} from '../../src/client';
import { AT, DAY, key, STATES, type World, world } from '../fixtures';
import { type FakeNode, fakeNode } from './node';

/** Opens a loan whose borrower is the burner wallet. */
async function openAsBorrower(page: Page, state: World): Promise<FakeNode> {
  const node = await fakeNode(page, state);
  await page.goto(`/#/loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  const text = (await page.getByText('Connected:').textContent()) ?? '';
  const borrower = text.replace('Connected: ', '') as Address;
  node.world = { ...state, loan: { ...state.loan, borrower } };
  node.slot += 1;
  await expect(page.getByText('This wallet is not the borrower')).toHaveCount(0);
  return node;
}

/** Signs what is shown, and returns the one instruction of the transaction. */
async function signAndSee(page: Page, node: FakeNode) {
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(page.getByRole('dialog')).toContainText('Confirmed.');
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(node.sent[0] ?? ''));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') throw new Error('the page signs the oldest form');
  const [instruction, ...others] = message.instructions;
  expect(others, 'it holds what was shown and no more').toEqual([]);
  if (!instruction?.data) throw new Error('an instruction without data');
  const at = (index: number) => message.staticAccounts[index] as Address;
  expect(at(instruction.programAddressIndex)).toBe(LATCHKEY_PROGRAM_ADDRESS);
  return { data: instruction.data, accounts: (instruction.accountIndices ?? []).map(at) };
}

const sections = ['Take money back', 'Another key is to take your place', 'End the loan'];

test('a loan with nothing to take back, refuse or end shows none of it', async ({ page }) => {
  await openAsBorrower(page, world);
  for (const name of sections) await expect(page.getByRole('heading', { name })).toHaveCount(0);
});

test('what is not due is taken back to the borrower, to the unit', async ({ page }) => {
  const node = await openAsBorrower(page, { ...world, wallet: 500_250_001n });
  await page.getByRole('button', { name: 'Take 500.25 back' }).click();
  await expect(page.getByRole('dialog')).toContainText('500.25 goes from the wallet of the car to your wallet.');
  const { data, accounts } = await signAndSee(page, node);
  expect(identifyLatchkeyInstruction(data)).toBe(LatchkeyInstruction.WithdrawSurplus);
  const parsed = parseWithdrawSurplusInstruction({
    programAddress: LATCHKEY_PROGRAM_ADDRESS,
    data,
    accounts: accounts.map((address) => ({ address, role: 0 })),
  });
  expect(parsed.data.amount).toBe(500_250_001n);
  expect(parsed.accounts.wallet.address).toBe(AT.wallet);
});

test('a key that is proposed in the borrower’s place is seen and refused', async ({ page }) => {
  const proposed = { recoveryKey: key(77), recoveryFrom: world.now + 10 * DAY };
  const node = await openAsBorrower(page, { ...world, loan: { ...world.loan, ...proposed } });
  await expect(page.getByText(key(77))).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await page.getByRole('button', { name: 'Refuse it' }).click();
  const { data } = await signAndSee(page, node);
  expect(identifyLatchkeyInstruction(data)).toBe(LatchkeyInstruction.RefuseRecovery);
});

for (const unsent of [0n, 5n]) {
  test(`a loan that is paid off is ended, and ${unsent} unsent units go to the treasury`, async ({ page }) => {
    const paidOff = STATES.paid_off ?? world;
    const ledger = { ...paidOff.loan.ledger, unsent };
    const node = await openAsBorrower(page, { ...paidOff, wallet: unsent, loan: { ...paidOff.loan, ledger } });
    await page.getByRole('button', { name: 'End the loan' }).click();
    const { data, accounts } = await signAndSee(page, node);
    expect(identifyLatchkeyInstruction(data)).toBe(LatchkeyInstruction.CloseLoan);
    expect(accounts.includes(node.world.lender.treasury), 'no treasury where nothing is left to send').toBe(
      unsent > 0n,
    );
    expect(accounts).toContain(node.world.loan.rentPayer);
  });
}

test('who is not the borrower sees the proposed key and cannot refuse it', async ({ page }) => {
  const proposed = { recoveryKey: key(77), recoveryFrom: world.now + 10 * DAY };
  await fakeNode(page, { ...world, loan: { ...world.loan, ...proposed } });
  await page.goto(`/#/loan/${AT.loan}`);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  await expect(page.getByRole('button', { name: 'Refuse it' })).toBeDisabled();
});
