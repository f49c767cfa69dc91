// What a car signs once for a lender: `docs/protocol.md`, "Enrolment".
import {
  type Address,
  getAddressDecoder,
  getPublicKeyFromAddress,
  type ReadonlyUint8Array,
  type SignatureBytes,
  verifySignature,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS } from '../client';

const SEAL = 96;
const LENGTH = 113;
const VERSION = 1;
// Where fields of the message begin.
const [PROGRAM, LENDER, VIN] = [17, 49, 81] as const;

export interface Enrolment {
  deviceKey: Address;
  lender: Address;
  vinCommitment: ReadonlyUint8Array;
  /** Signer, signature and message. */
  envelope: Uint8Array<ArrayBuffer>;
}

/** Reads a signed enrolment; none if these bytes are no such message for this program, or its signature is wrong. */
export async function readEnrolment(
  envelope: Uint8Array<ArrayBuffer>,
  program: Address = LATCHKEY_PROGRAM_ADDRESS,
): Promise<Enrolment | undefined> {
  if (envelope.length !== SEAL + LENGTH) return undefined;
  const message = envelope.slice(SEAL);
  const tag = new TextDecoder().decode(message.slice(0, 16));
  if (tag !== 'latchkey:enrol\0\0' || message[16] !== VERSION) return undefined;
  if (getAddressDecoder().decode(message, PROGRAM) !== program) return undefined;
  const deviceKey = getAddressDecoder().decode(envelope);
  const key = await getPublicKeyFromAddress(deviceKey);
  const signature = envelope.slice(32, SEAL) as unknown as SignatureBytes;
  if (!(await verifySignature(key, signature, message))) return undefined;
  return {
    deviceKey,
    lender: getAddressDecoder().decode(message, LENDER),
    vinCommitment: message.slice(VIN),
    envelope,
  };
}
