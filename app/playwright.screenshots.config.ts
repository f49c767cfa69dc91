import base from './playwright.config';

// What `npm run screenshots` runs: pictures for the documents, and no test.
export default { ...base, testDir: 'screenshots', testMatch: '*.shots.ts', retries: 0 };
