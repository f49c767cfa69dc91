// What a loan that is not written yet depends on: lender, car, money, functions; and the instructions that write it.
import {
  type Address,
  createNoopSigner,
  getAddressDecoder,
  getAddressEncoder,
  getBase64Encoder,
  getProgramDerivedAddress,
  getU32Encoder,
  getU64Decoder,
  getUtf8Encoder,
  type Instruction,
  type ReadonlyUint8Array,
} from '@solana/kit';
import {
  Action,
  findEscrowPda,
  getLenderDecoder,
  getOriginateInstructionAsync,
  getVehicleDecoder,
  LATCHKEY_PROGRAM_ADDRESS,
  type Lender,
  type TermsArgs,
  VEHICLE_DISCRIMINATOR,
  type Vehicle,
} from '../client';
import { ACTIONS, type Functions, functionAddress, functionsOf } from './around';
import { CLOCK, decimalsIn, timeIn, tokensIn } from './loan';
import type { Rpc } from './network';
import { type Network, networkOf } from './network';
import { createTokenAccount, tokenAccountOf } from './tokens';

/** There is no such lender. */
export class NoLender extends Error {}

export interface Mint {
  address: Address;
  decimals: number;
  program: Address;
}

/** A car that a loan may be written on. */
export interface Car {
  address: Address;
  vehicle: Vehicle;
  bytes: string;
  /** Where its next loan will be. */
  loan: Address;
}

/** Who receives the principal. */
export interface Seller {
  account: Address;
  owner: Address;
  /** Whether the account is there already. */
  exists: boolean;
  /** The account's mint; the lender's where it is still to be made. */
  mint: Address;
}

export interface BeforeLoan {
  at: Address;
  lender: Lender;
  bytes: string;
  mint: Mint;
  functions: Functions;
  treasury: { amount: bigint; owner: Address; delegate: Address | undefined; delegated: bigint } | undefined;
  /** None where no account of a car is at the address, or none was named. */
  car: Car | undefined;
  seller: Seller | undefined;
  network: Network;
  now: number;
}

export interface Named {
  vehicle: Address | undefined;
  /** A token account, or its owner. */
  seller: Address | undefined;
}

const MINT_OF_TOKENS = 0;
const OWNER_OF_TOKENS = 32;
const DELEGATE_OF_TOKENS = 72;
const DELEGATED = 121;
/** The least that a token account holds. */
const TOKENS_SIZE = 165;

const addressAt = (data: ReadonlyUint8Array, offset: number) => getAddressDecoder().decode(data, offset);

/** Where the loan with a number on a car is. A generated client cannot derive it. */
export async function loanAddress(vehicle: Address, index: number): Promise<Address> {
  const [address] = await getProgramDerivedAddress({
    programAddress: LATCHKEY_PROGRAM_ADDRESS,
    seeds: [getUtf8Encoder().encode('loan'), getAddressEncoder().encode(vehicle), getU32Encoder().encode(index)],
  });
  return address;
}

export async function readBeforeLoan(rpc: Rpc, at: Address, named: Named): Promise<BeforeLoan> {
  const [genesis, first, functions] = await Promise.all([
    rpc.getGenesisHash().send(),
    rpc.getAccountInfo(at, { encoding: 'base64', commitment: 'confirmed' }).send(),
    functionsOf(rpc, at),
  ]);
  if (!first.value) throw new NoLender();
  const { mint, treasury } = getLenderDecoder().decode(getBase64Encoder().encode(first.value.data[0]));
  // A place that is not named yet is filled with the lender's own address, and not read.
  const [vehicle, seller] = [named.vehicle ?? at, named.seller ?? at];
  const { value } = await rpc
    .getMultipleAccounts([at, mint, treasury, CLOCK, vehicle, seller], { encoding: 'base64', commitment: 'confirmed' })
    .send();
  const read = value.map((account) => account && getBase64Encoder().encode(account.data[0]));
  const [lender, money, funds, clock, carData, sellerData] = read;
  if (!lender || !money || !clock || !value[0] || !value[1]) throw new NoLender();
  const program = value[1].owner as Address;
  const [carAccount, sellerAccount] = [value[4], value[5]];
  const isCar = named.vehicle && carData && VEHICLE_DISCRIMINATOR.every((byte, index) => carData[index] === byte);
  const car = isCar && carAccount ? await carOf(vehicle, carAccount.data[0]) : undefined;
  const isTokens = sellerAccount?.owner === program && sellerData && sellerData.length >= TOKENS_SIZE;
  return {
    at,
    lender: getLenderDecoder().decode(lender),
    bytes: value[0].data[0],
    mint: { address: mint, decimals: decimalsIn(money), program },
    functions,
    treasury: funds && funds.length >= TOKENS_SIZE ? treasuryIn(funds) : undefined,
    car,
    seller: !named.seller
      ? undefined
      : isTokens
        ? {
            account: seller,
            owner: addressAt(sellerData, OWNER_OF_TOKENS),
            exists: true,
            mint: addressAt(sellerData, MINT_OF_TOKENS),
          }
        : await ownedBy(rpc, seller, mint, program),
    network: networkOf(genesis),
    now: Number(timeIn(clock)),
  };
}

async function carOf(address: Address, bytes: string): Promise<Car> {
  const vehicle = getVehicleDecoder().decode(getBase64Encoder().encode(bytes));
  return { address, vehicle, bytes, loan: await loanAddress(address, vehicle.loans) };
}

/** The token account that an owner has for this money, which may have to be made. */
async function ownedBy(rpc: Rpc, owner: Address, mint: Address, program: Address): Promise<Seller> {
  const account = await tokenAccountOf(owner, mint, program);
  const { value } = await rpc.getAccountInfo(account, { encoding: 'base64', commitment: 'confirmed' }).send();
  return { account, owner, exists: value !== null, mint };
}

function treasuryIn(data: ReadonlyUint8Array): NonNullable<BeforeLoan['treasury']> {
  const isDelegated = data[DELEGATE_OF_TOKENS] === 1;
  return {
    amount: tokensIn(data),
    owner: addressAt(data, OWNER_OF_TOKENS),
    delegate: isDelegated ? addressAt(data, DELEGATE_OF_TOKENS + 4) : undefined,
    delegated: isDelegated ? getU64Decoder().decode(data, DELEGATED) : 0n,
  };
}

/** What a wallet may spend of the lender's treasury. */
export function spendable({ treasury }: BeforeLoan, wallet: Address): bigint {
  if (!treasury) return 0n;
  if (wallet === treasury.owner) return treasury.amount;
  return wallet === treasury.delegate ? treasury.delegated : 0n;
}

export const isComplete = (functions: Functions) => ACTIONS.every((action) => functions[action]);

/** What the rules are asked about the functions of a lender that has all of them. */
export function offerOf(functions: Functions): { fees: [bigint, bigint, bigint]; unlock_uri: string } {
  const fee = (action: Action) => functions[action]?.fee ?? 0n;
  return {
    fees: [fee(Action.Warn), fee(Action.Lock), fee(Action.Unlock)],
    unlock_uri: functions[Action.Unlock]?.uri ?? '',
  };
}

/** The instructions that write a loan. The lender's wallet pays; the borrower signs too. */
export async function originate(
  { at, lender, mint }: BeforeLoan,
  { car, seller, borrower, signer }: { car: Car; seller: Seller; borrower: Address; signer: Address },
  terms: TermsArgs,
  escrowLamports: bigint,
): Promise<Instruction[]> {
  const [escrow] = await findEscrowPda({ loan: car.loan });
  const instruction = await getOriginateInstructionAsync({
    payer: createNoopSigner(signer),
    lenderSigner: createNoopSigner(signer),
    borrower: createNoopSigner(borrower),
    lender: at,
    vehicle: car.address,
    loan: car.loan,
    escrow,
    wallet: await tokenAccountOf(car.loan, mint.address, mint.program),
    mint: mint.address,
    treasury: lender.treasury,
    seller: seller.account,
    warn: await functionAddress(at, Action.Warn),
    lock: await functionAddress(at, Action.Lock),
    unlock: await functionAddress(at, Action.Unlock),
    tokenProgram: mint.program,
    terms,
    escrowLamports,
  });
  return seller.exists ? [instruction] : [createTokenAccount(signer, seller, mint), instruction];
}
