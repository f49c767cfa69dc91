// Language and node.
import { type FormEvent, useState } from 'react';
import { isOnThisMachine, websocketOf } from '../chain/network';
import { usePage } from '../page';
import { LANGUAGES, type Language } from '../words';
import { sponsorWords } from '../words/sponsor';

/** An address that anyone may name: by https, or on this machine. */
function isService(address: string): boolean {
  return URL.canParse(address) && (new URL(address).protocol === 'https:' || isOnThisMachine(address));
}

export function Settings() {
  const { words, language, setLanguage, node, setNode } = usePage();
  const [rpc, setRpc] = useState(node.rpc);
  const [websocket, setWebsocket] = useState(node.websocket);
  const [sponsor, setSponsor] = useState(node.sponsor ?? '');
  const [wrong, setWrong] = useState<'node' | 'sponsor'>();
  const sponsored = sponsorWords(words);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const named = sponsor.trim() || undefined;
    const wrong = !isService(rpc) ? 'node' : named && !isService(named) ? 'sponsor' : undefined;
    setWrong(wrong);
    if (wrong) return;
    setNode({ rpc, websocket: websocket.trim() || websocketOf(rpc), sponsor: named });
    history.back();
  };
  return (
    <main className="stack">
      <h1 className="headline">{words.settings.title}</h1>
      <section className="card">
        <label>
          {words.settings.language}
          <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
            {Object.entries(LANGUAGES).map(([code, { name }]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </section>
      <form className="card" onSubmit={save}>
        <label>
          {words.settings.node}
          <input
            type="url"
            required
            value={rpc}
            aria-invalid={wrong === 'node'}
            aria-describedby={wrong ? 'node-wrong' : undefined}
            onChange={(event) => setRpc(event.target.value)}
          />
        </label>
        <label>
          {words.settings.websocket}
          <input type="url" value={websocket} onChange={(event) => setWebsocket(event.target.value)} />
        </label>
        <label>
          {sponsored.setting}
          <input
            type="url"
            value={sponsor}
            aria-invalid={wrong === 'sponsor'}
            aria-describedby={wrong ? 'node-wrong' : undefined}
            onChange={(event) => setSponsor(event.target.value)}
          />
        </label>
        {wrong && (
          <p id="node-wrong" role="alert" className="error">
            {wrong === 'node' ? words.settings.badNode : sponsored.badSetting}
          </p>
        )}
        <button type="submit" className="primary">
          {words.settings.save}
        </button>
      </form>
    </main>
  );
}
