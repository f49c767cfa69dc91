// What a lender can have signed alone: each in words, with the instructions that do just that.
import { createNoopSigner, type Instruction } from '@solana/kit';
import { functionAddress } from '../../../chain/around';
import { tokenAccountOf } from '../../../chain/tokens';
import {
  Action,
  findEscrowPda,
  getAmendInstruction,
  getChargeOffInstruction,
  getCloseLoanInstruction,
  getDeclareDefaultInstruction,
  getFundEscrowInstruction,
  getPlaceHoldInstruction,
  getPlaceStayInstruction,
  getRequestInstruction,
  getServeNoticeInstruction,
  getSettleInstruction,
  getWaiveFeesInstruction,
  getWithdrawEscrowInstruction,
  type SettlementReason,
  type Terms,
} from '../../../client';
import { sol } from '../../../words/money';
import { moment, span } from '../../../words/time';
import { invocationOf } from '../../borrower/proposals';
import type { Proposal } from '../../Confirm';
import { accountsOf, afterwards, type Deal, shown } from './deal';

const when = ({ state, words }: Deal, unix: number) =>
  moment(unix, state.loan.terms.calendar.utcOffsetSecs, words.locale).reader;

const alone = (deal: Deal, title: string, lines: string[], instruction: Instruction): Proposal => ({
  title,
  lines,
  instructions: [instruction],
  ...afterwards(deal),
});

/** Records that the borrower was told by `channels`, bits of the contract's. `evidence` is the SHA-256 of what was sent. */
export function notice(deal: Deal, channels: number, evidence: Uint8Array): Proposal {
  const { own, servicing, words } = deal;
  const named = own.act.notice.by.filter((_, bit) => channels & (1 << bit));
  const listed = new Intl.ListFormat(words.locale).format(named);
  const line = servicing.notices.is_final_next ? own.act.notice.finalLine(listed) : own.act.notice.line(listed);
  const instruction = getServeNoticeInstruction({ ...accountsOf(deal), channels, evidence });
  const lines = [line, own.act.notice.evidenceLine(hex(evidence))];
  return alone(deal, own.act.notice.title, lines, instruction);
}

export const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function hold(deal: Deal, until: number): Proposal {
  const { hold } = deal.own.act;
  const instruction = getPlaceHoldInstruction({ ...accountsOf(deal), until });
  return alone(deal, hold.title, [hold.line(when(deal, until))], instruction);
}

export function stay(deal: Deal, from: number, until: number): Proposal {
  const { stay } = deal.own.act;
  const instruction = getPlaceStayInstruction({ ...accountsOf(deal), from, until });
  return alone(deal, stay.title, [stay.line(when(deal, from), when(deal, until)), stay.lift], instruction);
}

export function waive(deal: Deal, amount: bigint): Proposal {
  const { waive } = deal.own.act;
  const instruction = getWaiveFeesInstruction({ ...accountsOf(deal), amount });
  return alone(deal, waive.title, [waive.line(shown(deal, amount))], instruction);
}

/** What a lender eases without the borrower. */
export interface Easing {
  aprPpm: number;
  lateFee: bigint;
  graceSecs: number;
  forgivePrincipal: bigint;
  forgiveInterest: bigint;
}

/** How long what is signed counts, seconds. */
const COUNTS_FOR = 86_400n;

/** What an easing changes, in words. */
export function easingInWords(deal: Deal, easing: Easing): string[] {
  const { own, state, words } = deal;
  const { ease } = own.act;
  const { terms } = state.loan;
  const rate = (ppm: number) => `${(ppm / 10_000).toLocaleString(words.locale, { maximumFractionDigits: 4 })} %`;
  const days = (secs: number) => span(secs, words.locale);
  const lines: string[] = [];
  if (easing.aprPpm !== terms.aprPpm) lines.push(ease.rateLine(rate(terms.aprPpm), rate(easing.aprPpm)));
  if (easing.lateFee !== terms.lateFee)
    lines.push(ease.lateFeeLine(shown(deal, terms.lateFee), shown(deal, easing.lateFee)));
  if (easing.graceSecs !== terms.graceSecs) lines.push(ease.graceLine(days(terms.graceSecs), days(easing.graceSecs)));
  if (easing.forgivePrincipal > 0n) lines.push(ease.principalLine(shown(deal, easing.forgivePrincipal)));
  if (easing.forgiveInterest > 0n) lines.push(ease.interestLine(shown(deal, easing.forgiveInterest)));
  return lines;
}

export function ease(deal: Deal, easing: Easing): Proposal {
  const { own, state } = deal;
  const { aprPpm, lateFee, graceSecs, forgivePrincipal, forgiveInterest } = easing;
  const terms: Terms = { ...state.loan.terms, aprPpm, lateFee, graceSecs };
  const instruction = getAmendInstruction({
    ...accountsOf(deal),
    revision: state.loan.revision,
    deadline: state.now + COUNTS_FOR,
    terms,
    forgivePrincipal,
    forgiveInterest,
  });
  return alone(deal, own.act.ease.title, easingInWords(deal, easing), instruction);
}

export function settle(deal: Deal, reason: SettlementReason): Proposal {
  const { settle } = deal.own.act;
  const instruction = getSettleInstruction({ ...accountsOf(deal), reason });
  const lines = [settle.line(shown(deal, BigInt(deal.view.quote.payoff))), settle.reasons[reason] ?? '', settle.final];
  return alone(deal, settle.title, lines, instruction);
}

export function chargeOff(deal: Deal): Proposal {
  const { chargeOff } = deal.own.act;
  return alone(deal, chargeOff.title, [chargeOff.line], getChargeOffInstruction(accountsOf(deal)));
}

export function declareDefault(deal: Deal): Proposal {
  const words = deal.own.act.default;
  return alone(deal, words.title, [words.line], getDeclareDefaultInstruction(accountsOf(deal)));
}

export const CALLS = { warn: Action.Warn, lock: Action.Lock, unlock: Action.Unlock } as const;

/** Asks for a call. The lender's own word is needed for an unlock only. */
export async function call(deal: Deal, kind: keyof typeof CALLS): Promise<Proposal> {
  const { state, view, signer, own } = deal;
  const action = CALLS[kind];
  const [escrow] = await findEscrowPda({ loan: state.address });
  const instruction = getRequestInstruction({
    ...accountsOf(deal),
    payer: createNoopSigner(signer),
    ...(kind === 'unlock' ? { party: createNoopSigner(signer) } : {}),
    ...(kind === 'unlock' ? {} : { function: await functionAddress(state.loan.lender, action) }),
    vehicle: state.loan.vehicle,
    escrow,
    invocation: await invocationOf(state.loan.vehicle, BigInt(view.car.next_seq)),
    action,
  });
  return alone(deal, own.act.call[kind].title, [own.act.call[kind].line], instruction);
}

export async function close(deal: Deal): Promise<Proposal> {
  const { state, own, signer } = deal;
  const { mint, loan, lender } = state;
  const [escrow] = await findEscrowPda({ loan: state.address });
  const instruction = getCloseLoanInstruction({
    ...accountsOf(deal),
    party: createNoopSigner(signer),
    authority: lender.authority,
    vehicle: loan.vehicle,
    escrow,
    borrowerTokens: await tokenAccountOf(loan.borrower, mint.address, mint.program),
    lenderTokens: lender.treasury,
    rentPayer: loan.rentPayer,
    mint: mint.address,
    tokenProgram: mint.program,
  });
  return { title: own.act.close.title, lines: [own.act.close.line], instructions: [instruction] };
}

export async function deposit({ state, own, signer }: Deal, lamports: bigint): Promise<Proposal> {
  const [escrow] = await findEscrowPda({ loan: state.address });
  const instruction = getFundEscrowInstruction({ funder: createNoopSigner(signer), escrow, lamports });
  return { title: own.escrow.title, lines: [own.escrow.depositLine(sol(lamports))], instructions: [instruction] };
}

export async function withdraw(deal: Deal, lamports: bigint): Promise<Proposal> {
  const { own, state } = deal;
  const [escrow] = await findEscrowPda({ loan: state.address });
  const instruction = getWithdrawEscrowInstruction({ ...accountsOf(deal), escrow, lamports });
  return { title: own.escrow.title, lines: [own.escrow.withdrawLine(sol(lamports))], instructions: [instruction] };
}
