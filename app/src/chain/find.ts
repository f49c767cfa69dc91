// Loans found by who owes or lends.
import {
  type Address,
  type Base58EncodedBytes,
  type Base64EncodedBytes,
  getAddressDecoder,
  getBase64Decoder,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS, LOAN_DISCRIMINATOR, VEHICLE_DISCRIMINATOR } from '../client';
import { tokensInText } from './loan';
import type { Rpc } from './network';
import { together } from './together';

// Offsets of fields in a loan, and of the lender in a vehicle: behind the discriminator, version and bump. `idl/README.md`
// promises that fields stay where they are.
const LENDER = 10;
const BORROWER = 42;
const VEHICLE = 74;
const WALLET = 106;

/** Who a loan belongs to. Of thousands of loans, decoding these alone takes a tenth of the time. */
export function partiesOf(loan: ReadonlyUint8Array): { borrower: Address; vehicle: Address; wallet: Address } {
  const at = (offset: number) => getAddressDecoder().decode(loan, offset);
  return { borrower: at(BORROWER), vehicle: at(VEHICLE), wallet: at(WALLET) };
}

/** A node answers for at most so many accounts at once. */
const BATCH = 100;
/** Such requests at a time. */
const AT_ONCE = 4;

export const startsWith = (discriminator: Parameters<ReturnType<typeof getBase64Decoder>['decode']>[0]) => ({
  memcmp: {
    offset: 0n,
    bytes: getBase64Decoder().decode(discriminator) as Base64EncodedBytes,
    encoding: 'base64' as const,
  },
});

export const names = (offset: number, key: Address) => ({
  memcmp: { offset: BigInt(offset), bytes: key as string as Base58EncodedBytes, encoding: 'base58' as const },
});

/** The open loans that `borrower` owes. */
export async function loansOf(rpc: Rpc, borrower: Address): Promise<Address[]> {
  const found = await rpc
    .getProgramAccounts(LATCHKEY_PROGRAM_ADDRESS, {
      encoding: 'base64',
      commitment: 'confirmed',
      dataSlice: { offset: 0, length: 0 },
      filters: [startsWith(LOAN_DISCRIMINATOR), names(BORROWER, borrower)],
    })
    .send();
  return found.map(({ pubkey }) => pubkey);
}

/** Accounts of one lender by address; base64. */
async function accountsOf(rpc: Rpc, lender: Address, discriminator: typeof LOAN_DISCRIMINATOR) {
  const found = await rpc
    .getProgramAccounts(LATCHKEY_PROGRAM_ADDRESS, {
      encoding: 'base64',
      commitment: 'confirmed',
      filters: [startsWith(discriminator), names(LENDER, lender)],
    })
    .send();
  return found.map(({ pubkey, account }) => ({
    address: pubkey,
    data: (account.data as readonly [string, string])[0],
  }));
}

/** The open loans of a lender, and its vehicles by address. */
export async function bookOf(rpc: Rpc, lender: Address) {
  const [loans, vehicles] = await Promise.all([
    accountsOf(rpc, lender, LOAN_DISCRIMINATOR),
    accountsOf(rpc, lender, VEHICLE_DISCRIMINATOR),
  ]);
  return { loans, vehicles: new Map(vehicles.map(({ address, data }) => [address, data])) };
}

/** The vehicles of a lender; base64. */
export async function vehiclesOf(rpc: Rpc, lender: Address) {
  return accountsOf(rpc, lender, VEHICLE_DISCRIMINATOR);
}

/** What each of many token accounts holds, in their order. One that does not exist holds nothing. */
export async function tokensOf(rpc: Rpc, accounts: readonly Address[]): Promise<bigint[]> {
  const starts = Array.from({ length: Math.ceil(accounts.length / BATCH) }, (_, index) => index * BATCH);
  const batches = await together(starts, AT_ONCE, async (start) => {
    const { value } = await rpc
      .getMultipleAccounts(accounts.slice(start, start + BATCH), {
        encoding: 'base64',
        commitment: 'confirmed',
        dataSlice: { offset: 0, length: 72 },
      })
      .send();
    return value.map((account) => (account ? tokensInText((account.data as readonly [string, string])[0]) : 0n));
  });
  return batches.flat();
}
