// The car's signed receipt of the keys that it obeys, as a sale asks for it: `docs/protocol.md`, "Hand-over receipt".
import {
  type Address,
  getAddressDecoder,
  getBase64Encoder,
  getI64Decoder,
  getPublicKeyFromAddress,
  type ReadonlyUint8Array,
  type SignatureBytes,
  verifySignature,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../client';

const SEAL = 96;
const LENGTH = 185;
const VERSION = 1;
// Where fields of the message begin.
const [PROGRAM, VEHICLE, LENDER, KEYRING, NONCE, TIME] = [17, 49, 81, 113, 145, 177] as const;

export interface HandedOver {
  signer: Address;
  vehicle: Address;
  /** The lender whose keys the car took. */
  lender: Address;
  keyringHash: ReadonlyUint8Array;
  nonce: ReadonlyUint8Array;
  /** When, by the car's clock. */
  deviceTime: number;
  /** Signer, signature and message. */
  envelope: Uint8Array<ArrayBuffer>;
}

/** Reads a signed receipt; none if these bytes are no such receipt for this program. */
export function readHandedOver(
  envelope: Uint8Array<ArrayBuffer>,
  program: Address = LATCHKEY_PROGRAM_ADDRESS,
): HandedOver | undefined {
  if (envelope.length !== SEAL + LENGTH) return undefined;
  const message = envelope.slice(SEAL);
  const tag = new TextDecoder().decode(message.slice(0, 16));
  const address = (at: number) => getAddressDecoder().decode(message, at);
  if (tag !== 'latchkey:handed\0' || message[16] !== VERSION) return undefined;
  if (address(PROGRAM) !== program) return undefined;
  return {
    signer: getAddressDecoder().decode(envelope),
    vehicle: address(VEHICLE),
    lender: address(LENDER),
    keyringHash: message.slice(KEYRING, NONCE),
    nonce: message.slice(NONCE, TIME),
    deviceTime: Number(getI64Decoder().decode(message, TIME)),
    envelope,
  };
}

/** The bytes of hexadecimal text, white space aside; none if it is not that. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/\s/g, '');
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** What is wrong with a receipt for a sale, if anything is. */
export type ReceiptFault = 'other_car' | 'unsigned' | 'other_lender' | 'other_keys';

/** Whether this car signed that it obeys exactly `keyring`, the buyer's keys in base64. */
export async function faultOf(
  receipt: HandedOver,
  { vehicle, deviceKey, buyer, keyring }: { vehicle: Address; deviceKey: Address; buyer: Address; keyring: string },
): Promise<ReceiptFault | undefined> {
  if (receipt.vehicle !== vehicle || receipt.signer !== deviceKey) return 'other_car';
  const key = await getPublicKeyFromAddress(deviceKey);
  const signature = receipt.envelope.slice(32, SEAL) as unknown as SignatureBytes;
  if (!(await verifySignature(key, signature, receipt.envelope.slice(SEAL)))) return 'unsigned';
  if (receipt.lender !== buyer) return 'other_lender';
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(getBase64Encoder().encode(keyring)));
  const expected = new Uint8Array(hash);
  return expected.every((byte, at) => byte === receipt.keyringHash[at]) ? undefined : 'other_keys';
}
