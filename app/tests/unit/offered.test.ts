// What a link carries: it fits a transaction, is read from its bytes, and refused if there is more in it than the page shows.
import { type Address, createNoopSigner, type Instruction, type Nonce } from '@solana/kit';
import { describe, expect, test } from 'vitest';
import { buildOffer, SYSTEM } from '../../src/chain/offer';
import { type BeforeLoan, originate } from '../../src/chain/origination';
import { createTokenAccount, transferChecked } from '../../src/chain/tokens';
import { getAmendInstruction, type Lender, type Terms } from '../../src/client';
import { whole } from '../../src/screens/agree/draft';
import { readOffer } from '../../src/screens/sign/offered';
import { AT, key, lender, NOW, terms, vehicle } from '../fixtures';

/** The most bytes that a transaction has on the network. */
const MOST = 1_232;

const LENDER = key(42);
const NONCE = key(9) as string as Nonce;
const mint = { address: AT.mint, decimals: 6, program: AT.token };
const car = { address: AT.vehicle, vehicle: vehicle as never, bytes: '', loan: AT.loan };
const seller = { account: key(20), owner: key(21), exists: true, mint: AT.mint };
const signed: Terms = whole(terms, `${terms.instalment}`);

const before = { at: AT.lender, lender: { ...lender, keepers: [] } as unknown as Lender, mint } as BeforeLoan;

const newLoan = (isNew: boolean, signer: Address = LENDER) =>
  originate(before, { car, seller: { ...seller, exists: !isNew }, borrower: AT.borrower, signer }, signed, 60_000n);

const offer = (instructions: readonly Instruction[]) => buildOffer(LENDER, NONCE, instructions);

const amendment = (borrower: boolean) =>
  getAmendInstruction({
    authority: createNoopSigner(LENDER),
    ...(borrower ? { borrower: createNoopSigner(AT.borrower) } : {}),
    lender: AT.lender,
    loan: AT.loan,
    wallet: AT.wallet,
    revision: 3,
    deadline: NOW + 86_400,
    terms: signed,
    forgivePrincipal: 5n,
    forgiveInterest: 6n,
  });

describe('a new loan', () => {
  test('fits a transaction with both signatures, a nonce, and the seller’s account to be made', async () => {
    const [there, made] = [await offer(await newLoan(false)), await offer(await newLoan(true))];
    expect([there.length, made.length]).toEqual([909, 951]);
    expect(made.length).toBeLessThanOrEqual(MOST);
  });

  test('is read from its bytes, whole', async () => {
    const read = readOffer(await offer(await newLoan(true)));
    expect(read).toMatchObject({
      kind: 'originate',
      owner: LENDER,
      nonce: NONCE,
      loan: AT.loan,
      lender: AT.lender,
      borrower: AT.borrower,
      vehicle: AT.vehicle,
      mint: AT.mint,

      seller: seller.account,
      sellerIsNewFor: seller.owner,
      terms: signed,
      escrow: 60_000n,
      missing: [LENDER, AT.borrower],
    });
    expect(readOffer(await offer(await newLoan(false)))).toMatchObject({ sellerIsNewFor: undefined });
  });

  test('is refused with anything beside it', async () => {
    const [instruction] = await newLoan(false);
    if (!instruction) throw new Error('there is an instruction');
    const pay = transferChecked({ from: key(30), to: key(31), owner: AT.borrower, mint, amount: 1n });
    const make = createTokenAccount(LENDER, seller, mint);
    const other = createTokenAccount(LENDER, { account: key(33), owner: key(34) }, mint);
    for (const instructions of [
      [pay, instruction],
      [instruction, pay],
      [make, make, instruction],
      // Another account than the seller's, one that the borrower pays, and one that is made in another way.
      [other, instruction],
      [createTokenAccount(AT.borrower, seller, mint), instruction],
      [{ ...make, data: Uint8Array.of(2) }, instruction],
      [{ ...make, programAddress: SYSTEM }, instruction],
    ]) {
      expect(readOffer(await offer(instructions))).toBeUndefined();
    }
  });

  test('is refused where the borrower would pay, or sign as the lender', async () => {
    expect(readOffer(await offer(await newLoan(false, AT.borrower)))).toBeUndefined();
  });
});

describe('an amendment', () => {
  test('fits a transaction and is read from its bytes', async () => {
    const bytes = await offer([amendment(true)]);
    expect(bytes.length).toBeLessThanOrEqual(MOST);
    expect(readOffer(bytes)).toMatchObject({
      kind: 'amend',
      loan: AT.loan,
      revision: 3,
      deadline: NOW + 86_400,
      amendment: { terms: signed, forgivePrincipal: 5n, forgiveInterest: 6n },
    });
  });

  test('without the borrower is nothing to sign together', async () => {
    expect(readOffer(await offer([amendment(false)]))).toBeUndefined();
  });

  test('is refused with anything beside it', async () => {
    const pay = transferChecked({ from: key(30), to: key(31), owner: AT.borrower, mint, amount: 1n });
    expect(readOffer(await offer([pay, amendment(true)]))).toBeUndefined();
    expect(readOffer(await offer([amendment(true), pay]))).toBeUndefined();
  });
});
