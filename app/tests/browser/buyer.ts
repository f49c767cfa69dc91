// Another lender who buys a loan, and the car that takes its keys.
import {
  type Address,
  createKeyPairFromPrivateKeyBytes,
  getAddressEncoder,
  getAddressFromPublicKey,
  getBase64Decoder,
  signBytes,
} from '@solana/kit';
import { functionAddress } from '../../src/chain/around';
import { concat } from '../../src/chain/messages';
import { Action, getLenderEncoder, LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import { AT, key, lender, type World } from '../fixtures';
import { borrowersWallet, functionBytes } from './lender';
import type { FakeNode } from './node';

export const BUYER = key(30);
const carSeed = new Uint8Array(32).fill(44);
const addressBytes = (address: Address) => getAddressEncoder().encode(address);

export async function carKey(): Promise<Address> {
  return getAddressFromPublicKey((await createKeyPairFromPrivateKeyBytes(carSeed)).publicKey);
}

/** A world whose car has the key that signs receipts here. */
export async function withCar(world: World): Promise<World> {
  return { ...world, vehicle: { ...world.vehicle, deviceKey: await carKey() } };
}

/** The key of a buyer's function. */
const keyOf = (action: Action, change = 0) => key(31 + action + change);

/** Puts the buyer on the chain; `change` gives its functions other keys. */
export async function foundBuyer(node: FakeNode, change = 0): Promise<void> {
  const authority = await borrowersWallet();
  const bytes = getLenderEncoder().encode({ ...lender, authority, firstAuthority: authority });
  node.more[BUYER] = getBase64Decoder().decode(bytes);
  for (const action of [Action.Warn, Action.Lock, Action.Unlock]) {
    const commandKeys = [keyOf(action, change), key(0), key(0)];
    node.more[await functionAddress(BUYER, action)] = functionBytes(action, { lender: BUYER, commandKeys });
  }
}

/** The car's signed receipt of the buyer's keys, hexadecimal, as `docs/protocol.md` lays it out. */
export async function receipt(deviceTime: number, { seed = carSeed, vehicle = AT.vehicle } = {}): Promise<string> {
  const set = (action: Action) => concat([Uint8Array.of(1), addressBytes(keyOf(action)), new Uint8Array(64)]);
  const keyring = concat([addressBytes(BUYER), set(Action.Warn), set(Action.Lock), set(Action.Unlock)]);
  const message = concat([
    new TextEncoder().encode('latchkey:handed\0'),
    Uint8Array.of(1),
    addressBytes(LATCHKEY_PROGRAM_ADDRESS),
    addressBytes(vehicle),
    addressBytes(BUYER),
    new Uint8Array(await crypto.subtle.digest('SHA-256', keyring)),
    new Uint8Array(32).fill(5),
    new Uint8Array(BigInt64Array.of(BigInt(deviceTime)).buffer),
  ]);
  const car = await createKeyPairFromPrivateKeyBytes(seed);
  const signature = await signBytes(car.privateKey, message);
  const envelope = concat([addressBytes(await getAddressFromPublicKey(car.publicKey)), signature, message]);
  return Buffer.from(envelope).toString('hex');
}
