// A lender with a book of many loans: each with a car and a wallet of its own, every tenth past due, every hundredth in default.
import { type Address, getAddressEncoder, getBase58Decoder, getBase64Decoder, getU32Encoder } from '@solana/kit';
import { getLoanEncoder, LOAN_DISCRIMINATOR } from '../../src/client';
import { AT, bytesOf, DAY, DUE, STATES, tokenAccount, type World, world } from '../fixtures';
import { type FakeNode, nodeOf } from './node';

/** Where a loan names its vehicle and its wallet. */
const [VEHICLE, WALLET] = [74, 106];

/** An address for each number, of a kind. */
function addressOf(kind: number, number: number): Uint8Array {
  const bytes = new Uint8Array(getAddressEncoder().encode(AT.loan));
  bytes[0] = kind;
  bytes.set(getU32Encoder().encode(number), 8);
  return bytes;
}

const text = (bytes: Uint8Array) => getBase58Decoder().decode(bytes) as Address;

/** A node that holds the book. */
export function bookNode(loans: number): FakeNode {
  const now = DUE + 11 * DAY;
  const template = ({ loan }: World) => new Uint8Array(getLoanEncoder().encode(loan));
  const terms = { ...(world.loan.terms as object), graceSecs: 20 * DAY } as never;
  const paid = template({
    ...world,
    loan: { ...world.loan, ledger: { ...world.loan.ledger, paidScheduled: 9_999_999_999n } },
  });
  const late = template({ ...world, loan: { ...world.loan, terms } });
  const lost = template(STATES.defaulted as World);
  const { vehicle } = bytesOf(world);
  const node = nodeOf({ ...world, now });
  const loan = (index: number) => {
    const bytes = (index % 100 === 0 ? lost : index % 10 === 0 ? late : paid).slice();
    bytes.set(addressOf(2, index), VEHICLE);
    bytes.set(addressOf(3, index), WALLET);
    return { address: text(addressOf(1, index)), bytes: getBase64Decoder().decode(bytes) };
  };
  const all = Array.from({ length: loans }, (_, index) => index);
  const [listed, cars] = [all.map(loan), all.map((index) => ({ address: text(addressOf(2, index)), bytes: vehicle }))];
  for (const index of all) node.more[text(addressOf(3, index))] = [tokenAccount(0n), AT.token];
  const ofLoans = getBase64Decoder().decode(LOAN_DISCRIMINATOR);
  node.found = (discriminator) => (discriminator === ofLoans ? listed : cars);
  return node;
}
