// Loans whose transactions the program's own tests recorded: their accounts and their past on the test's node.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getBase64Encoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import { getLoanDecoder, LATCHKEY_PROGRAM_ADDRESS } from '../../src/client';
import type { Told } from '../../src/rules/past';
import { AT, bytesOf, key, mint, tokenAccount, world } from '../fixtures';
import { type FakeNode, fakeNode, type PastTransaction } from './node';

/** What `tests/svm/tests/it/history.rs` wrote. */
export const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`../history/${name}.json`, import.meta.url), 'utf8'));

/** A transaction that names an account and does nothing: the page reads what it did in its logs. */
function naming(account: Address): string {
  const lifetime = {
    blockhash: 'EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N' as Blockhash,
    lastValidBlockHeight: 1n,
  };
  const accounts = [{ address: account, role: AccountRole.WRITABLE }];
  const message = pipe(
    createTransactionMessage({ version: 'legacy' }),
    (message) => setTransactionMessageFeePayer(key(99), message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(lifetime, message),
    (message) =>
      appendTransactionMessageInstructions([{ programAddress: LATCHKEY_PROGRAM_ADDRESS, accounts }], message),
  );
  return getBase64EncodedWireTransaction(compileTransaction(message));
}

/** Recorded transactions as the node gives them, the newest first. */
export function asTold(transactions: readonly Told[], account: Address): PastTransaction[] {
  const bytes = naming(account);
  return transactions
    .map(({ signature, time, logs, wallet }) => ({
      signature,
      time,
      logs,
      bytes,
      // The payer is the transaction's first account, and this one the next.
      balances: wallet ? [{ at: 1, ...wallet }] : [],
    }))
    .reverse();
}

export interface RecordedLoan {
  node: FakeNode;
  address: Address;
  wallet: Address;
}

/** A node with a recorded loan, paid in cents, and all of its past. `which` counts the recorded moments. */
export async function recordedLoan(page: Page, which: number): Promise<RecordedLoan> {
  const { question } = recorded('payments')[which];
  const node = await fakeNode(page, world);
  const address = question.address as Address;
  const loan = getLoanDecoder().decode(getBase64Encoder().encode(question.loan));
  const lender = { ...world.lender, mint: question.mint as Address };
  const last = (question.transactions as Told[]).at(-1);
  node.world = { ...world, now: (last?.time ?? 0) + 3_600 };
  const around = bytesOf({ ...world, lender, vehicle: { ...world.vehicle, lender: loan.lender, activeLoan: address } });
  node.more = {
    [address]: question.loan,
    [loan.vehicle]: around.vehicle,
    [loan.lender]: around.lender,
    [loan.wallet]: [tokenAccount(BigInt(question.wallet)), AT.token],
    [lender.mint]: [mint(2), AT.token],
  };
  node.past[loan.wallet] = asTold(question.transactions, loan.wallet);
  return { node, address, wallet: loan.wallet };
}
