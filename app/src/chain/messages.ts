// Signed messages as `docs/protocol.md` lays them out: what a reader signs for a function, and what a car signs.
import {
  type Address,
  getAddressDecoder,
  getAddressEncoder,
  getCompiledTransactionMessageDecoder,
  getI64Decoder,
  getI64Encoder,
  getPublicKeyFromAddress,
  getTransactionDecoder,
  getU64Decoder,
  type Instruction,
  type ReadonlyUint8Array,
  type SignatureBytes,
  verifySignature,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../client';

const KEY = 32;
const SEAL = KEY + 64;
const VERSION = 1;
/** An unlock in a message. The program's accounts and instructions count their actions from 0, messages from 1. */
export const UNLOCK = 3;
/** The outcome of a command that the car carried out. */
const APPLIED = 1;
const RECEIPT_LENGTH = 163;
/** What stands before the signed message in an instruction that proves it. */
const HEADER = 16;
const ED25519 = 'Ed25519SigVerify111111111111111111111111111' as Address;

const tag = (text: string) => Uint8Array.from({ length: 16 }, (_, at) => text.charCodeAt(at) || 0);
const addressBytes = (address: Address) => getAddressEncoder().encode(address);

export function concat(parts: readonly ReadonlyUint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const same = (a: ReadonlyUint8Array, b: ReadonlyUint8Array) =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** The request for a call, to be signed by who asks. `issuedAt` is the chain's time. */
export function invokeMessage(
  invocation: Address,
  asker: Address,
  issuedAt: bigint,
  program: Address = LATCHKEY_PROGRAM_ADDRESS,
): Uint8Array<ArrayBuffer> {
  return concat([
    tag('latchkey:invoke'),
    Uint8Array.of(VERSION),
    addressBytes(program),
    addressBytes(invocation),
    addressBytes(asker),
    getI64Encoder().encode(issuedAt),
  ]);
}

/** A signed message as it travels: signer, signature, message. */
export function seal(signer: Address, signature: ReadonlyUint8Array, message: ReadonlyUint8Array) {
  return concat([addressBytes(signer), signature, message]);
}

/** A car's signed word that it did what a call asks. */
export interface Receipt {
  invocation: Address;
  deviceTime: bigint;
  commandHash: ReadonlyUint8Array;
  /** Signer, signature and message. */
  envelope: Uint8Array<ArrayBuffer>;
}

/** What a receipt must be for. */
export interface Awaited {
  deviceKey: Address;
  vehicle: Address;
  invocation: Address;
  seq: bigint;
}

/** The call that a receipt is for; the action as messages number it. */
export interface Obeyed extends Omit<Awaited, 'deviceKey'> {
  action: number;
}

/** The receipt for this call in these bytes and who signed it, if its signature holds and it says that the car obeyed. */
export async function readReceipt(
  envelope: Uint8Array<ArrayBuffer>,
  call: Obeyed,
): Promise<{ signer: Address; receipt: Receipt } | undefined> {
  if (envelope.length !== SEAL + RECEIPT_LENGTH) return undefined;
  const message = envelope.slice(SEAL);
  const expected = concat([
    tag('latchkey:receipt'),
    Uint8Array.of(VERSION),
    addressBytes(LATCHKEY_PROGRAM_ADDRESS),
    addressBytes(call.vehicle),
    addressBytes(call.invocation),
  ]);
  if (!same(message.slice(0, expected.length), expected)) return undefined;
  if (getU64Decoder().decode(message, 113) !== call.seq) return undefined;
  if (message[121] !== call.action || message[122] !== APPLIED) return undefined;
  const signer = getAddressDecoder().decode(envelope);
  const key = await getPublicKeyFromAddress(signer);
  const signature = envelope.slice(KEY, SEAL) as unknown as SignatureBytes;
  if (!(await verifySignature(key, signature, message))) return undefined;
  const deviceTime = getI64Decoder().decode(message, 123);
  return { signer, receipt: { invocation: call.invocation, deviceTime, commandHash: message.slice(131), envelope } };
}

/** The receipt for this unlock, if these bytes are one: signed by this car, for this call, and done. */
export async function openReceipt(
  envelope: Uint8Array<ArrayBuffer>,
  { deviceKey, ...call }: Awaited,
): Promise<Receipt | undefined> {
  const read = await readReceipt(envelope, { ...call, action: UNLOCK });
  return read?.signer === deviceKey ? read.receipt : undefined;
}

/** Signed messages that a transaction proves to the program, in the one form that the program takes. */
export function provenIn(transaction: ReadonlyUint8Array): Uint8Array<ArrayBuffer>[] {
  const { messageBytes } = getTransactionDecoder().decode(transaction);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  // Written by a later runtime: the page reads no receipts in it.
  if (!('instructions' in message)) return [];
  return message.instructions.flatMap(({ programAddressIndex, data }) => {
    if (!data || data.length <= HEADER + SEAL) return [];
    if (message.staticAccounts[programAddressIndex] !== ED25519) return [];
    const envelope = new Uint8Array(data.slice(HEADER));
    return same(data, proof(envelope).data ?? new Uint8Array()) ? [envelope] : [];
  });
}

/** The instruction that proves a signed message to the instruction right after it, in the one form that the program takes. */
export function proof(envelope: ReadonlyUint8Array): Instruction {
  const length = envelope.length - SEAL;
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  const whole = 0xffff;
  // One signature, padding; then where signature, key and message stand in this instruction.
  const fields = [1, 48, whole, 16, whole, 112, length, whole];
  for (const [at, field] of fields.entries()) view.setUint16(at * 2, field, true);
  return {
    programAddress: ED25519,
    accounts: [],
    data: concat([header, envelope]),
  };
}
