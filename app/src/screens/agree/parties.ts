// Who signs a new loan, and where the money goes.
import type { Address } from '@solana/kit';
import type { AgreeWords } from '../../words/agree/en';
import { sol } from '../../words/money';
import type { Reading } from '../borrower/parts';

export interface Parties {
  lender: Address;
  borrower: Address;
  vehicle: Address;
  loan: Address;
  mint: Address;
  /** The token account that receives the principal. */
  seller: Address;
  /** None where the node does not tell. */
  sellerOwner: Address | undefined;
  isSellerNew: boolean;
  principal: bigint;
  escrow: bigint;
  unlockUri: string;
}

export function partiesInWords(parties: Parties, { originate: own }: AgreeWords, { amount }: Reading): string[] {
  const { sellerOwner, isSellerNew } = parties;
  return [
    own.lent(amount(parties.principal), parties.seller),
    ...(sellerOwner ? [isSellerNew ? own.sellerNew(sellerOwner) : own.sellerOwner(sellerOwner)] : []),
    own.lender(parties.lender),
    own.borrower(parties.borrower),
    own.vehicle(parties.vehicle),
    own.loan(parties.loan),
    own.mint(parties.mint),
    own.escrow(sol(parties.escrow)),
    parties.unlockUri ? own.unlock(parties.unlockUri) : own.unlockEmbedded,
  ];
}
