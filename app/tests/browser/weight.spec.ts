// What a borrower's phone loads before it shows a loan.
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { AT, world } from '../fixtures';
import { fakeNode } from './node';

/** JavaScript with WebAssembly, gzipped, bytes. */
const BUDGET = 250_000;

test('the first load of a loan stays within 250 kB of JavaScript and WebAssembly, gzipped', async ({ page }) => {
  await fakeNode(page, world);
  const weights = new Map<string, Promise<number>>();
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (/\.(js|wasm)$/.test(pathname)) {
      weights.set(
        pathname,
        response.body().then((body) => gzipSync(body).length),
      );
    }
  });
  await page.goto(`/#/loan/${AT.loan}`);
  await page.locator('#car').waitFor();
  const files = await Promise.all([...weights].map(async ([path, weight]) => ({ path, bytes: await weight })));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`first load: ${total} bytes gzipped`, files);
  expect(files.some(({ path }) => path.endsWith('.wasm'))).toBe(true);
  expect(files.some(({ path }) => path.endsWith('.js'))).toBe(true);
  expect(total).toBeLessThanOrEqual(BUDGET);
});
