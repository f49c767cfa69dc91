// The little of the SPL token programs that the page needs: an associated account, how it is made, and one transfer.
import {
  AccountRole,
  type Address,
  getAddressEncoder,
  getProgramDerivedAddress,
  getStructEncoder,
  getU8Encoder,
  getU64Encoder,
  type Instruction,
} from '@solana/kit';

export const ASSOCIATED_TOKEN_PROGRAM = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL' as Address;

const SYSTEM_PROGRAM = '11111111111111111111111111111111' as Address;

/** The number of `TransferChecked` in both token programs. */
const TRANSFER_CHECKED = 12;

/** Where `owner` keeps tokens of `mint`. */
export async function tokenAccountOf(owner: Address, mint: Address, program: Address): Promise<Address> {
  const address = getAddressEncoder();
  const [account] = await getProgramDerivedAddress({
    programAddress: ASSOCIATED_TOKEN_PROGRAM,
    seeds: [address.encode(owner), address.encode(program), address.encode(mint)],
  });
  return account;
}

/** The number by which that program makes an account unless it is there already. */
export const CREATE_IF_MISSING = 1;

/** Makes the associated account of an owner, if it is not there yet. */
export function createTokenAccount(
  payer: Address,
  { account, owner }: { account: Address; owner: Address },
  mint: { address: Address; program: Address },
): Instruction {
  return {
    programAddress: ASSOCIATED_TOKEN_PROGRAM,
    accounts: [
      { address: payer, role: AccountRole.WRITABLE_SIGNER },
      { address: account, role: AccountRole.WRITABLE },
      { address: owner, role: AccountRole.READONLY },
      { address: mint.address, role: AccountRole.READONLY },
      { address: SYSTEM_PROGRAM, role: AccountRole.READONLY },
      { address: mint.program, role: AccountRole.READONLY },
    ],
    data: Uint8Array.of(CREATE_IF_MISSING),
  };
}

/** A transfer of `amount` base units that fails if mint or decimals are not the ones shown. */
export function transferChecked(transfer: {
  from: Address;
  to: Address;
  owner: Address;
  mint: { address: Address; decimals: number; program: Address };
  amount: bigint;
}): Instruction {
  const data = getStructEncoder([
    ['instruction', getU8Encoder()],
    ['amount', getU64Encoder()],
    ['decimals', getU8Encoder()],
  ]).encode({ instruction: TRANSFER_CHECKED, amount: transfer.amount, decimals: transfer.mint.decimals });
  return {
    programAddress: transfer.mint.program,
    accounts: [
      { address: transfer.from, role: AccountRole.WRITABLE },
      { address: transfer.mint.address, role: AccountRole.READONLY },
      { address: transfer.to, role: AccountRole.WRITABLE },
      { address: transfer.owner, role: AccountRole.READONLY_SIGNER },
    ],
    data,
  };
}
