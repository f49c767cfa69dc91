// What several people sign one after the other: a transaction that a nonce account keeps valid, carried by a link.
//
// A blockhash lives a minute, and people take hours. A nonce account stands in for it: the transaction stays valid until it
// lands or its nonce is used. The contract's own deadline ends it after a day.
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  compileTransaction,
  createAddressWithSeed,
  createTransactionMessage,
  getAddressDecoder,
  getAddressEncoder,
  getBase58Decoder,
  getBase64Decoder,
  getBase64EncodedWireTransaction,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  getTransactionEncoder,
  type Instruction,
  type Nonce,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingDurableNonce,
  type Transaction,
} from '@solana/kit';
import { concat } from './messages';
import type { Rpc } from './network';
import { Failed, failureOf, reached } from './send';

export const SYSTEM = '11111111111111111111111111111111' as Address;
const RECENT_BLOCKHASHES = 'SysvarRecentB1ockHashes11111111111111111111' as Address;
const RENT = 'SysvarRent111111111111111111111111111111111' as Address;
const SEED = 'latchkey';

/** Bytes of a nonce account. */
export const NONCE_SIZE = 80n;
/** What the system program numbers its instructions. */
const CREATE_WITH_SEED = 3;
export const ADVANCE_NONCE = 4;
const INITIALIZE_NONCE = 6;

/** Where a wallet's nonce account is: one for each wallet. */
export function nonceAddress(owner: Address): Promise<Address> {
  return createAddressWithSeed({ baseAddress: owner, seed: SEED, programAddress: SYSTEM });
}

/** The nonce that a wallet's account holds; none if there is no such account. */
export async function readNonce(rpc: Rpc, owner: Address): Promise<Nonce | undefined> {
  const { value } = await reached(
    rpc.getAccountInfo(await nonceAddress(owner), { encoding: 'base64', commitment: 'confirmed' }).send(),
  );
  return value?.owner === SYSTEM ? nonceIn(value.data[0], owner) : undefined;
}

/** The nonce in an account's base64, if `owner` may use it. */
export function nonceIn(data: string, owner: Address): Nonce | undefined {
  const bytes = getBase64Encoder().encode(data);
  // Version and state stand before the authority, each 4 bytes; state 1 is an account that is set up.
  if (bytes.length < Number(NONCE_SIZE) || bytes[4] !== 1) return undefined;
  if (getAddressDecoder().decode(bytes, 8) !== owner) return undefined;
  return getBase58Decoder().decode(bytes.slice(40, 72)) as Nonce;
}

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const u64 = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer);

/** Sets a wallet's nonce account up with `rent` lamports. */
export async function createNonce(owner: Address, rent: bigint): Promise<Instruction[]> {
  const nonce = await nonceAddress(owner);
  const [key, system] = [getAddressEncoder().encode(owner), getAddressEncoder().encode(SYSTEM)];
  const seed = new TextEncoder().encode(SEED);
  return [
    {
      programAddress: SYSTEM,
      accounts: [
        { address: owner, role: AccountRole.WRITABLE_SIGNER },
        { address: nonce, role: AccountRole.WRITABLE },
      ],
      data: concat([u32(CREATE_WITH_SEED), key, u64(BigInt(seed.length)), seed, u64(rent), u64(NONCE_SIZE), system]),
    },
    {
      programAddress: SYSTEM,
      accounts: [
        { address: nonce, role: AccountRole.WRITABLE },
        { address: RECENT_BLOCKHASHES, role: AccountRole.READONLY },
        { address: RENT, role: AccountRole.READONLY },
      ],
      data: concat([u32(INITIALIZE_NONCE), key]),
    },
  ];
}

/** Uses a wallet's nonce up, so that no link that was made with it can happen any more. */
export async function advanceNonce(owner: Address): Promise<Instruction> {
  return {
    programAddress: SYSTEM,
    accounts: [
      { address: await nonceAddress(owner), role: AccountRole.WRITABLE },
      { address: RECENT_BLOCKHASHES, role: AccountRole.READONLY },
      { address: owner, role: AccountRole.READONLY_SIGNER },
    ],
    data: u32(ADVANCE_NONCE),
  };
}

/** A transaction that waits for more signatures. The wallet of the nonce pays the fee. */
export async function buildOffer(owner: Address, nonce: Nonce, instructions: readonly Instruction[]) {
  const nonceAccountAddress = await nonceAddress(owner);
  const message = pipe(
    createTransactionMessage({ version: 'legacy' }),
    (message) => setTransactionMessageFeePayer(owner, message),
    (message) => appendTransactionMessageInstructions(instructions, message),
    // It puts the use of the nonce first.
    (message) =>
      setTransactionMessageLifetimeUsingDurableNonce(
        { nonce, nonceAccountAddress, nonceAuthorityAddress: owner },
        message,
      ),
  );
  return new Uint8Array(getTransactionEncoder().encode(compileTransaction(message)));
}

/** Has a node try it. Fails with the reason if it would fail. */
export async function tryOffer(rpc: Rpc, bytes: Uint8Array): Promise<void> {
  const transaction = getTransactionDecoder().decode(bytes) as Transaction;
  const { value: tried } = await reached(
    rpc
      .simulateTransaction(getBase64EncodedWireTransaction(transaction), {
        encoding: 'base64',
        commitment: 'confirmed',
        sigVerify: false,
      })
      .send(),
  );
  if (tried.err) throw new Failed(failureOf(tried.err, instructionsOf(transaction)));
}

/** The programs that a transaction asks, in its order. */
function instructionsOf({ messageBytes }: Transaction): Pick<Instruction, 'programAddress'>[] {
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') return [];
  return message.instructions.flatMap(({ programAddressIndex }) => {
    const programAddress = message.staticAccounts[programAddressIndex];
    return programAddress ? [{ programAddress }] : [];
  });
}

/** Who has not signed yet. */
export function missingFrom(bytes: Uint8Array): Address[] {
  const { signatures } = getTransactionDecoder().decode(bytes);
  return Object.entries(signatures).flatMap(([signer, signature]) => (signature === null ? [signer as Address] : []));
}

/** Bytes as they stand in a link. */
export function toLink(bytes: Uint8Array): string {
  return getBase64Decoder().decode(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of a link; none if it holds no transaction. */
export function fromLink(text: string): Uint8Array | undefined {
  try {
    const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = new Uint8Array(getBase64Encoder().encode(base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')));
    getTransactionDecoder().decode(bytes);
    return bytes;
  } catch {
    return undefined;
  }
}
