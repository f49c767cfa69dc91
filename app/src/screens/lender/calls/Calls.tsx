// Every call that was asked of the lender's cars: who asked, which keeper, how it ended, and whether the car's receipt holds.
import type { Address } from '@solana/kit';
import { useState } from 'react';
import type { Network } from '../../../chain/network';
import type { Verdict } from '../../../chain/receipts';
import { usePage } from '../../../page';
import type { Call, Past, Place } from '../../../rules/past';
import { momentForm } from '../../../words/formats';
import { useHistoryWords } from '../../../words/history';
import { useLenderWords } from '../../../words/lender';
import { sol } from '../../../words/money';
import { short } from '../../history/explorer';
import { TransactionLink } from '../../history/TransactionLink';
import { usePast } from '../../history/usePast';
import { save } from '../csv';
import { type CallFilter, callsCsv, chosen, STATES } from './rows';
import { type ShownCalls, useCalls } from './useCalls';

const ACTIONS = ['any', 'warn', 'lock', 'unlock'] as const;

export function Calls({ lender }: { lender: Address }) {
  const { words: page } = usePage();
  const own = useLenderWords();
  const words = useHistoryWords();
  const past = usePast();
  return (
    <main className="stack">
      <p>
        <a href={`#/lender/${lender}`}>{own.loan.back}</a>
      </p>
      <h1 className="headline">{words.calls.title}</h1>
      <p>{words.calls.body}</p>
      <p className="quiet">{words.calls.commands}</p>
      {past === undefined && <p role="status">{words.reading}</p>}
      {past === 'failed' && <p role="alert">{page.trouble.rules}</p>}
      {past !== undefined && past !== 'failed' && <Feed lender={lender} past={past} />}
    </main>
  );
}

function Feed({ lender, past }: { lender: Address; past: Past }) {
  const words = useHistoryWords();
  const shown = useCalls(lender, past);
  const [filter, setFilter] = useState<CallFilter>({ action: 'any', state: 'any', search: '' });
  const change = (part: Partial<CallFilter>) => setFilter((filter) => ({ ...filter, ...part }));
  const { calls, verdicts, network } = shown;
  const listed = calls ? chosen(calls, verdicts, filter) : [];
  return (
    <>
      <div className="row">
        <label>
          {words.calls.search}
          <input
            type="search"
            value={filter.search}
            onChange={({ target }) => change({ search: target.value.trim() })}
          />
        </label>
        <label>
          {words.calls.action}
          <select
            value={filter.action}
            onChange={({ target }) => change({ action: target.value as CallFilter['action'] })}
          >
            {ACTIONS.map((action) => (
              <option key={action} value={action}>
                {words.calls.actions[action]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.calls.state}
          <select
            value={filter.state}
            onChange={({ target }) => change({ state: target.value as CallFilter['state'] })}
          >
            {STATES.map((state) => (
              <option key={state} value={state}>
                {words.calls.states[state]}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          disabled={listed.length === 0}
          onClick={() => save('calls.csv', callsCsv(listed, verdicts))}
        >
          {words.calls.csv}
        </button>
      </div>
      <HowFar shown={shown} listed={listed.length} />
      {network && (
        <ol className="stack calls">
          {listed.map((call) => (
            <CallItem
              key={call.invocation}
              call={call}
              verdict={verdicts.get(call.invocation)}
              lender={lender}
              network={network}
            />
          ))}
        </ol>
      )}
      <More shown={shown} />
    </>
  );
}

/** How much of the calls is read, and what stands in the way. */
function HowFar({ shown, listed }: { shown: ShownCalls; listed: number }) {
  const words = useHistoryWords();
  const { calls, read, isReading, trouble } = shown;
  const says = () => {
    if (isReading) return words.reading;
    if (!calls || !read) return '';
    if (read.cars.length === 0) return words.calls.none;
    return words.calls.count(listed, calls.length, read.carsListed, read.cars.length);
  };
  return (
    <>
      <p role="status">{says()}</p>
      {trouble && <p role="alert">{trouble === 'no_history' ? words.calls.noHistory : words.unreachable}</p>}
      {read && read.lost > 0 && <p role="alert">{words.lost(read.lost)}</p>}
      {read?.isCut && <p className="quiet">{words.calls.cut}</p>}
    </>
  );
}

function More({ shown }: { shown: ShownCalls }) {
  const words = useHistoryWords();
  const { read, isReading, trouble, readMore } = shown;
  const isDone = read && read.unread === 0 && read.carsListed === read.cars.length;
  if (isDone && !trouble) return null;
  return (
    <button type="button" disabled={isReading} onClick={readMore}>
      {trouble ? words.again : read && read.unread === 0 ? words.calls.moreCars : words.older}
    </button>
  );
}

interface CallProps {
  call: Call;
  verdict: Verdict | undefined;
  lender: Address;
  network: Network;
}

function CallItem({ call, verdict, lender, network }: CallProps) {
  const { words: page } = usePage();
  const { calls: words } = useHistoryWords();
  const { of, requested, claims, end, invocation } = call;
  const title = of ? `${words.actions[of.action]} ${of.seq}` : words.unknown(short(invocation));
  return (
    <li className="card" data-end={end?.kind ?? 'open'} data-verdict={verdict}>
      <h2>{title}</h2>
      {of && (
        <p>
          {of.vehicle && <>{words.car(short(of.vehicle))}, </>}
          <a href={`#/lender/${lender}/loan/${of.loan}`}>{words.loan(short(of.loan))}</a>,{' '}
          {words.pays(sol(BigInt(of.fee)))}
        </p>
      )}
      <ul>
        {requested ? (
          <Step text={words.requested} at={requested} network={network} />
        ) : (
          <li className="quiet">{words.requestMissing}</li>
        )}
        {claims.map((claim) => (
          <Step
            key={claim.signature}
            text={words.claimed(short(claim.keeper), sol(BigInt(claim.bond)))}
            at={claim}
            network={network}
            more={claim.yielded ? words.yielded : undefined}
          />
        ))}
        {end?.kind === 'settled' && (
          <Step text={words.settled(short(end.keeper), sol(BigInt(end.fee)))} at={end} network={network} />
        )}
        {end?.kind === 'expired' && (
          <Step
            text={words.expired(sol(BigInt(end.refunded)), end.forfeited === '0' ? '' : sol(BigInt(end.forfeited)))}
            at={end}
            network={network}
          />
        )}
        {!end && <li>{words.stillOpen}</li>}
      </ul>
      {end?.kind === 'settled' && (
        <p className={verdict === 'false' || verdict === 'unknown_key' ? 'error' : ''}>
          {verdict ? words.verdicts[verdict] : words.verifying}{' '}
          {verdict && verdict !== 'false' && (
            <span className="quiet">
              {words.carTime(
                momentForm(page.locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(end.device_time * 1_000),
              )}
            </span>
          )}
        </p>
      )}
    </li>
  );
}

function Step({ text, at, network, more }: { text: string; at: Place; network: Network; more?: string | undefined }) {
  const { words: page } = usePage();
  const words = useHistoryWords();
  const when =
    at.time === null
      ? words.dayUnknown
      : momentForm(page.locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at.time * 1_000);
  return (
    <li>
      {text} <span className="quiet">{when}</span> {more} <TransactionLink signature={at.signature} network={network} />
    </li>
  );
}
