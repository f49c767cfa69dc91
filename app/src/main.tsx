// Starts the page: the rules, the node it is delivered with, the burner wallet, the screen.
import { getBase58Encoder } from '@solana/kit';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { isOnThisMachine, type Node, websocketOf } from './chain/network';
import { PageProvider, savedNode } from './page';
import { Rules } from './rules/rules';
import { registerBurner } from './wallet/burner';
import { LANGUAGES, preferredLanguage } from './words';
import './design/tokens.css';
import './design/base.css';

/** Where a page asks that is delivered without a `config.json`. */
const LOCAL: Node = { rpc: 'http://127.0.0.1:8899', websocket: 'ws://127.0.0.1:8900' };

async function deliveredNode(): Promise<Node> {
  try {
    const answer = await fetch('./config.json');
    const { rpc, websocket, sponsor } = (await answer.json()) as Partial<Node>;
    return rpc ? { rpc, websocket: websocket ?? websocketOf(rpc), sponsor } : { ...LOCAL, sponsor };
  } catch {
    return LOCAL;
  }
}

/**
 * `#/local?rpc=…&ws=…&sponsor=…&key=…&to=…`: a link of the localnet demo. It may name a node and a sponsor on this machine only, and bring a key for
 * the burner wallet. It is taken out of the address at once. A page that is served from elsewhere does not obey it: there a
 * stranger's link could turn the reader to a false node, or hand them a wallet whose key the stranger has.
 */
async function takeLocalLink(): Promise<void> {
  const [path, query] = location.hash.split('?');
  if (path !== '#/local') return registerBurner();
  if (!isOnThisMachine(location.href)) {
    history.replaceState(null, '', '#/');
    return registerBurner();
  }
  const given = new URLSearchParams(query);
  const [rpc, ws, named, key, to] = ['rpc', 'ws', 'sponsor', 'key', 'to'].map((name) => given.get(name));
  const sponsor = named && isOnThisMachine(named) ? named : undefined;
  if (rpc && isOnThisMachine(rpc) && ws && isOnThisMachine(ws)) {
    localStorage.setItem('latchkey:node', JSON.stringify({ rpc, websocket: ws, sponsor } satisfies Node));
  }
  history.replaceState(null, '', `#/${to ?? ''}`);
  await registerBurner(key ? new Uint8Array(getBase58Encoder().encode(key)) : undefined);
}

async function start() {
  const root = createRoot(document.getElementById('root') ?? document.body);
  await takeLocalLink().catch((error: unknown) => console.warn('there is no burner wallet here:', error));
  try {
    const [rules, delivered] = await Promise.all([Rules.load(fetch('./rules.wasm')), deliveredNode()]);
    root.render(
      <StrictMode>
        <PageProvider rules={rules} node={savedNode(delivered)}>
          <App />
        </PageProvider>
      </StrictMode>,
    );
  } catch (error) {
    console.error(error);
    root.render(<p role="alert">{LANGUAGES[preferredLanguage(navigator.languages)].trouble.rules}</p>);
  }
}

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without it the page works, only not offline.
  navigator.serviceWorker.register('./sw.js').catch((error: unknown) => console.warn('not kept for offline:', error));
}

void start();
