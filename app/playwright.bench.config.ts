import base from './playwright.config';

// What `npm run bench` runs: figures, and no test.
export default { ...base, testDir: 'bench', testMatch: '*.bench.ts', timeout: 1_800_000, retries: 0, workers: 1 };
