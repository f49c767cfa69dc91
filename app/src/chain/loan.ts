// One loan with everything the page needs beside it, read at one slot.
import { type Address, getBase64Encoder, getI64Decoder, getU64Decoder, type ReadonlyUint8Array } from '@solana/kit';
import {
  getLenderDecoder,
  getLoanDecoder,
  getVehicleDecoder,
  type Lender,
  LOAN_DISCRIMINATOR,
  type Loan,
  type Vehicle,
} from '../client';
import type { Rpc } from './network';

export const CLOCK = 'SysvarC1ock11111111111111111111111111111111' as Address;

/** Why there is nothing to show. */
export class NoLoan extends Error {
  constructor(readonly reason: 'absent' | 'not_a_loan' | 'closed') {
    super(reason);
    this.name = 'NoLoan';
  }
}

/** A loan's accounts as of one slot. The base64 text is what the rules read. */
export interface LoanState {
  address: Address;
  loan: Loan;
  vehicle: Vehicle;
  lender: Lender;
  bytes: { loan: string; vehicle: string; lender: string };
  /** What the car wallet holds, base units. */
  wallet: bigint;
  mint: { address: Address; decimals: number; program: Address };
  /** The chain's time, Unix seconds. */
  now: bigint;
  slot: bigint;
}

interface RawAccount {
  data: readonly [string, string];
  owner: string;
  lamports: bigint;
}

const bytesOf = (account: RawAccount) => getBase64Encoder().encode(account.data[0]);
/** The amount that a token account holds. Both token programs keep it at the same place. */
export function tokensIn(data: ReadonlyUint8Array): bigint {
  return data.length >= 72 ? getU64Decoder().decode(data, 64) : 0n;
}

/** The same of base64 text. */
export function tokensInText(data: string): bigint {
  return tokensIn(getBase64Encoder().encode(data));
}

/** The chain's time, from the Clock sysvar. */
export function timeIn(data: ReadonlyUint8Array): bigint {
  return getI64Decoder().decode(data, 32);
}

/** The decimals of a mint. */
export function decimalsIn(data: ReadonlyUint8Array): number {
  return data[44] ?? 0;
}

/** Reads a loan and what belongs to it: first the loan for the addresses, then all at one slot. */
export async function readLoan(rpc: Rpc, address: Address): Promise<LoanState> {
  const first = await rpc.getAccountInfo(address, { encoding: 'base64', commitment: 'confirmed' }).send();
  const loan = loanOf(first.value as RawAccount | null);
  const lenderAt = loan.lender;
  const lender = await rpc.getAccountInfo(lenderAt, { encoding: 'base64', commitment: 'confirmed' }).send();
  if (!lender.value) throw new NoLoan('absent');
  const { mint } = getLenderDecoder().decode(bytesOf(lender.value as RawAccount));
  return readAll(rpc, address, { vehicle: loan.vehicle, lender: lenderAt, wallet: loan.wallet, mint });
}

/** Reads a loan again. Its lender changes by a sale, and then its addresses are read again. */
export async function readLoanAgain(rpc: Rpc, known: LoanState): Promise<LoanState> {
  const { vehicle, lender, wallet } = known.loan;
  const state = await readAll(rpc, known.address, { vehicle, lender, wallet, mint: known.mint.address });
  return state.loan.lender === lender ? state : readLoan(rpc, known.address);
}

interface Addresses {
  vehicle: Address;
  lender: Address;
  wallet: Address;
  mint: Address;
}

async function readAll(rpc: Rpc, address: Address, at: Addresses): Promise<LoanState> {
  const { context, value } = await rpc
    .getMultipleAccounts([address, at.vehicle, at.lender, at.wallet, at.mint, CLOCK], {
      encoding: 'base64',
      commitment: 'confirmed',
    })
    .send();
  const [loan, vehicle, lender, wallet, mint, clock] = value as readonly (RawAccount | null)[];
  loanOf(loan ?? null);
  if (!loan || !vehicle || !lender || !mint || !clock) throw new NoLoan('absent');
  return decodeState({
    address,
    bytes: { loan: loan.data[0], vehicle: vehicle.data[0], lender: lender.data[0] },
    // Anyone can create a car wallet again that was never there, so none is an empty one.
    wallet: `${wallet ? tokensIn(bytesOf(wallet)) : 0n}`,
    mint: { address: at.mint, decimals: decimalsIn(bytesOf(mint)), program: mint.owner as Address },
    now: `${timeIn(bytesOf(clock))}`,
    slot: `${context.slot}`,
  });
}

/** A state as text, for the browser's storage. */
export interface StoredLoan {
  address: Address;
  bytes: LoanState['bytes'];
  wallet: string;
  mint: LoanState['mint'];
  now: string;
  slot: string;
}

/** Decodes what was read or kept. */
export function decodeState(stored: StoredLoan): LoanState {
  const { address, bytes, mint } = stored;
  const account = (text: string) => getBase64Encoder().encode(text);
  return {
    address,
    loan: getLoanDecoder().decode(account(bytes.loan)),
    vehicle: getVehicleDecoder().decode(account(bytes.vehicle)),
    lender: getLenderDecoder().decode(account(bytes.lender)),
    bytes,
    wallet: BigInt(stored.wallet),
    mint,
    now: BigInt(stored.now),
    slot: BigInt(stored.slot),
  };
}

const isLoan = (data: ReadonlyUint8Array) => LOAN_DISCRIMINATOR.every((byte, index) => data[index] === byte);

/** A closed loan's record, which remembers only whose wallet it is. Its discriminator is not in the generated client. */
const STUB_DISCRIMINATOR = [166, 44, 161, 49, 79, 210, 123, 7];
const isStub = (data: ReadonlyUint8Array) => STUB_DISCRIMINATOR.every((byte, index) => data[index] === byte);

function loanOf(account: RawAccount | null): Loan {
  if (!account) throw new NoLoan('absent');
  const data = bytesOf(account);
  if (!isLoan(data)) throw new NoLoan(isStub(data) ? 'closed' : 'not_a_loan');
  return getLoanDecoder().decode(data);
}
