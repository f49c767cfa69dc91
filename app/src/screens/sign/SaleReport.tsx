// What a sale gives and takes, read from the chain: the same for seller and buyer.
import type { Around } from '../../chain/around';
import { ACTIONS } from '../../chain/around';
import type { Buyer } from '../../chain/buyer';
import type { LoanState } from '../../chain/loan';
import type { Function as CarFunction } from '../../client';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import type { SaleView } from '../../rules/changes';
import { sol } from '../../words/money';
import { useSaleWords } from '../../words/sale';
import { useReading } from '../borrower/parts';
import { proposedKey } from '../borrower/rights';

export const NOBODY = '11111111111111111111111111111111';

interface Props {
  state: LoanState;
  view: LoanView;
  sale: SaleView;
  buyer: Buyer;
  around: Around | undefined;
  now: number;
}

export function SaleReport({ state, view, sale, buyer, around, now }: Props) {
  const own = useSaleWords();
  return (
    <>
      <Figures state={state} view={view} sale={sale} around={around} now={now} />
      <p>{own.stays}</p>
      <Pinned state={state} sale={sale} />
      <Keyring before={around?.functions} after={buyer.functions} />
    </>
  );
}

function Figures({ state, view, sale, around, now }: Omit<Props, 'buyer'>) {
  const { words } = usePage();
  const own = useSaleWords();
  const { amount, when } = useReading(state);
  const { loan } = state;
  const { quote } = view;
  const until = (unix: bigint) => (Number(unix) > now ? when(Number(unix)).reader : own.none);
  const percent = (loan.terms.aprPpm / 10_000).toLocaleString(words.locale, { maximumFractionDigits: 4 });
  const escrow = around?.escrow;
  const rows: [string, string][] = [
    [own.status, words.standing[view.standing]],
    [own.owed, amount(quote.payoff)],
    [own.principal, amount(quote.principal)],
    [own.interest, amount(quote.interest)],
    [own.fees, amount(quote.fees)],
    [own.pastDue, amount(quote.past_due)],
    [own.days, String(quote.days_past_due)],
    [own.nextDue, quote.next_due === null ? '–' : when(quote.next_due).reader],
    [own.rate, `${percent} %`],
    [own.instalments, own.instalmentsOf(loan.terms.count, amount(loan.terms.instalment))],
    [own.ends, when(sale.last_due).reader],
    [own.extensions, own.of(loan.extensionsUsed, loan.terms.maxExtensions)],
    [own.hold, until(loan.holdUntil)],
    [own.stay, until(loan.stayUntil)],
    [own.calls, String(loan.invocationsOpen)],
    [own.escrow, escrow ? `${sol(escrow.lamports)} SOL` : '–'],
  ];
  return (
    <section className="stack" aria-labelledby="sale-loan">
      <h3 id="sale-loan">{own.loan}</h3>
      <dl className="sums">
        {rows.map(([name, value]) => (
          <div key={name} className="sum">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {proposedKey(loan) && <p>{own.recovery}</p>}
    </section>
  );
}

function Pinned({ state, sale }: Pick<Props, 'state' | 'sale'>) {
  const own = useSaleWords();
  const { loan } = state;
  const sides: [string, readonly string[], string][] = [
    [own.before, loan.unlockKeys.filter((key) => key !== NOBODY), loan.unlockUri],
    [own.after, sale.unlock_keys, sale.unlock_uri],
  ];
  return (
    <section className="stack" aria-labelledby="sale-pinned">
      <h3 id="sale-pinned">{own.pinned}</h3>
      <p className="quiet">{own.pinnedBody}</p>
      {sides.map(([side, keys, uri]) => (
        <div key={side}>
          <p>
            <strong>{side}</strong>
          </p>
          <ul>
            {keys.map((key) => (
              <li key={key} className="address">
                {key}
              </li>
            ))}
          </ul>
          <p className="quiet address">
            {own.uri}: {uri || own.noUri}
          </p>
        </div>
      ))}
    </section>
  );
}

const keysIn = ({ commandKeys }: CarFunction) => commandKeys.filter((key) => key !== NOBODY);

function Keyring({ before, after }: { before: Around['functions'] | undefined; after: Buyer['functions'] }) {
  const own = useSaleWords();
  const cell = (offered: CarFunction | undefined) =>
    offered ? (
      <>
        <span className="quiet">{own.quorum(offered.required, keysIn(offered).length)}</span>
        {keysIn(offered).map((key) => (
          <span key={key} className="address key">
            {key}
          </span>
        ))}
      </>
    ) : (
      '–'
    );
  return (
    <section className="stack" aria-labelledby="sale-keys">
      <h3 id="sale-keys">{own.keys}</h3>
      <p className="quiet">{own.keysBody}</p>
      {ACTIONS.map((action) => (
        <dl key={action} className="stack">
          <dt>{own.actions[action]}</dt>
          <dd>
            {own.before}: {cell(before?.[action])}
          </dd>
          <dd>
            {own.after}: {cell(after[action])}
          </dd>
        </dl>
      ))}
    </section>
  );
}
