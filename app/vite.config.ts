import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// `wasm-unsafe-eval` is what a browser asks before it compiles WebAssembly; it allows no script from text. Nodes are chosen
// by the reader, so any https node may be asked, and one on this machine.
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' https: wss: http://127.0.0.1:* ws://127.0.0.1:* http://localhost:* ws://localhost:*",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What a server says with every file, in the form that hosts of static pages read. Only a header can forbid frames. */
const HEADERS = [
  '/*',
  `  content-security-policy: ${POLICY}; frame-ancestors 'none'`,
  '  referrer-policy: no-referrer',
  '  x-content-type-options: nosniff',
  '',
].join('\n');

/** Writes the content security policy into the built page, so that it holds wherever the page is served, and into `_headers`. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
    ],
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: HEADERS });
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), contentSecurityPolicy()],
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  test: { include: ['tests/unit/**/*.test.ts'] },
});
