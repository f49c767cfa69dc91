import { execFileSync } from 'node:child_process';
import { defineConfig } from '@playwright/test';

// The first process chooses a free port; Playwright's workers read the same file and inherit the choice.
process.env.LATCHKEY_APP_PORT ??= execFileSync(process.execPath, [
  '-e',
  "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })",
])
  .toString()
  .trim();
const port = process.env.LATCHKEY_APP_PORT;
// Who has the page served already says where.
const served = process.env.LATCHKEY_APP_URL;

export default defineConfig({
  testDir: 'tests/browser',
  // A busy machine with two cores is slow, and no reason to fail.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  workers: 2,
  reporter: process.env.CI ? 'line' : 'list',
  use: {
    baseURL: served ?? `http://127.0.0.1:${port}`,
    locale: 'en-US',
    timezoneId: 'America/New_York',
    viewport: { width: 360, height: 740 },
    // Another test's page must not be answered from this one's shelf.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env.LATCHKEY_CHROMIUM ?? '/usr/bin/chromium',
      // Where tests run as root, the sandbox cannot.
      args: ['--no-sandbox'],
    },
  },
  webServer: served
    ? []
    : {
        command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
        url: `http://127.0.0.1:${port}`,
        timeout: 180_000,
      },
});
