// The lender itself: its keys, its pause, and the functions that it offers keepers.

import { type Address, createNoopSigner } from '@solana/kit';
import { type FormEvent, useState } from 'react';
import { ACTIONS } from '../../chain/around';
import { Action, getPauseInstruction, getUnpauseInstruction } from '../../client';
import { usePage } from '../../page';
import { useCarWords } from '../../words/cars';
import { momentForm } from '../../words/formats';
import { useLenderWords } from '../../words/lender';
import { sol } from '../../words/money';
import { useSettingsWords } from '../../words/settings';
import { span } from '../../words/time';
import { Section } from '../borrower/parts';
import { Confirm, type Proposal } from '../Confirm';
import { WalletCard } from '../WalletCard';
import { roleOf } from './loan/deal';
import { hex } from './loan/proposals';
import { Sums } from './loan/Sections';
import { type LenderState, useLender } from './useLender';

const NOBODY = '11111111111111111111111111111111';

export function Functions({ lender }: { lender: Address }) {
  const { words } = usePage();
  const [own, settings, cars] = [useLenderWords(), useSettingsWords(), useCarWords()];
  const { state, trouble, lookNow } = useLender(lender);
  const [proposal, setProposal] = useState<Proposal>();
  return (
    <main className="stack">
      <p className="row">
        <a href={`#/lender/${lender}`}>{own.loan.back}</a>
        <a href={`#/lender/${lender}/settings`}>{settings.open}</a>
        <a href={`#/lender/${lender}/cars`}>{cars.open}</a>
      </p>
      <h1 className="headline">{own.functions.title}</h1>
      {trouble && (
        <p role="alert" className="banner bad">
          {trouble === 'absent' ? own.functions.absent : words.failed.unreachable}
        </p>
      )}
      {!state && !trouble && <p role="status">{words.loading}</p>}
      {state && (
        <>
          <div className="tiles">
            <Keys state={state} />
            <Pause address={lender} state={state} isOld={trouble !== undefined} onPropose={setProposal} />
            {ACTIONS.map((action) => (
              <Offered key={action} action={action} state={state} />
            ))}
          </div>
          <WalletCard network={state.network} />
          {proposal && (
            <Confirm
              proposal={proposal}
              network={state.network}
              onDone={lookNow}
              onClose={() => setProposal(undefined)}
            />
          )}
        </>
      )}
    </main>
  );
}

function Keys({ state }: { state: LenderState }) {
  const own = useLenderWords();
  const { authority, servicer, treasury, mint, keepers } = state.lender;
  const rows: [string, string][] = [
    [own.functions.authority, authority],
    [own.functions.servicer, servicer],
    [own.functions.treasury, treasury],
    [own.functions.mint, mint],
    ...keepers.map((keeper): [string, string] => [own.functions.keeper, keeper]),
  ];
  return (
    <Section id="keys" title={own.functions.keys}>
      <dl className="stack">
        {rows.map(([name, address]) => (
          <div key={`${name} ${address}`}>
            <dt>{name}</dt>
            <dd className="address">{address}</dd>
          </div>
        ))}
      </dl>
      {keepers.length === 0 && <p className="quiet">{own.functions.anyKeeper}</p>}
    </Section>
  );
}

/** The longest pause, hours. */
const LONGEST = 24;

interface PauseProps {
  address: Address;
  state: LenderState;
  isOld: boolean;
  onPropose(proposal: Proposal): void;
}

function Pause({ address, state, isOld, onPropose }: PauseProps) {
  const { words, connected } = usePage();
  const own = useLenderWords();
  const [hours, setHours] = useState('4');
  const [isWrong, setIsWrong] = useState(false);
  const until = Number(state.lender.pausedUntil);
  const isPaused = until > state.now;
  const role = roleOf(connected?.address, state.lender);
  const refusal = isOld ? own.who.old : !connected ? own.who.connect : role ? undefined : own.who.servicer;
  const accounts = (signer: Address) => ({ lenderSigner: createNoopSigner(signer), lender: address });
  const pause = (event: FormEvent) => {
    event.preventDefault();
    const count = /^\s*\d{1,2}\s*$/.test(hours) ? Number(hours) : 0;
    const isRight = count >= 1 && count <= LONGEST;
    setIsWrong(!isRight);
    if (!isRight || !connected) return;
    const secs = count * 3_600;
    onPropose({
      title: own.functions.pause,
      lines: [own.functions.pauseLine(span(secs, words.locale))],
      instructions: [getPauseInstruction({ ...accounts(connected.address), secs })],
    });
  };
  const unpause = () => {
    if (!connected) return;
    onPropose({
      title: own.functions.unpause,
      lines: [own.functions.unpauseLine],
      instructions: [getUnpauseInstruction(accounts(connected.address))],
    });
  };
  return (
    <Section id="pause" title={own.functions.pause}>
      <p>{isPaused ? own.functions.pausedFor(span(until - state.now, words.locale)) : own.functions.notPaused}</p>
      <form className="stack" onSubmit={pause} noValidate>
        <label>
          {own.functions.hours}
          <input inputMode="numeric" value={hours} onChange={(event) => setHours(event.target.value)} />
        </label>
        <button type="submit" disabled={refusal !== undefined} aria-describedby="pause-why">
          {own.functions.pause}
        </button>
      </form>
      <button
        type="button"
        disabled={refusal !== undefined || !isPaused}
        aria-describedby="pause-why"
        onClick={unpause}
      >
        {own.functions.unpause}
      </button>
      <p id="pause-why" className="quiet">
        {refusal ?? own.functions.pauseBody}
      </p>
      {isWrong && (
        <p role="alert" className="error">
          {own.functions.badHours}
        </p>
      )}
    </Section>
  );
}

function Offered({ action, state }: { action: Action; state: LenderState }) {
  const { words } = usePage();
  const own = useLenderWords();
  const offered = state.functions[action];
  const title = own.calls.names[action] ?? '';
  const id = `function-${action}`;
  if (!offered) {
    return (
      <Section id={id} title={title}>
        <p className="quiet">{own.act.call.noFunction}</p>
      </Section>
    );
  }
  const used = state.lastUsed[action];
  const time = (secs: number) => span(secs, words.locale);
  const rows: [string, string][] = [
    [own.functions.fee, `${sol(offered.fee)} SOL`],
    [own.functions.bond, `${sol(offered.bond)} SOL`],
    [own.functions.lease, time(offered.leaseSecs)],
    [own.functions.ttl, time(offered.ttlSecs)],
    [own.functions.required, String(offered.required)],
    [own.functions.revision, String(offered.revision)],
    [
      own.functions.lastUsed,
      used === undefined
        ? own.notices.never
        : momentForm(words.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(used * 1_000),
    ],
  ];
  const uris = [offered.uri, offered.uri2, offered.uri3];
  const keys = offered.commandKeys.flatMap((key, at) => (key === NOBODY ? [] : [{ key, uri: uris[at] ?? '' }]));
  return (
    <Section id={id} title={title}>
      <Sums rows={rows} />
      <ul className="stack">
        {keys.map(({ key, uri }) => (
          <li key={key}>
            {own.functions.commandKey} <span className="address">{key}</span>
            <br />
            <span className="quiet address">{uri || own.functions.embedded}</span>
          </li>
        ))}
      </ul>
      <p className="quiet address">{own.functions.code(hex(new Uint8Array(offered.codeHash)))}</p>
      {action === Action.Unlock && <p className="quiet">{own.functions.pinned}</p>}
    </Section>
  );
}
