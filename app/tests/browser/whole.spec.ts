// The page with everything real around it: an Agave validator, its websocket, keeper, function, mosquitto and a car's agent as
// processes. `tests/validator/tests/it/page.rs` sets it up, runs this, and looks at car and chain afterwards.
import { existsSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';

interface Whole {
  /** Opens the loan, with the borrower's key in the burner wallet. */
  link: string;
  /** The function's address as the loan pins it, and where it is on this machine; none if the keeper runs the function. */
  function: { uri: string; at: string } | null;
  /** A file that appears when the test may go on. */
  go: string;
}

/** A lender with money and a car, and a borrower, none of whom has a loan yet. */
interface Lent {
  /** The lender's form for a new loan, and any screen of the borrower's up to its address: both with their keys. */
  originate: string;
  borrower: string;
  /** Addresses. */
  lender: string;
  borrowerWallet: string;
  vehicle: string;
  seller: string;
}

const given = process.env.LATCHKEY_WHOLE;
const lent: Lent | null = JSON.parse(process.env.LATCHKEY_LENT ?? 'null');
/** The links that `cargo xtask demo --app` prints. */
const demo: { borrower: string; lender: string } | null = JSON.parse(process.env.LATCHKEY_DEMO ?? 'null');
const whole: Whole = JSON.parse(given ?? 'null');

/** Tells who runs this how far it is. */
const tell = (what: string) => console.log(`page: ${what}`);

/** An https name of a test leads nowhere: the function is reached from here, and its own answer says which origins may read it. */
async function connectFunction(page: Page, { uri, at }: { uri: string; at: string }) {
  await page.route(`${uri}**`, async (route) => {
    const url = route.request().url().replace(uri, at);
    return route.fulfill({ response: await route.fetch({ url, timeout: 60_000 }) });
  });
}

/** Counts what the validator pushes about accounts. */
function countPushes(page: Page): () => number {
  let pushes = 0;
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (payload.includes('accountNotification')) pushes += 1;
    }),
  );
  return () => pushes;
}

async function signAndSend(page: Page, title: string) {
  const dialog = page.getByRole('dialog', { name: title });
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog).toContainText('Confirmed.', { timeout: 60_000 });
  await dialog.getByRole('button', { name: 'Close' }).click();
}

const car = (page: Page) => page.locator('#car');

/** Opens the loan before it is written, and sees all of its life without a reload. `locked` is told before the payment, whose window
 *  must show `shown`. */
async function watchTheCarLock(page: Page, locked: () => void = () => {}, shown = '') {
  await page.goto(whole.link);
  await expect(page.getByText('There is no such loan on a local network')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { wasNotReloaded: true }));
  tell('waits for the loan');
  await expect(car(page)).toHaveText(/Your car starts/, { timeout: 120_000 });
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  await expect(page.getByText('· live')).toBeVisible();
  await expect(car(page)).toHaveText(/Your car does not start/, { timeout: 120_000 });
  locked();
  tell('the car is locked');
  await expect.poll(() => existsSync(whole.go), { timeout: 60_000 }).toBe(true);
  await page.getByRole('button', { name: /^Pay [\d,.]+ to unlock$/ }).click();
  await expect(page.getByRole('dialog', { name: 'Pay' })).toContainText(shown, { timeout: 60_000 });
  await signAndSend(page, 'Pay');
}

async function seeTheCarUnlocked(page: Page) {
  await expect(car(page)).toHaveText(/Your car starts/, { timeout: 60_000 });
  expect(await page.evaluate(() => 'wasNotReloaded' in window)).toBe(true);
  tell('the car is unlocked');
}

test('a borrower watches the car lock, pays, and sees it unlocked', async ({ page }) => {
  test.skip(!given, 'cargo xtask test --suite validator runs it');
  const pushes = countPushes(page);
  let before = 0;
  await watchTheCarLock(page, () => {
    before = pushes();
  });
  expect(before, 'the validator told of the lock').toBeGreaterThan(0);
  await seeTheCarUnlocked(page);
  // The page may have read the unlock before it was told.
  await expect.poll(pushes, { message: 'the validator told of the unlock' }).toBeGreaterThan(before);
});

test('a borrower without SOL pays through the sponsor', async ({ page }) => {
  test.skip(!given, 'cargo xtask test --suite validator runs it');
  await watchTheCarLock(page, undefined, 'pays the network’s fee and deposit');
  await seeTheCarUnlocked(page);
});

test('a borrower unlocks the car alone', async ({ page }) => {
  test.skip(!given, 'cargo xtask test --suite validator runs it');
  if (whole.function) await connectFunction(page, whole.function);
  await watchTheCarLock(page);
  await expect(car(page)).toHaveText(/being unlocked/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Have the car unlocked now' }).click();
  await expect(page.getByRole('dialog')).toContainText('The car’s signed receipt goes to the chain.', {
    timeout: 60_000,
  });
  await signAndSend(page, 'Bring the car’s receipt');
  await seeTheCarUnlocked(page);
});

const connectBurner = async (page: Page) => {
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
};

/** The lender signs what the dialog shows and gets the link; the borrower opens it and signs last. */
async function signBoth(lender: Page, borrower: Page, prefix: string) {
  await lender.getByRole('button', { name: 'Sign and make the link' }).click();
  const link = await lender.getByLabel('Link for the borrower').inputValue({ timeout: 60_000 });
  await borrower.goto('about:blank');
  await borrower.goto(`${prefix}${encodeURIComponent(link.slice(link.indexOf('#/') + 2))}`);
  const connect = borrower.getByRole('button', { name: 'Connect Burner (this browser)' });
  const signing = borrower.getByRole('button', { name: 'Sign and send' });
  await expect(connect.or(signing).first()).toBeVisible({ timeout: 60_000 });
  if (await connect.isVisible()) await connect.click();
  await signing.click();
  await expect(borrower.getByRole('main')).toContainText('Confirmed.', { timeout: 60_000 });
}

test('a lender writes a loan, funds it, holds, lifts the hold and settles', async ({ page, browser }) => {
  if (!lent) return test.skip(true, 'cargo xtask test --suite validator runs it');
  const other = await (await browser.newContext()).newPage();
  await page.goto(lent.originate);
  await connectBurner(page);
  await page.getByRole('button', { name: 'Set up the nonce account' }).click();
  await signAndSend(page, 'A nonce account');
  const year = {
    'Borrower’s address': lent.borrowerWallet,
    'Car’s address': lent.vehicle,
    'Seller: a token account, or its owner': lent.seller,
    Principal: '12000',
    'Rate a year, %': '18',
    'Number of payments': '12',
    'First due date, in the borrower’s time': new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 19),
    'The borrower’s time, such as -05:00': '+00:00',
  };
  for (const [label, text] of Object.entries(year)) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Show what is signed' }).click();
  await signBoth(page, other, lent.borrower);
  const loan = (await other.getByRole('link', { name: 'Open the loan' }).getAttribute('href'))?.split('/').at(-1);
  tell(`the loan is written at ${loan}`);

  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.goto(`${lent.originate.split('#')[0]}#/lender/${lent.lender}/loan/${loan}`);
  const form = (title: string) => page.getByRole('region', { name: title, exact: true });
  await form('Escrow').getByLabel('Amount, SOL').fill('0.05');
  await form('Escrow').getByRole('button', { name: 'Put in' }).click();
  await signAndSend(page, 'Escrow');
  await form('Place a hold').getByRole('button').click();
  await signAndSend(page, 'Place a hold');
  await expect(page.locator('[data-standing]')).toHaveAttribute('data-standing', 'on_hold', { timeout: 60_000 });
  tell('the hold is placed');
  await form('End the hold early').getByRole('button', { name: 'Offer to end the hold' }).click();
  await signBoth(page, other, lent.borrower);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await expect(page.locator('[data-standing]')).toHaveAttribute('data-standing', 'current', { timeout: 60_000 });
  tell('the hold is lifted');
  await form('Settle').getByLabel('Why').selectOption('The borrower gave the car back');
  await form('Settle').getByRole('button').click();
  await signAndSend(page, 'Settle');
  await expect(page.locator('[data-standing]')).toHaveAttribute('data-standing', 'settled', { timeout: 60_000 });
  tell('the loan is settled');
});

test('the demo’s links open the page as borrower and as lender, side by side', async ({ page, context }) => {
  if (!demo) return test.skip(true, 'cargo xtask test --suite validator runs it');
  await page.goto(demo.borrower);
  await expect(car(page)).toHaveText(/Your car/);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  const borrower = await page.getByText('Connected:').textContent();
  await expect(page.getByText('This wallet is not the borrower of this loan')).toHaveCount(0);
  expect(page.url(), 'the key is taken out of the address').not.toContain('key=');

  const other = await context.newPage();
  await other.goto(demo.lender);
  await expect(other.getByText('1 loans')).toBeVisible();
  await other.getByRole('link', { name: 'Latchkey' }).click();
  await other.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await expect(other.getByText('Connected:')).not.toHaveText(borrower ?? '');
  // The borrower's tab keeps its wallet.
  await page.reload();
  await expect(page.getByText('Connected:')).toHaveText(borrower ?? '');
});
