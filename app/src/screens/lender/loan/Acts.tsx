// What a lender can do to a loan, each in its place: allowed, or disabled with the rule that refuses it.
import { useState } from 'react';
import { SettlementReason } from '../../../client';
import { usePage } from '../../../page';
import { useLenderWords } from '../../../words/lender';
import { money, parseMoney } from '../../../words/money';
import { dayOf, endOfDay } from '../../../words/time';
import { useReading } from '../../borrower/parts';
import { Act, type Acting, Field } from './Act';
import { Agreements } from './Agreements';
import { EaseAct } from './EaseAct';
import { NoticeAct } from './NoticeAct';
import { RecoveryAct } from './parties/RecoveryAct';
import { SaleAct } from './parties/SaleAct';
import { CALLS, call, chargeOff, close, declareDefault, hold, settle, stay, waive } from './proposals';
import type { Parts } from './Sections';

export type ActProps = Parts & Acting;

export function Acts(props: ActProps) {
  const own = useLenderWords();
  return (
    <>
      <h2 className="headline">{own.act.title}</h2>
      <div className="tiles">
        <NoticeAct {...props} />
        <HoldAct {...props} />
        <StayAct {...props} />
        <WaiveAct {...props} />
        <EaseAct {...props} />
        <Agreements {...props} />
        <CallActs {...props} />
        <SaleAct {...props} />
        <RecoveryAct {...props} />
        <EndActs {...props} />
      </div>
    </>
  );
}

function HoldAct({ state, now, servicing, ...acting }: ActProps) {
  const own = useLenderWords();
  const { when } = useReading(state);
  const zone = state.loan.terms.calendar.utcOffsetSecs;
  const [day, setDay] = useState(() => dayOf(now + 7 * 86_400, zone));
  const isAuthority = acting.role === 'authority';
  const longest = isAuthority ? servicing.longest.authority : servicing.longest.servicer;
  return (
    <Act
      id="hold"
      {...own.act.hold}
      needs="servicer"
      acting={acting}
      refused={isAuthority ? servicing.refused.hold : servicing.refused.hold_by_servicer}
      onAct={() => {
        const until = endOfDay(day, zone);
        if (until === undefined || until <= now) return own.act.badDate;
        acting.propose((deal) => hold(deal, until));
      }}
    >
      <Field label={own.act.until} type="date" value={day} onChange={setDay} />
      <p className="quiet">{own.act.hold.longest(when(longest).reader)}</p>
    </Act>
  );
}

/** The contract takes no beginning in the past, and a transaction needs a while to land, seconds. */
const SOON = 300;

function StayAct({ state, now, servicing, ...acting }: ActProps) {
  const own = useLenderWords();
  const zone = state.loan.terms.calendar.utcOffsetSecs;
  const [day, setDay] = useState(() => dayOf(now + 90 * 86_400, zone));
  return (
    <Act
      id="stay"
      {...own.act.stay}
      needs="authority"
      acting={acting}
      refused={servicing.refused.stay}
      onAct={() => {
        const until = endOfDay(day, zone);
        if (until === undefined || until <= now + SOON) return own.act.badDate;
        const running = Number(state.loan.stayUntil);
        // One that is not over is prolonged without a gap.
        const from = running > now ? Math.min(running, now + SOON) : now + SOON;
        acting.propose((deal) => stay(deal, from, until));
      }}
    >
      <Field label={own.act.until} type="date" value={day} onChange={setDay} />
      <p className="quiet">{own.act.stay.lift}</p>
    </Act>
  );
}

function WaiveAct({ state, view, servicing, ...acting }: ActProps) {
  const own = useLenderWords();
  const { words } = usePage();
  const { decimals } = state.mint;
  const [text, setText] = useState('');
  return (
    <Act
      id="waive"
      title={own.act.waive.title}
      body={own.act.waive.body(money(BigInt(view.quote.fees), decimals, words.locale))}
      button={own.act.waive.button}
      needs="servicer"
      acting={acting}
      refused={servicing.refused.waive}
      onAct={() => {
        const amount = parseMoney(text, decimals);
        if (!amount) return own.act.badAmount;
        acting.propose((deal) => waive(deal, amount));
      }}
    >
      <Field label={own.act.amount} value={text} onChange={setText} />
    </Act>
  );
}

function CallActs({ servicing, around, ...acting }: ActProps) {
  const own = useLenderWords();
  const kinds = Object.keys(CALLS) as (keyof typeof CALLS)[];
  return kinds.map((kind) => {
    const { title } = own.act.call[kind];
    const isMissing = around !== undefined && kind !== 'unlock' && !around.functions[CALLS[kind]];
    return (
      <Act
        key={kind}
        id={`call-${kind}`}
        title={title}
        body={own.act.call.body[kind]}
        button={title}
        {...(kind === 'unlock' ? { needs: 'servicer' as const } : {})}
        acting={acting}
        refused={servicing.refused[kind]}
        lacks={isMissing ? own.act.call.noFunction : undefined}
        onAct={() => {
          acting.propose((deal) => call(deal, kind));
          return undefined;
        }}
      />
    );
  });
}

const REASONS = Object.values(SettlementReason).filter((reason) => typeof reason === 'number');

/** What ends a loan, or gives it up. */
function EndActs({ servicing, ...acting }: ActProps) {
  const own = useLenderWords();
  const [reason, setReason] = useState<SettlementReason>(SettlementReason.Settlement);
  const propose = (make: Parameters<Acting['propose']>[0]) => () => {
    acting.propose(make);
    return undefined;
  };
  return (
    <>
      <Act
        id="default"
        {...own.act.default}
        acting={acting}
        refused={servicing.refused.default}
        onAct={propose(declareDefault)}
      />
      <Act
        id="settle"
        title={own.act.settle.title}
        body={own.act.settle.body}
        button={own.act.settle.button}
        needs="authority"
        acting={acting}
        refused={servicing.refused.settle}
        onAct={propose((deal) => settle(deal, reason))}
      >
        <label>
          {own.act.settle.reason}
          <select value={reason} onChange={(event) => setReason(Number(event.target.value))}>
            {REASONS.map((reason) => (
              <option key={reason} value={reason}>
                {own.act.settle.reasons[reason]}
              </option>
            ))}
          </select>
        </label>
      </Act>
      <Act
        id="charge-off"
        {...own.act.chargeOff}
        needs="authority"
        acting={acting}
        refused={servicing.refused.charge_off}
        onAct={propose(chargeOff)}
      />
      <Act
        id="close"
        {...own.act.close}
        needs="servicer"
        acting={acting}
        refused={servicing.refused.close}
        onAct={propose(close)}
      />
    </>
  );
}
