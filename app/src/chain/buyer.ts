// Another lender who would buy a loan, with the functions whose keys the car must obey.
import { type Address, getBase64Encoder } from '@solana/kit';
import {
  type Action,
  type Function as CarFunction,
  getFunctionDecoder,
  getLenderDecoder,
  LATCHKEY_PROGRAM_ADDRESS,
  LENDER_DISCRIMINATOR,
  type Lender,
} from '../client';
import { ACTIONS, functionAddress } from './around';
import type { Rpc } from './network';
import { reached } from './send';

export interface Buyer {
  address: Address;
  lender: Lender;
  functions: Record<Action, CarFunction>;
  /** As the rules read them, base64. */
  bytes: { buyer: string; warn: string; lock: string; unlock: string };
}

/** Reads a buyer. `no_lender` if nothing of that kind is there, `no_functions` if one of its three functions is missing. */
export async function readBuyer(rpc: Rpc, address: Address): Promise<Buyer | 'no_lender' | 'no_functions'> {
  const functions = await Promise.all(ACTIONS.map((action) => functionAddress(address, action)));
  const { value } = await reached(
    rpc.getMultipleAccounts([address, ...functions], { encoding: 'base64', commitment: 'confirmed' }).send(),
  );
  const [buyer, warn, lock, unlock] = value.map((account) =>
    account?.owner === LATCHKEY_PROGRAM_ADDRESS ? account.data[0] : undefined,
  );
  const data = buyer === undefined ? undefined : getBase64Encoder().encode(buyer);
  if (!buyer || !data || !LENDER_DISCRIMINATOR.every((byte, at) => data[at] === byte)) return 'no_lender';
  if (!warn || !lock || !unlock) return 'no_functions';
  const decoded = [warn, lock, unlock].map((text) => getFunctionDecoder().decode(getBase64Encoder().encode(text)));
  return {
    address,
    lender: getLenderDecoder().decode(data),
    functions: decoded as unknown as Record<Action, CarFunction>,
    bytes: { buyer, warn, lock, unlock },
  };
}
