// Language and node.
import { type FormEvent, useState } from 'react';
import { isOnThisMachine, websocketOf } from '../chain/network';
import { usePage } from '../page';
import { LANGUAGES, type Language } from '../words';

/** A node that anyone may name: by https, or on this machine. */
function isNode(address: string): boolean {
  return URL.canParse(address) && (new URL(address).protocol === 'https:' || isOnThisMachine(address));
}

export function Settings() {
  const { words, language, setLanguage, node, setNode } = usePage();
  const [rpc, setRpc] = useState(node.rpc);
  const [websocket, setWebsocket] = useState(node.websocket);
  const [isWrong, setIsWrong] = useState(false);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const isRight = isNode(rpc);
    setIsWrong(!isRight);
    if (!isRight) return;
    setNode({ rpc, websocket: websocket.trim() || websocketOf(rpc) });
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
            aria-invalid={isWrong}
            aria-describedby={isWrong ? 'node-wrong' : undefined}
            onChange={(event) => setRpc(event.target.value)}
          />
        </label>
        <label>
          {words.settings.websocket}
          <input type="url" value={websocket} onChange={(event) => setWebsocket(event.target.value)} />
        </label>
        {isWrong && (
          <p id="node-wrong" role="alert" className="error">
            {words.settings.badNode}
          </p>
        )}
        <button type="submit" className="primary">
          {words.settings.save}
        </button>
      </form>
    </main>
  );
}
