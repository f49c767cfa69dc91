// Without a network: the page opens from what the service worker kept, with the last known state, and says that it is old.
import { expect, type Page, test } from '@playwright/test';
import { AT, STATES, world } from '../fixtures';
import { fakeNode } from './node';

test.use({ serviceWorkers: 'allow' });

/** The first visit, until the service worker has kept the page. */
async function visit(page: Page) {
  await page.goto(`/#/loan/${AT.loan}`);
  await expect(page.locator('#car')).toHaveText(/Your car does not start/);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
}

test('after one visit the page opens without a network, shows the last known state, and lets nothing be signed', async ({
  page,
  context,
}) => {
  const node = await fakeNode(page, STATES.locked ?? world);
  await visit(page);
  node.isUp = false;
  await context.setOffline(true);
  // Nothing is left of the first visit but what was kept.
  const opened = await context.newPage();
  await page.close();
  await opened.goto(`/#/loan/${AT.loan}`);
  await expect(opened.locator('[data-fresh=no]')).toContainText('What you see is how it was');
  await expect(opened.locator('#car')).toHaveText(/Your car does not start/);
  await expect(opened.locator('#owed')).toHaveText(/1,100\.16 is past due/);
  await expect(opened.locator('[data-primary]')).toBeDisabled();
});

test('what a node says is never kept by the service worker', async ({ page }) => {
  await fakeNode(page, STATES.locked ?? world);
  await visit(page);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const shelves = await Promise.all(names.map((name) => caches.open(name).then((shelf) => shelf.keys())));
    return shelves.flat().map(({ url }) => url);
  });
  const origin = await page.evaluate(() => location.origin);
  expect(kept.length).toBeGreaterThan(4);
  expect(kept.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
});
