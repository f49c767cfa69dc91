// What the servicing of one loan is made from, and who may sign what.
import { type Address, createNoopSigner } from '@solana/kit';
import type { Around } from '../../../chain/around';
import { type LoanState, tokensInText } from '../../../chain/loan';
import type { Lender } from '../../../client';
import type { LoanView, ServicingView } from '../../../rules/answers';
import type { Rules } from '../../../rules/rules';
import type { Words } from '../../../words/en';
import type { LenderWords } from '../../../words/lender/en';
import { money } from '../../../words/money';
import type { Proposal } from '../../Confirm';

export interface Deal {
  state: LoanState;
  view: LoanView;
  servicing: ServicingView;
  around: Around | undefined;
  words: Words;
  own: LenderWords;
  rules: Rules;
  signer: Address;
}

export type Role = 'authority' | 'servicer';

/** What a wallet is to a lender. The authority may do all that the servicer may. */
export function roleOf(wallet: Address | undefined, lender: Pick<Lender, 'authority' | 'servicer'>): Role | undefined {
  if (wallet === lender.authority) return 'authority';
  return wallet === lender.servicer ? 'servicer' : undefined;
}

export const shown = ({ state, words }: Pick<Deal, 'state' | 'words'>, units: bigint) =>
  money(units, state.mint.decimals, words.locale);

/** The accounts that most instructions of a lender name, with the signer as the lender's. */
export function accountsOf({ state, signer }: Pick<Deal, 'state' | 'signer'>) {
  return {
    lenderSigner: createNoopSigner(signer),
    authority: createNoopSigner(signer),
    lender: state.loan.lender,
    loan: state.address,
    wallet: state.loan.wallet,
  };
}

/** What the rules say of the loan as the node foresees it. */
export function afterwards(deal: Deal): Pick<Proposal, 'watch' | 'afterwards'> {
  const { state, rules, words, own } = deal;
  return {
    watch: [state.address, state.loan.vehicle, state.loan.wallet],
    afterwards: ([loan, vehicle, wallet]) => {
      if (loan === undefined || vehicle === undefined || wallet === undefined) return undefined;
      const held = tokensInText(wallet);
      const view = rules.loan({ loan, vehicle, lender: state.bytes.lender, wallet: held, now: state.now });
      return own.act.after(words.standing[view.standing], shown(deal, BigInt(view.quote.past_due)));
    },
  };
}
