// What a borrower can have signed: each in words, with the instructions that do just that.
import {
  type Address,
  createNoopSigner,
  getAddressEncoder,
  getBase64Encoder,
  getProgramDerivedAddress,
  getU64Encoder,
  getUtf8Encoder,
  type Instruction,
} from '@solana/kit';
import { type LoanState, tokensInText } from '../../chain/loan';
import { proof, type Receipt } from '../../chain/messages';
import type { Rpc } from '../../chain/network';
import { tokenAccountOf, transferChecked } from '../../chain/tokens';
import {
  Action,
  findEscrowPda,
  getCollectInstruction,
  getConfirmInstruction,
  getEmergencyStartInstruction,
  getInvocationDecoder,
  getPayOffInstruction,
  getPrepayInstruction,
  getRequestInstruction,
  type Invocation,
  LATCHKEY_PROGRAM_ADDRESS,
} from '../../client';
import type { LoanView } from '../../rules/answers';
import type { Rules } from '../../rules/rules';
import type { Words } from '../../words/en';
import { money, sol } from '../../words/money';
import type { Proposal } from '../Confirm';

/** What every proposal is made from. */
export interface Deal {
  state: LoanState;
  view: LoanView;
  words: Words;
  rules: Rules;
  /** Who signs and pays the network. */
  signer: Address;
}

const shown = ({ state, words }: Deal, units: bigint) => money(units, state.mint.decimals, words.locale);

/** A payment into the car wallet. Where the car may be locked, the unlock is asked for with it if it is due then. */
export async function pay(deal: Deal, amount: bigint): Promise<Proposal> {
  const { state, view, words, signer } = deal;
  const { mint, loan } = state;
  const from = await tokenAccountOf(signer, mint.address, mint.program);
  const instructions: Instruction[] = [transferChecked({ from, to: loan.wallet, owner: signer, mint, amount })];
  const lines = [words.pay.line(shown(deal, amount))];
  const unlocks = view.car.may_be_locked && view.car.open !== 'unlock' && amount >= BigInt(view.cure);
  if (unlocks) {
    instructions.push(await requestUnlock(deal));
    lines.push(words.unlock.line);
  }
  return { title: words.pay.title, lines, instructions, ...afterwards(deal) };
}

/** The unlock alone. */
export async function unlock(deal: Deal): Promise<Proposal> {
  const { words } = deal;
  return { title: words.act.unlock, lines: [words.unlock.line], instructions: [await requestUnlock(deal)] };
}

/** An emergency start, and the unlock that it makes due. */
export async function startInEmergency(deal: Deal): Promise<Proposal> {
  const { state, view, words, signer } = deal;
  const start = getEmergencyStartInstruction({
    borrower: createNoopSigner(signer),
    vehicle: state.loan.vehicle,
    loan: state.address,
  });
  const instructions: Instruction[] = view.car.open === 'unlock' ? [start] : [start, await requestUnlock(deal)];
  return { title: words.emergency.title, lines: [words.emergency.line], instructions };
}

/** More than what is due, out of the car wallet. */
export function payAhead(deal: Deal, amount: bigint): Proposal {
  const { state, words, signer } = deal;
  const prepay = getPrepayInstruction({
    borrower: createNoopSigner(signer),
    loan: state.address,
    wallet: state.loan.wallet,
    amount,
    fees: 0n,
  });
  return {
    title: words.extra.title,
    lines: [words.extra.line(shown(deal, amount))],
    instructions: [prepay],
    ...afterwards(deal),
  };
}

/** All that is owed. What the car wallet lacks comes from the signer. */
export async function payOff(deal: Deal): Promise<Proposal> {
  const { state, view, words, signer } = deal;
  const { mint, loan } = state;
  const instruction = getPayOffInstruction({
    payer: createNoopSigner(signer),
    lender: loan.lender,
    loan: state.address,
    wallet: loan.wallet,
    payerTokens: await tokenAccountOf(signer, mint.address, mint.program),
    mint: mint.address,
    tokenProgram: mint.program,
  });
  return {
    title: words.payoff.title,
    lines: [words.payoff.line(shown(deal, BigInt(view.quote.payoff)))],
    instructions: [instruction],
    ...afterwards(deal),
  };
}

/** Has the contract take what is due, for a loan that nobody has looked at for long. */
export function collect({ state, words }: Omit<Deal, 'view'>): Proposal {
  const instruction = getCollectInstruction({
    lender: state.loan.lender,
    loan: state.address,
    wallet: state.loan.wallet,
    mint: state.mint.address,
    tokenProgram: state.mint.program,
  });
  return { title: words.trouble.collect, lines: [words.trouble.collectLine], instructions: [instruction] };
}

/** Brings the car's receipt for an unlock to the chain. Whoever does is paid the call's fee. */
export async function settle(deal: Deal, receipt: Receipt, call: OpenCall): Promise<Proposal> {
  const { state, words, signer } = deal;
  const [escrow] = await findEscrowPda({ loan: state.address });
  const confirm = getConfirmInstruction({
    vehicle: state.loan.vehicle,
    loan: state.address,
    escrow,
    invocation: receipt.invocation,
    keeper: signer,
    rentPayer: call.rentPayer,
    deviceTime: receipt.deviceTime,
    commandHash: receipt.commandHash,
  });
  return {
    title: words.settle.title,
    lines: [words.settle.line(sol(call.fee))],
    // The program compares the proof with the call right after it.
    instructions: [proof(receipt.envelope), confirm],
  };
}

async function requestUnlock({ state, view, signer }: Deal): Promise<Instruction> {
  const { loan } = state;
  const [escrow] = await findEscrowPda({ loan: state.address });
  return getRequestInstruction({
    payer: createNoopSigner(signer),
    ...(signer === loan.borrower ? { party: createNoopSigner(signer) } : {}),
    lender: loan.lender,
    vehicle: loan.vehicle,
    loan: state.address,
    wallet: loan.wallet,
    escrow,
    invocation: await invocationOf(loan.vehicle, BigInt(view.car.next_seq)),
    action: Action.Unlock,
  });
}

/** What settling an open call needs of it. */
export type OpenCall = Pick<Invocation, 'rentPayer' | 'fee'>;

/** A call that is open; nothing if it was settled or closed. */
export async function invocationAt(rpc: Rpc, address: Address): Promise<OpenCall | undefined> {
  const { value } = await rpc.getAccountInfo(address, { encoding: 'base64', commitment: 'confirmed' }).send();
  if (value?.owner !== LATCHKEY_PROGRAM_ADDRESS) return undefined;
  return getInvocationDecoder().decode(getBase64Encoder().encode(value.data[0]));
}

/** The address of a call. A generated client cannot derive it: see `idl/README.md`. */
export async function invocationOf(vehicle: Address, seq: bigint): Promise<Address> {
  const [address] = await getProgramDerivedAddress({
    programAddress: LATCHKEY_PROGRAM_ADDRESS,
    seeds: [getUtf8Encoder().encode('invocation'), getAddressEncoder().encode(vehicle), getU64Encoder().encode(seq)],
  });
  return address;
}

/** What the rules say of the loan as the node foresees it. */
export function afterwards(deal: Deal): Pick<Proposal, 'watch' | 'afterwards'> {
  const { state, rules, words } = deal;
  return {
    watch: [state.address, state.loan.vehicle, state.loan.wallet],
    afterwards: ([loan, vehicle, wallet]) => {
      if (loan === undefined || vehicle === undefined || wallet === undefined) return undefined;
      const view = rules.loan({
        loan,
        vehicle,
        lender: state.bytes.lender,
        wallet: tokensInText(wallet),
        now: state.now,
      });
      if (view.standing === 'paid_off') return words.why.paid_off;
      const pastDue = BigInt(view.quote.past_due);
      const told = [pastDue > 0n ? words.confirm.afterOwed(shown(deal, pastDue)) : words.confirm.afterNothing];
      if (view.car.may_be_locked && view.cure === '0') told.push(words.confirm.afterUnlock);
      return told.join(' ');
    },
  };
}
