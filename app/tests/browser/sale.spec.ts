// A loan is sold: the seller makes the link, the buyer sees what it buys, and signs last.
import { expect, type Page, test } from '@playwright/test';
import { createNoopSigner, type Nonce } from '@solana/kit';
import { fromHex, readHandedOver } from '../../src/chain/handOver';
import { proof } from '../../src/chain/messages';
import { buildOffer, nonceAddress, SYSTEM } from '../../src/chain/offer';
import {
  getAssignInstruction,
  getAssignInstructionDataDecoder,
  identifyLatchkeyInstruction,
  LATCHKEY_PROGRAM_ADDRESS,
  LatchkeyInstruction,
} from '../../src/client';
import { readOffer } from '../../src/screens/sign/offered';
import { AT, key, NOW, STATES, type World, world } from '../fixtures';
import { BUYER, foundBuyer, receipt, withCar } from './buyer';
import { borrowersWallet, lenderNode, lenderWallet, nonceAccount, openAs, openAsBorrower, owned } from './lender';
import { expectAccessible, inSpanish, lastSent, region } from './seen';

async function start(page: Page, state: World = world, role: 'authority' | 'servicer' = 'authority') {
  const node = await lenderNode(page, await owned(await withCar(state), role));
  node.more[await nonceAddress(await lenderWallet())] = await nonceAccount(5);
  await foundBuyer(node);
  return node;
}

const sale = (page: Page) => page.locator('[aria-labelledby=sale-title]');

/** Fills the seller's form in and returns its region. */
async function fill(page: Page, hex: string, buyer: string = BUYER) {
  await openAs(page, `/loan/${AT.loan}`);
  await sale(page).getByLabel('Address of the buying lender').fill(buyer);
  await sale(page).getByLabel('Receipt of the car, hexadecimal').fill(hex);
  return sale(page);
}

async function makeLink(page: Page): Promise<string> {
  const form = await fill(page, await receipt(NOW - 3_600));
  await form.getByRole('button', { name: 'Offer the sale' }).click();
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  await expect(page.getByRole('dialog')).toContainText('Nothing happens before the buyer signs too.');
  const link = await page.getByLabel('Link for the buyer').inputValue();
  return link.slice(link.indexOf('#/') + 2);
}

test('a loan is sold by two signatures, each beside what is given and taken', async ({ page }) => {
  const node = await start(page);
  const form = await fill(page, await receipt(NOW - 3_600));
  await expect(form).toContainText('The contract moves no money between you');
  await expect(form.getByRole('region', { name: 'The unlock that the loan pins' })).toContainText(key(33));
  // The car must give the seller's lock key up for the buyer's.
  const keys = form.getByRole('region', { name: 'Keys that the car must obey' });
  await expect(keys).toContainText(`Now: 1 of 1 must sign${key(9)}`);
  await expect(keys).toContainText(`After the sale: 1 of 1 must sign${key(32)}`);
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Offer the sale' }).press('Enter');
  await expect(page.getByRole('dialog')).toContainText('You give up the loan');
  await expect(page.getByRole('dialog')).toContainText(BUYER);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  const link = await page.getByLabel('Link for the buyer').inputValue();
  expect(node.sent, 'the seller’s signature alone is not sent').toEqual([]);

  await openAsBorrower(page, link.slice(link.indexOf('#/') + 2));
  const main = page.getByRole('main');
  await expect(main).toContainText('You buy the loan with all that is paid from then on, the car and the escrow.');
  await expect(main).toContainText('that it obeys the buyer’s keys.');
  const loan = region(page, 'The loan');
  await expect(loan).toContainText('10,160.00');
  await expect(loan).toContainText('12 of 1,100.16');
  await expect(loan).toContainText('Open calls0');
  await expect(loan).toContainText('Escrow, passes to the buyer0.001 SOL');
  await expect(region(page, 'The unlock that the loan pins')).toContainText(key(33));
  await expectAccessible(page);
  const signing = page.getByRole('button', { name: 'Sign and send' });
  await expect(signing).toBeEnabled();
  await signing.focus();
  await page.keyboard.press('Enter');
  await expect(main).toContainText('Confirmed.');
  await expect(page.getByRole('link', { name: 'Open the loan in your portfolio' })).toBeVisible();

  const { size, signers, instructions } = await lastSent(node);
  expect(size, 'a transaction holds so many bytes').toBeLessThanOrEqual(1_232);
  expect(signers).toEqual([await lenderWallet(), await borrowersWallet()]);
  const [advance, proven, assign] = instructions;
  expect(instructions).toHaveLength(3);
  expect(advance?.program).toBe(SYSTEM);
  expect(Buffer.from(proven?.data ?? []).toString('hex')).toContain(await receipt(NOW - 3_600));
  expect(assign?.program).toBe(LATCHKEY_PROGRAM_ADDRESS);
  expect(identifyLatchkeyInstruction({ data: assign?.data ?? new Uint8Array() })).toBe(LatchkeyInstruction.Assign);
  const said = getAssignInstructionDataDecoder().decode(assign?.data ?? new Uint8Array());
  expect(said).toMatchObject({ revision: 0, deviceTime: BigInt(NOW - 3_600) });
  expect(Number(said.deadline)).toBeGreaterThanOrEqual(NOW + 86_400);
});

test('a receipt that proves nothing to this buyer is refused with its reason', async ({ page }) => {
  const node = await start(page);
  const form = await fill(page, 'not hex');
  await expect(form).toContainText('This is not a car’s receipt of a keyring hand-over.');
  const box = form.getByLabel('Receipt of the car, hexadecimal');
  const right = await receipt(NOW);
  await box.fill(right.slice(0, -2));
  await expect(form).toContainText('This is not a car’s receipt');
  await box.fill(await receipt(NOW, { seed: new Uint8Array(32).fill(45) }));
  await expect(form).toContainText('This receipt was not signed with the key of this car.');
  await box.fill(await receipt(NOW, { vehicle: key(60) }));
  await expect(form).toContainText('This receipt was not signed with the key of this car.');
  await box.fill(`${right.slice(0, 64)}00${right.slice(66)}`);
  await expect(form).toContainText('The signature under this receipt is wrong.');
  // The contract takes a receipt of the last seven days.
  await box.fill(await receipt(NOW - 8 * 86_400));
  await expect(form).toContainText('7 days');
  await expect(form.getByRole('button', { name: 'Offer the sale' })).toBeDisabled();
  await box.fill(right);
  await expect(form.getByRole('button', { name: 'Offer the sale' })).toBeEnabled();
  await foundBuyer(node, 10);
  node.slot = 101;
  await expect(form).toContainText('The car took other keys than the buyer’s functions have now.');
});

test('a loan is offered only to a lender that can take it, while nothing is under way', async ({ page }) => {
  const node = await start(page, STATES.locked as World);
  await openAs(page, `/loan/${AT.loan}`);
  await expect(sale(page).getByRole('button')).toBeDisabled();
  await expect(sale(page)).toContainText('request Unlock first');
  node.world = await owned(await withCar(world));
  node.slot = 101;
  await expect(sale(page).getByRole('button')).toBeEnabled();
  const buyer = sale(page).getByLabel('Address of the buying lender');
  await buyer.fill('nobody');
  await expect(sale(page)).toContainText('Write the address of a lender.');
  await buyer.fill(key(77));
  await expect(sale(page)).toContainText('There is no lender at this address on this network.');
  await buyer.fill(AT.lender);
  await expect(sale(page)).toContainText('Buyer and seller are one lender');
  await expect(sale(page).getByRole('button')).toBeDisabled();
});

test('a servicer sells nothing', async ({ page }) => {
  await start(page, world, 'servicer');
  await openAs(page, `/loan/${AT.loan}`);
  await expect(sale(page).getByRole('button')).toBeDisabled();
  await expect(sale(page)).toContainText('Only the lender’s authority signs this.');
});

test('the buyer is stopped where keys or loan changed since, or the day is over', async ({ page }) => {
  const node = await start(page);
  const link = await makeLink(page);
  const { world: sold } = node;
  const signing = page.getByRole('button', { name: 'Sign and send' });
  await foundBuyer(node, 10);
  await openAsBorrower(page, link);
  await expect(page.getByText('The car took other keys than the buyer’s functions have now.')).toBeVisible();
  await expect(signing).toBeDisabled();
  await foundBuyer(node);
  node.world = { ...sold, loan: { ...sold.loan, revision: 1 } };
  await openAsBorrower(page, link);
  await expect(page.getByText('The loan has changed since.')).toBeVisible();
  node.world = { ...sold, now: NOW + 2 * 86_400 };
  await openAsBorrower(page, link);
  await expect(page.getByText('Its time is over.')).toBeVisible();
  await expect(signing).toBeDisabled();
  expect(node.sent).toEqual([]);
});

test('a sale with anything else in it, or on a changed proof, is refused', async () => {
  const [owner, buyer] = [await lenderWallet(), await borrowersWallet()];
  const handed = readHandedOver(fromHex(await receipt(NOW)) as Uint8Array<ArrayBuffer>);
  if (!handed) throw new Error('the test’s own receipt is wrong');
  const proven = proof(handed.envelope);
  const assign = getAssignInstruction({
    authority: createNoopSigner(owner),
    buyerAuthority: createNoopSigner(buyer),
    lender: AT.lender,
    buyer: BUYER,
    vehicle: AT.vehicle,
    loan: AT.loan,
    warn: key(50),
    lock: key(51),
    unlock: key(52),
    revision: 0,
    deadline: NOW,
    deviceTime: handed.deviceTime,
    nonce: handed.nonce,
  });
  const nonce = key(5) as string as Nonce;
  const read = async (...instructions: (typeof proven)[]) => readOffer(await buildOffer(owner, nonce, instructions));
  expect(await read(proven, assign)).toMatchObject({ kind: 'sale', loan: AT.loan, seller: AT.lender, buyer: BUYER });
  const data = new Uint8Array(proven.data ?? []);
  data[2] = 1;
  expect(await read({ ...proven, data }, assign)).toBeUndefined();
  expect(await read(assign)).toBeUndefined();
  expect(await read(proven, assign, assign)).toBeUndefined();
  expect(await read(assign, proven)).toBeUndefined();
});

test('a sale is offered in Spanish too', async ({ page }) => {
  await start(page);
  await inSpanish(page);
  await openAs(page, `/loan/${AT.loan}`, { connect: 'Conectar Burner (this browser)', connected: 'Conectada:' });
  await sale(page).getByLabel('Dirección del prestamista que compra').fill(BUYER);
  await expect(sale(page)).toContainText('Llaves que el auto debe obedecer');
  await expectAccessible(page);
});
