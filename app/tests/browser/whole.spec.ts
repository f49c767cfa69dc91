// The page with everything real around it but the ledger's network: the program's bytes, a function that is a process of its
// own, a broker, and a car. `tests/validator/tests/it/page.rs` sets it up, runs this, and looks at car and chain afterwards.
import { expect, type Page, test } from '@playwright/test';

interface Whole {
  /** The ledger's RPC node. */
  rpc: string;
  /** The function's address as the loan pins it, and where it is on this machine. */
  uri: string;
  function: string;
  loan: string;
  /** The borrower's secret key, base58. */
  key: string;
}

const given = process.env.LATCHKEY_WHOLE;

/** Tells who runs this how far it is. */
const tell = (what: string) => console.log(`page: ${what}`);

/** The node says nothing to pages of other origins, and an https name of a test leads nowhere: both are reached from here. */
async function connect(page: Page, { rpc, uri, function: at }: Whole) {
  const { port } = new URL(rpc);
  await page.routeWebSocket(new RegExp(`127\\.0\\.0\\.1:${port}`), () => {});
  await page.route(`${rpc}/**`, async (route) => {
    const response = await route.fetch();
    return route.fulfill({ response, headers: { ...response.headers(), 'access-control-allow-origin': '*' } });
  });
  // The function's own answer, with what it allows other origins.
  await page.route(`${uri}**`, async (route) => {
    const url = route.request().url().replace(uri, at);
    return route.fulfill({ response: await route.fetch({ url, timeout: 60_000 }) });
  });
}

async function signAndSend(page: Page, title: string) {
  const dialog = page.getByRole('dialog', { name: title });
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(dialog).toContainText('Confirmed.', { timeout: 60_000 });
  await dialog.getByRole('button', { name: 'Close' }).click();
}

test('a borrower watches the car lock, pays, and unlocks it alone', async ({ page }) => {
  test.skip(!given, 'cargo xtask test --suite validator runs it');
  const whole: Whole = JSON.parse(given ?? '');
  await connect(page, whole);
  const link = new URLSearchParams({ rpc: whole.rpc, ws: whole.rpc.replace('http', 'ws'), key: whole.key });
  await page.goto(`/#/local?${link}&to=${encodeURIComponent(`loan/${whole.loan}`)}`);
  await expect(page.locator('#car')).toHaveText(/Your car starts/);
  await page.getByRole('button', { name: 'Connect Burner (this browser)' }).click();
  await page.getByText('Connected:').waitFor();
  // Whatever happens from here on is seen without a reload.
  await page.evaluate(() => Object.assign(window, { wasNotReloaded: true }));
  tell('the car starts');

  await expect(page.locator('#car')).toHaveText(/Your car does not start/, { timeout: 120_000 });
  tell('the car is locked');
  await page.getByRole('button', { name: /^Pay [\d,.]+ to unlock$/ }).click();
  await signAndSend(page, 'Pay');
  await expect(page.locator('#car')).toHaveText(/being unlocked/, { timeout: 60_000 });

  await page.getByRole('button', { name: 'Have the car unlocked now' }).click();
  await expect(page.getByRole('dialog')).toContainText('The car’s signed receipt goes to the chain.', {
    timeout: 60_000,
  });
  await signAndSend(page, 'Bring the car’s receipt');
  await expect(page.locator('#car')).toHaveText(/Your car starts/, { timeout: 60_000 });
  expect(await page.evaluate(() => 'wasNotReloaded' in window)).toBe(true);
  tell('the car is unlocked');
});
