// Whether the receipt that settled a call is what the car signed: verified here, whatever the node says.
import { type Address, getBase16Decoder, type ReadonlyUint8Array } from '@solana/kit';
import type { Call } from '../rules/past';
import { provenIn, readReceipt } from './messages';

/** Actions as messages number them. */
const ACTION = { warn: 1, lock: 2, unlock: 3 } as const;

/**
 * `verified`: signed by the key that the chain names for the car. `earlier_key`: by one that it had before. `unknown_key`: by a key
 * that nothing read so far names, so it cannot be verified. `false`: the transaction holds no such receipt, or its signature is wrong.
 */
export type Verdict = 'verified' | 'earlier_key' | 'unknown_key' | 'false';

export interface DeviceKeys {
  /** The car's key on the chain now. */
  current: Address;
  /** Keys that it had before, as far as they are known. */
  earlier: readonly string[];
}

/** Verifies the receipt of a settled call in the transaction that settled it. */
export async function verdictOn(call: Call, transaction: ReadonlyUint8Array, keys: DeviceKeys): Promise<Verdict> {
  const { of, end, invocation } = call;
  if (!of?.vehicle || end?.kind !== 'settled') return 'false';
  const obeyed = {
    vehicle: of.vehicle as Address,
    invocation: invocation as Address,
    seq: BigInt(of.seq),
    action: ACTION[of.action],
  };
  for (const envelope of provenIn(transaction)) {
    const read = await readReceipt(envelope, obeyed);
    if (!read) continue;
    const { deviceTime, commandHash } = read.receipt;
    if (deviceTime !== BigInt(end.device_time) || getBase16Decoder().decode(commandHash) !== end.command_hash) continue;
    if (read.signer === keys.current) return 'verified';
    return keys.earlier.includes(read.signer) ? 'earlier_key' : 'unknown_key';
  }
  return 'false';
}
