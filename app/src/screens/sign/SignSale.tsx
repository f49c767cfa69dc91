// The buyer's signature under a sale: what it buys, read from the chain, and why the sale can no longer happen.
import type { LoanState } from '../../chain/loan';
import type { Network } from '../../chain/network';
import { usePage } from '../../page';
import type { LoanView } from '../../rules/answers';
import { useSaleWords } from '../../words/sale';
import { useSignWords } from '../../words/sign';
import { useReading } from '../borrower/parts';
import { useAround } from '../lender/loan/useAround';
import type { Offered } from './offered';
import { SaleReport } from './SaleReport';
import { SignOffer } from './SignOffer';
import { useBuyer, useFault, useSale } from './useSale';
import { useStale } from './useStale';
import '../../design/lender.css';

interface Props {
  offered: Extract<Offered, { kind: 'sale' }>;
  state: LoanState;
  view: LoanView | undefined;
  now: number;
  network: Network;
}

export function SignSale({ offered, state, view, now, network }: Props) {
  const { words } = usePage();
  const [own, sign] = [useSaleWords(), useSignWords()];
  const { when } = useReading(state);
  const found = useBuyer(offered.buyer, state.slot);
  const buyer = typeof found === 'object' ? found : undefined;
  const sale = useSale(state, buyer, offered.receipt, now);
  const fault = useFault(offered.receipt, state, buyer?.address, sale?.keyring);
  const around = useAround(state);
  const stale = useStale({ offered, state, now });
  const lines = [
    own.buys,
    own.price,
    own.seller(offered.seller),
    own.buying(offered.buyer),
    own.taken(when(offered.receipt.deviceTime).reader),
    sign.loan(offered.loan),
    sign.deadline(when(offered.deadline).reader),
  ];
  const refused =
    stale ??
    (found === undefined || fault === 'checking'
      ? own.reading
      : found === 'no_lender'
        ? own.noLender
        : found === 'no_functions'
          ? own.noFunctions
          : fault
            ? own.fault[fault]
            : !sale
              ? own.reading
              : sale.refused
                ? words.failed.rule(sale.refused)
                : state.loan.lender !== offered.seller
                  ? own.noSale
                  : undefined);
  return (
    <SignOffer
      offered={offered}
      network={network}
      lines={lines}
      refused={refused}
      details={
        view && sale && buyer ? (
          <SaleReport state={state} view={view} sale={sale} buyer={buyer} around={around} now={now} />
        ) : undefined
      }
      done={<a href={`#/lender/${offered.buyer}/loan/${offered.loan}`}>{own.yours}</a>}
    />
  );
}
