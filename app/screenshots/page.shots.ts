// Pictures of the built page for the documents: phone and desktop, light and dark, of the test's own accounts.
import { mkdirSync } from 'node:fs';
import { type Page, test } from '@playwright/test';
import { bookNode } from '../tests/browser/book';
import { lenderNode, openAs, owned } from '../tests/browser/lender';
import { fakeNode, playOn } from '../tests/browser/node';
import { AT, STATES, type World } from '../tests/fixtures';

const IMAGES = '../docs/images';
mkdirSync(IMAGES, { recursive: true });

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1_280, height: 800 };

async function shoot(page: Page, name: string, colorScheme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.screenshot({ path: `${IMAGES}/${name}.png`, animations: 'disabled' });
}

test('a locked car, and one that is paid for', async ({ page }) => {
  await page.setViewportSize(PHONE);
  const node = await fakeNode(page, STATES.locked as World);
  await page.goto(`/#/loan/${AT.loan}`);
  await page.locator('[data-standing=locked]').waitFor();
  await shoot(page, 'borrower-locked', 'light');
  node.world = STATES.current as World;
  node.slot += 100;
  await page.reload();
  await page.locator('[data-standing=current]').waitFor();
  await shoot(page, 'borrower-current', 'dark');
});

test('a book of loans, and one of them', async ({ page, context }) => {
  await page.setViewportSize(DESKTOP);
  await playOn(page, bookNode(400));
  await page.goto(`/#/lender/${AT.lender}`);
  await page.locator('[role=row], tbody tr').nth(5).waitFor();
  await shoot(page, 'lender-portfolio', 'light');

  const other = await context.newPage();
  await other.setViewportSize(DESKTOP);
  await lenderNode(other, await owned(STATES.defaulted as World));
  await openAs(other, `/loan/${AT.loan}`);
  await other.locator('#state').waitFor();
  await other.evaluate(() => window.scrollTo(0, 0));
  await shoot(other, 'lender-loan', 'dark');
});
