// What a link asks to sign: read, said in words beside the loan as it is now, and signed last.
import type { LoanState } from '../../chain/loan';
import type { Network } from '../../chain/network';
import { fromLink } from '../../chain/offer';
import { usePage } from '../../page';
import { useChanges } from '../../rules/changes';
import { useCarWords } from '../../words/cars';
import { useKeyWords } from '../../words/keys';
import { useSignWords } from '../../words/sign';
import { useReading } from '../borrower/parts';
import { useLoan } from '../borrower/useLoan';
import { NewLoanOffer } from './NewLoanOffer';
import { type Offered, readOffer } from './offered';
import { SignAmendment } from './SignAmendment';
import { SignOffer } from './SignOffer';
import { SignSale } from './SignSale';
import { useStale } from './useStale';

export default function SignPage({ link }: { link: string }) {
  const own = useSignWords();
  const bytes = fromLink(link);
  const offered = bytes && readOffer(bytes);
  return (
    <main className="stack">
      <h1 className="headline">{own.title}</h1>
      {offered?.kind === 'originate' ? (
        <NewLoanOffer offered={offered} />
      ) : offered ? (
        <Read offered={offered} />
      ) : (
        <p role="alert" className="banner bad">
          {own.bad}
        </p>
      )}
    </main>
  );
}

function Read({ offered }: { offered: Exclude<Offered, { kind: 'originate' }> }) {
  const { words } = usePage();
  const { state, view, watched, now } = useLoan(offered.loan);
  if (!state || !watched.network) {
    return <p role="status">{watched.trouble ? words.failed.unreachable : words.loading}</p>;
  }
  const common = { state, now, network: watched.network };
  switch (offered.kind) {
    case 'sale':
      return <SignSale offered={offered} view={view} {...common} />;
    case 'amend':
      return <SignAmendment offered={offered} {...common} />;
    case 'rotate':
    case 'recover':
      return <SignKey offered={offered} {...common} />;
    case 'rotate_device':
      return <SignDevice offered={offered} {...common} />;
    default:
      return <SignTerms offered={offered} {...common} />;
  }
}

interface Props<Kind extends Offered['kind']> {
  offered: Extract<Offered, { kind: Kind }>;
  state: LoanState;
  now: number;
  network: Network;
}

function SignTerms({ offered, state, now, network }: Props<'extend' | 'lift_hold'>) {
  const own = useSignWords();
  const { when } = useReading(state);
  const { loan } = state;
  const line =
    offered.kind === 'extend'
      ? own.extend(loan.extensionsUsed + 1, loan.terms.maxExtensions)
      : own.liftHold(when(Number(loan.holdUntil)).reader);
  const refused = useStale({ offered, state, now });
  const lines = [line, own.loan(offered.loan), own.deadline(when(offered.deadline).reader)];
  return <SignOffer offered={offered} network={network} lines={lines} refused={refused} />;
}

/** A key that takes the borrower's place: handed over, or in place of a lost one. */
function SignKey({ offered, state, now, network }: Props<'rotate' | 'recover'>) {
  const { words } = usePage();
  const changes = useChanges();
  const [own, keys] = [useSignWords(), useKeyWords()];
  const { span } = useReading(state);
  const asked = changes?.borrowerKey(state.bytes.loan, offered.to, now);
  if (!asked) return <p role="status">{words.loading}</p>;
  const [rule, gone] =
    offered.kind === 'rotate'
      ? [asked.rotate, state.loan.borrower === offered.from ? undefined : keys.rotate.moved]
      : [asked.complete, asked.proposed?.key === offered.to ? undefined : keys.recover.fell];
  const lines =
    offered.kind === 'rotate'
      ? [keys.rotate.line(offered.to), keys.rotate.old(offered.from), keys.rotate.keep]
      : [keys.recover.takesOver(offered.to), keys.recover.probation(span(asked.probation))];
  const refused = gone ?? (rule ? words.failed.rule(rule) : undefined);
  return (
    <SignOffer
      offered={offered}
      network={network}
      lines={[...lines, own.loan(offered.loan), keys.noDeadline]}
      refused={refused}
      done={<a href={`#/loan/${offered.loan}`}>{keys.yourLoan}</a>}
    />
  );
}

/** Another device for the car that secures the borrower's loan. */
function SignDevice({ offered, state, now, network }: Props<'rotate_device'>) {
  const { words } = usePage();
  const changes = useChanges();
  const [own, cars, keys] = [useSignWords(), useCarWords(), useKeyWords()];
  const { vehicle, deviceKey } = offered;
  if (!changes) return <p role="status">{words.loading}</p>;
  const rule = changes.vehicle(state.bytes.vehicle, state.bytes.loan, deviceKey, now).rotate;
  const refused = state.loan.vehicle !== vehicle ? own.bad : rule ? words.failed.rule(rule) : undefined;
  const { rotate } = cars;
  const lines = [
    rotate.line(state.vehicle.deviceKey, deviceKey),
    rotate.borrower,
    rotate.void,
    own.loan(offered.loan),
    keys.noDeadline,
  ];
  return <SignOffer offered={offered} network={network} lines={lines} refused={refused} />;
}
