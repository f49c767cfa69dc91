// What is the borrower's alone: taking back what is not due, refusing another key, ending a loan that is paid.
import { type Address, createNoopSigner } from '@solana/kit';
import { tokenAccountOf } from '../../chain/tokens';
import {
  findEscrowPda,
  getCloseLoanInstruction,
  getRefuseRecoveryInstruction,
  getWithdrawSurplusInstruction,
} from '../../client';
import { money } from '../../words/money';
import type { Proposal } from '../Confirm';
import { afterwards, type Deal } from './proposals';

/** Out of the car wallet, what is not due. */
export async function takeBack(deal: Deal, amount: bigint): Promise<Proposal> {
  const { state, words, signer } = deal;
  const { mint, loan } = state;
  const instruction = getWithdrawSurplusInstruction({
    borrower: createNoopSigner(signer),
    loan: state.address,
    wallet: loan.wallet,
    borrowerTokens: await tokenAccountOf(signer, mint.address, mint.program),
    mint: mint.address,
    tokenProgram: mint.program,
    amount,
  });
  const shown = money(amount, mint.decimals, words.locale);
  return {
    title: words.surplus.title,
    lines: [words.surplus.line(shown)],
    instructions: [instruction],
    ...afterwards(deal),
  };
}

/** The proposal of another key falls, and none can be made for 90 days. */
export function refuseRecovery({ state, words, signer }: Deal): Proposal {
  const instruction = getRefuseRecoveryInstruction({ borrower: createNoopSigner(signer), loan: state.address });
  return { title: words.recovery.title, lines: [words.recovery.line], instructions: [instruction] };
}

/** Ends a loan on which nothing is owed. */
export async function endLoan({ state, words, signer }: Deal): Promise<Proposal> {
  const { loan, lender, mint } = state;
  const [escrow] = await findEscrowPda({ loan: state.address });
  const instruction = getCloseLoanInstruction({
    party: createNoopSigner(signer),
    lender: loan.lender,
    authority: lender.authority,
    vehicle: loan.vehicle,
    loan: state.address,
    escrow,
    wallet: loan.wallet,
    borrowerTokens: await tokenAccountOf(loan.borrower, mint.address, mint.program),
    // A treasury that takes no payment must not keep a loan open to which nothing is left to send.
    ...(loan.ledger.unsent > 0n ? { lenderTokens: lender.treasury } : {}),
    rentPayer: loan.rentPayer,
    mint: mint.address,
    tokenProgram: mint.program,
  });
  return { title: words.end.title, lines: [words.end.line], instructions: [instruction] };
}

/** Nobody: the zero key. */
const NOBODY = '11111111111111111111111111111111' as Address;

/** The key that is proposed in the borrower's place, and from when it can take over. */
export function proposedKey({ recoveryKey, recoveryFrom }: Deal['state']['loan']) {
  return recoveryKey === NOBODY ? undefined : { key: recoveryKey, from: Number(recoveryFrom) };
}
