// What a link asks to sign, read from the transaction itself: the page shows what is in it, not what a link says of it.
import {
  type Address,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { ADVANCE_NONCE, missingFrom, SYSTEM } from '../../chain/offer';
import {
  getExtendInstructionDataDecoder,
  getLiftHoldInstructionDataDecoder,
  identifyLatchkeyInstruction,
  LATCHKEY_PROGRAM_ADDRESS,
  LatchkeyInstruction,
} from '../../client';

/** An agreement that waits for its last signature. */
export interface Offered {
  kind: 'extend' | 'lift_hold';
  loan: Address;
  /** Who made the offer, and pays the network. */
  owner: Address;
  /** The value of the nonce that keeps it valid. */
  nonce: string;
  revision: number;
  deadline: number;
  missing: Address[];
  bytes: Uint8Array;
}

/** Where both instructions name the loan among their accounts. */
const LOAN = 3;

/** Reads an offer. None if there is anything in it that the page could not show. */
export function readOffer(bytes: Uint8Array): Offered | undefined {
  const { messageBytes } = getTransactionDecoder().decode(bytes);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy' || message.instructions.length !== 2) return undefined;
  const [advance, agreed] = message.instructions;
  const at = (index: number | undefined) => (index === undefined ? undefined : message.staticAccounts[index]);
  if (!advance || !agreed) return undefined;
  const isNonce = at(advance.programAddressIndex) === SYSTEM && advance.data?.[0] === ADVANCE_NONCE;
  if (!isNonce || at(agreed.programAddressIndex) !== LATCHKEY_PROGRAM_ADDRESS || !agreed.data) return undefined;
  const read = agreement(agreed.data);
  const [loan, owner] = [at(agreed.accountIndices?.[LOAN]), message.staticAccounts[0]];
  // The first account pays; it must be the one whose nonce this is.
  if (!read || !loan || !owner || at(advance.accountIndices?.[2]) !== owner) return undefined;
  return { ...read, loan, owner, nonce: message.lifetimeToken, missing: missingFrom(bytes), bytes };
}

function agreement(data: ReadonlyUint8Array): Pick<Offered, 'kind' | 'revision' | 'deadline'> | undefined {
  try {
    switch (identifyLatchkeyInstruction({ data })) {
      case LatchkeyInstruction.Extend: {
        const { revision, deadline } = getExtendInstructionDataDecoder().decode(data);
        return { kind: 'extend', revision, deadline: Number(deadline) };
      }
      case LatchkeyInstruction.LiftHold: {
        const { revision, deadline } = getLiftHoldInstructionDataDecoder().decode(data);
        return { kind: 'lift_hold', revision, deadline: Number(deadline) };
      }
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
