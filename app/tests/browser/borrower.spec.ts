// The borrower's page in every state, at 360 px: what it says, that it needs no scrolling, that axe finds nothing.
import { mkdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { CalendarUnit } from '../../src/client';
import { AT, loan, STATES, terms, world } from '../fixtures';
import { fakeNode } from './node';

const PICTURES = 'test-results/screens';
mkdirSync(PICTURES, { recursive: true });

/** What the headline of the car, the amount and the button say in each state. */
const SAYS: Record<string, { car: RegExp; owed: RegExp; button: RegExp }> = {
  current: { car: /Your car starts/, owed: /1,100\.16 is due/, button: /^Pay 1,100\.16 by Dec 5$/ },
  due_soon: { car: /Your car starts/, owed: /1,100\.16 is due/, button: /^Pay 1,100\.16 by Dec 5$/ },
  past_due: { car: /Your car starts/, owed: /1,100\.16 is past due/, button: /^Pay 1,100\.16 now$/ },
  warned: { car: /Your car starts/, owed: /1,100\.16 is past due/, button: /^Pay 1,100\.16 now$/ },
  defaulted: { car: /Your car starts/, owed: /1,100\.16 is past due/, button: /^Pay 1,100\.16 now$/ },
  locked: { car: /Your car does not start/, owed: /1,100\.16 is past due/, button: /^Pay 1,100\.16 to unlock$/ },
  locked_and_cured: { car: /Your car does not start/, owed: /is due/, button: /^Unlock the car now$/ },
  unlocking: { car: /being unlocked/, owed: /is due/, button: /^Waiting for the car$/ },
  emergency_start: { car: /Your car starts until/, owed: /past due/, button: /^Pay 1,100\.16 now$/ },
  on_hold: { car: /Your car starts/, owed: /past due/, button: /^Pay 1,100\.16 now$/ },
  stayed: { car: /Your car starts/, owed: /past due/, button: /^Pay 1,100\.16 now$/ },
  charged_off: { car: /Your car starts/, owed: /past due/, button: /now$/ },
  paid_off: { car: /Your car starts/, owed: /Nothing is owed/, button: /^There is nothing to do$/ },
  settled: { car: /Your car starts/, owed: /Nothing is owed/, button: /^There is nothing to do$/ },
};

async function open(page: Page) {
  await page.goto(`/#/loan/${AT.loan}`);
  await page.locator('[data-standing]:not([data-standing=loading])').waitFor();
}

async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([]);
}

for (const [name, says] of Object.entries(SAYS)) {
  test(`the first screen answers four questions: ${name}`, async ({ page }) => {
    await fakeNode(page, STATES[name] ?? world);
    await open(page);
    await expect(page.locator('#car')).toHaveText(says.car);
    await expect(page.locator('#owed')).toHaveText(says.owed);
    await expect(page.locator('[data-primary]')).toHaveText(says.button);
    const next = await page.locator('section[aria-labelledby=next]').boundingBox();
    const foot = await page.locator('.foot').boundingBox();
    expect(next && foot && next.y + next.height <= foot.y, 'what happens next ends above the button').toBe(true);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, 'nothing is wider than the screen').toBeLessThanOrEqual(360);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
      await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}.png` });
    }
  });
}

test('no data yet, then data as soon as the node answers', async ({ page }) => {
  const node = await fakeNode(page, world);
  node.isUp = false;
  await open(page);
  await expect(page.getByRole('alert')).toContainText('No data yet');
  await expectAccessible(page);
  await page.screenshot({ path: `${PICTURES}/no-data.png` });
  node.isUp = true;
  await expect(page.locator('#car')).toHaveText(/Your car starts/);
});

test('a node that falls silent makes the page say that it is old, and nothing can be signed', async ({ page }) => {
  await page.clock.install();
  const node = await fakeNode(page, world);
  await open(page);
  node.isUp = false;
  await page.clock.runFor(20_000);
  await expect(page.locator('[data-fresh=no]')).toContainText('has not answered for');
  await expectAccessible(page);
  await page.screenshot({ path: `${PICTURES}/stale.png` });
});

test('without a node the last known state is shown as old', async ({ page }) => {
  const node = await fakeNode(page, world);
  await open(page);
  node.isUp = false;
  await page.reload();
  await expect(page.locator('[data-fresh=no]')).toContainText('What you see is how it was');
  await expect(page.locator('#owed')).toHaveText(/1,100\.16/);
});

test('the wrong network is said, with its node', async ({ page }) => {
  const node = await fakeNode(page, world);
  node.hasLoan = false;
  await open(page);
  await expect(page.getByRole('alert')).toContainText('Wrong network');
  await expect(page.getByRole('alert')).toContainText('127.0.0.1:8899');
  await expectAccessible(page);
  await page.screenshot({ path: `${PICTURES}/wrong-network.png` });
});

test('a payment that arrives is seen without reloading', async ({ page }) => {
  const node = await fakeNode(page, STATES.locked ?? world);
  await open(page);
  await expect(page.locator('[data-primary]')).toHaveText(/to unlock/);
  node.world = STATES.locked_and_cured ?? world;
  node.slot += 1;
  await expect(page.locator('[data-primary]')).toHaveText('Unlock the car now');
});

test('a node that lags does not take back what was seen', async ({ page }) => {
  const node = await fakeNode(page, STATES.locked_and_cured ?? world);
  await open(page);
  await expect(page.locator('[data-primary]')).toHaveText('Unlock the car now');
  node.world = STATES.locked ?? world;
  node.slot -= 1;
  const seen = node.requests.length;
  await expect.poll(() => node.requests.length).toBeGreaterThan(seen);
  await expect(page.locator('[data-primary]')).toHaveText('Unlock the car now');
});

test('Spanish has a sentence for everything', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('latchkey:language', 'es'));
  await fakeNode(page, STATES.locked ?? world);
  await open(page);
  await expect(page.locator('#car')).toContainText('Su auto no arranca');
  await expect(page.locator('[data-primary]')).toHaveText(/^Pagar 1[.\s]?100,16 para desbloquear$/);
  await expectAccessible(page);
  await page.screenshot({ path: `${PICTURES}/locked-es.png`, fullPage: true });
});

test('a loan with a due date every other minute is shown, though no payoff is known for days ahead', async ({
  page,
}) => {
  const calendar = { unit: CalendarUnit.Seconds, every: 120, day: 0, secondDay: 0, utcOffsetSecs: 0 };
  const minutes = { ...terms, firstDue: world.now + 60, count: 60, calendar, lateAfterSecs: 20, graceSecs: 30 };
  const ledger = { ...loan.ledger, asOf: world.now, paidScheduled: 0n, lateDecided: 0 };
  await fakeNode(page, { ...world, loan: { ...loan, openedAt: world.now, terms: minutes, ledger } });
  await open(page);
  await expect(page.locator('#car')).toHaveText(/Your car starts/);
  await expect(page.getByText('So many due dates lie in between')).toBeVisible();
});
