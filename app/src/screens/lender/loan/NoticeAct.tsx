// Recording that the borrower was told: by which channels, and the hash of what was sent.
import { useState } from 'react';
import { useLenderWords } from '../../../words/lender';
import { Act } from './Act';
import type { ActProps } from './Acts';
import { hex, notice } from './proposals';

export function NoticeAct({ servicing, ...acting }: ActProps) {
  const own = useLenderWords();
  const [channels, setChannels] = useState(0);
  const [evidence, setEvidence] = useState<Uint8Array>();
  const refusals = servicing.notice;
  // It can be served if one channel can.
  const refused = refusals.every((refused) => refused !== null) ? (refusals[0] ?? null) : null;
  return (
    <Act
      id="notice"
      title={own.act.notice.title}
      body={own.act.notice.body}
      button={own.act.notice.button}
      needs="servicer"
      acting={acting}
      refused={refused}
      onAct={() => {
        if (channels === 0) return own.act.notice.noChannel;
        if (!evidence) return own.act.notice.noEvidence;
        acting.propose((deal) => notice(deal, channels, evidence));
        return undefined;
      }}
    >
      <fieldset>
        <legend>{own.notices.channel}</legend>
        {own.act.notice.by.map((name, bit) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={(channels & (1 << bit)) !== 0}
              disabled={refusals[bit] !== null}
              onChange={() => setChannels(channels ^ (1 << bit))}
            />
            {own.notices.channels[bit]}
          </label>
        ))}
      </fieldset>
      <label>
        {own.act.notice.evidence}
        <input
          type="file"
          onChange={(event) => {
            const file = event.target.files?.[0];
            setEvidence(undefined);
            file
              ?.arrayBuffer()
              .then((bytes) => crypto.subtle.digest('SHA-256', bytes))
              .then((hash) => setEvidence(new Uint8Array(hash)));
          }}
        />
      </label>
      {evidence && <p className="quiet address">{own.act.notice.hash(hex(evidence))}</p>}
    </Act>
  );
}
