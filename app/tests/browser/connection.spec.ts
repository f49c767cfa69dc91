// What the page says of its node and websocket, and that a push is enough for it to look.
import { expect, type Page, test } from '@playwright/test';
import { AT, STATES, world } from '../fixtures';
import { fakeNode, fakeSocket } from './node';

const MAINNET = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';

async function open(page: Page) {
  await page.goto(`/#/loan/${AT.loan}`);
  await page.locator('#car').waitFor();
}

const primary = (page: Page) => page.locator('[data-primary]');

test('what the websocket pushes is seen although no timer runs', async ({ page }) => {
  await page.clock.install();
  const node = await fakeNode(page, STATES.locked ?? world);
  const socket = await fakeSocket(page);
  await open(page);
  await page.clock.runFor(1_000);
  await expect(page.getByText('· live')).toBeVisible();
  expect(new Set(socket.subscribed)).toEqual(new Set([AT.loan, AT.vehicle, AT.wallet]));
  await expect(primary(page)).toHaveText(/to unlock/);

  // From here on the page's clock stands still, so it cannot ask by itself.
  await page.clock.pauseAt(Date.now() + 86_400_000);
  await expect(primary(page)).toHaveText(/to unlock/);
  const seen = node.requests.length;
  node.world = STATES.locked_and_cured ?? world;
  node.slot += 1;
  socket.push();
  await expect(primary(page)).toHaveText('Unlock the car now');
  expect(node.requests.length).toBeGreaterThan(seen);
});

test('a lost websocket is said, the page asks on, and it comes back by itself', async ({ page }) => {
  const node = await fakeNode(page, STATES.locked ?? world);
  const socket = await fakeSocket(page);
  await open(page);
  await expect(page.getByText('· live')).toBeVisible();
  const lost = page.getByText('no live updates, so the page asks every 3 s');
  const before = socket.subscribed.length;
  await socket.close();
  await expect(lost).toBeVisible();
  node.world = STATES.locked_and_cured ?? world;
  node.slot += 1;
  await expect(primary(page)).toHaveText('Unlock the car now');
  await expect.poll(() => socket.subscribed.length).toBeGreaterThan(before);
  await expect(page.getByText('· live')).toBeVisible();
});

test('a node whose clock is behind is told by how much', async ({ page }) => {
  const node = await fakeNode(page, world);
  node.genesis = MAINNET;
  await page.clock.setFixedTime((world.now + 600) * 1_000);
  await open(page);
  await expect(page.locator('[data-fresh=no]')).toHaveText('The node is 10 minutes behind. What you see may be old.');
  await page.clock.setFixedTime((world.now + 60) * 1_000);
  await expect(page.locator('[data-fresh=no]')).toHaveCount(0);
});
