// How fast the built page is in Chromium: a borrower's phone, and a lender's book of ten thousand loans.
//
// The page is served from this machine, and so is the node: its answers are the test's own, over HTTP, and come at once.
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Browser, type Page, test } from '@playwright/test';
import { bookNode } from '../tests/browser/book';
import { type FakeNode, nodeOf, replyOf } from '../tests/browser/node';
import { AT, world } from '../tests/fixtures';

const RUNS = Number(process.env.LATCHKEY_BENCH_RUNS ?? 7);
const LOANS = 10_000;
/** How much slower a phone's processor is taken to be. */
const SLOW = 4;
const FRAMES = 400;
/** Lines that each frame scrolls by. */
const STEP = 3 * 44;

/** Serves a node over HTTP. What was asked before is answered with the same bytes. */
async function serve(node: FakeNode): Promise<Server> {
  const known = new Map<string, string>();
  const server = createServer((request, response) => {
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    if (request.method !== 'POST') return response.writeHead(204, cors).end();
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as { id: string; method: string; params: unknown[] };
      const key = JSON.stringify([method, params]);
      const reply = known.get(key) ?? JSON.stringify(replyOf(node, '', method, params));
      known.set(key, reply);
      response.writeHead(200, { ...cors, 'content-type': 'application/json' });
      response.end(reply.replace('"id":""', `"id":${JSON.stringify(id)}`));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** A page of its own, as on a first visit, that notes when what `selector` names is there. */
async function visit(browser: Browser, server: Server, slow: number, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ viewport, serviceWorkers: 'block' });
  const page = await context.newPage();
  const { port } = server.address() as AddressInfo;
  const config = { rpc: `http://127.0.0.1:${port}`, websocket: `ws://127.0.0.1:${port}` };
  // It says nothing: the page polls.
  await page.routeWebSocket(config.websocket, () => {});
  await page.route('**/config.json', (route) => route.fulfill({ json: config }));
  if (slow > 1) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slow });
  }
  return page;
}

/** When what `selector` names is first there and painted, milliseconds since the visit began. */
async function noteWhen(page: Page, selector: string) {
  await page.addInitScript((selector) => {
    const noted = window as unknown as { there?: number };
    const look = () => {
      if (!document.querySelector(selector)) return requestAnimationFrame(look);
      requestAnimationFrame(() => {
        noted.there = performance.now();
      });
      return undefined;
    };
    requestAnimationFrame(look);
  }, selector);
  return async () => {
    await page.waitForFunction(() => 'there' in window, undefined, { timeout: 600_000 });
    return page.evaluate(() => (window as unknown as { there: number }).there);
  };
}

const firstPaint = (page: Page) =>
  page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);

interface Spread {
  median: number;
  worst: number;
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0), worst: Math.round(sorted.at(-1) ?? 0) };
}

async function borrower(browser: Browser, server: Server, slow: number) {
  const [paints, usable]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    const page = await visit(browser, server, slow, { width: 360, height: 740 });
    // The car's state and the one thing to do.
    const there = await noteWhen(page, '.foot button.primary:enabled');
    await page.goto(`/#/loan/${AT.loan}`);
    usable.push(await there());
    paints.push(await firstPaint(page));
    await page.context().close();
  }
  return { cpu: slow, first_contentful_paint_ms: spread(paints), usable_ms: spread(usable) };
}

/** Scrolls a few lines a frame, and tells how long the frames took, milliseconds. */
async function scroll(page: Page): Promise<number[]> {
  return page.evaluate(
    ([frames, step]) =>
      new Promise<number[]>((resolve) => {
        const table = document.querySelector('.table') as HTMLElement;
        const took: number[] = [];
        let last = performance.now();
        const frame = (now: number) => {
          took.push(now - last);
          last = now;
          if (took.length > frames) return resolve(took.slice(1));
          table.scrollTop += step;
          return requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    [FRAMES, STEP] as const,
  );
}

async function portfolio(browser: Browser, server: Server, slow: number) {
  const [rows, frames]: [number[], number[]] = [[], []];
  for (let run = 0; run < Math.min(RUNS, 5); run++) {
    const page = await visit(browser, server, slow, { width: 1200, height: 800 });
    const there = await noteWhen(page, '.table .body [role=row]');
    await page.goto(`/#/lender/${AT.lender}`);
    rows.push(await there());
    frames.push(...(await scroll(page)));
    await page.context().close();
  }
  const { median, worst } = spread(frames);
  const late = frames.filter((took) => took > 50).length;
  return {
    cpu: slow,
    loans: LOANS,
    first_rows_ms: spread(rows),
    frames: frames.length,
    frame_ms: { median, worst },
    frames_over_50_ms: late,
  };
}

/** What each screen loads, gzipped, bytes. */
async function weight(browser: Browser, server: Server, path: string, selector: string) {
  const page = await visit(browser, server, 1, { width: 360, height: 740 });
  const bodies: Promise<number>[] = [];
  page.on('response', (response) => {
    if (/\.(js|wasm)$/.test(new URL(response.url()).pathname)) {
      bodies.push(response.body().then((body) => gzipSync(body).length));
    }
  });
  await page.goto(path);
  await page.locator(selector).first().waitFor();
  const sizes = await Promise.all(bodies);
  await page.context().close();
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

test('figures', async ({ browser }) => {
  const [phone, book] = [await serve(nodeOf(world)), await serve(bookNode(LOANS))];
  const paths = [`/#/loan/${AT.loan}`, `/#/lender/${AT.lender}`] as const;
  // The first visit of all warms Chromium up and is not counted.
  await weight(browser, phone, paths[0], '#car');
  const figures = {
    chromium: browser.version(),
    runs: RUNS,
    borrower: [await borrower(browser, phone, 1), await borrower(browser, phone, SLOW)],
    portfolio: [await portfolio(browser, book, 1), await portfolio(browser, book, SLOW)],
    loaded_bytes: {
      borrower: await weight(browser, phone, paths[0], '#car'),
      lender: await weight(browser, book, paths[1], '.table .body [role=row]'),
    },
  };
  phone.close();
  book.close();
  writeFileSync(process.env.LATCHKEY_BENCH_FIGURES ?? 'test-results/figures.json', JSON.stringify(figures));
});
