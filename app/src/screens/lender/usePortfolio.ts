// Reads a lender's loans, and again every minute.
import { type Address, getBase64Encoder } from '@solana/kit';
import { useEffect, useState } from 'react';
import { bookOf, partiesOf, tokensOf } from '../../chain/find';
import { CLOCK, decimalsIn, timeIn } from '../../chain/loan';
import { connect, type Node } from '../../chain/network';
import { sleep } from '../../chain/watch';
import { getLenderDecoder } from '../../client';
import { usePage } from '../../page';
import type { Rules } from '../../rules/rules';
import { type Row, rowOf } from './rows';

const PAUSE = 60_000;

export interface Portfolio {
  rows: Row[] | undefined;
  decimals: number;
  /** Where payments go, and the chain's time when this was read. */
  lender: { treasury: Address; now: number } | undefined;
  /** The node does not answer. */
  trouble: boolean;
}

export function usePortfolio(lender: Address): Portfolio {
  const { rules, node } = usePage();
  const [portfolio, setPortfolio] = useState<Portfolio>({
    rows: undefined,
    decimals: 2,
    lender: undefined,
    trouble: false,
  });
  useEffect(() => {
    const end = new AbortController();
    const watch = async () => {
      while (!end.signal.aborted) {
        try {
          const read = await readPortfolio(rules, node, lender);
          if (!end.signal.aborted) setPortfolio({ ...read, trouble: false });
        } catch {
          if (!end.signal.aborted) setPortfolio((known) => ({ ...known, trouble: true }));
        }
        await sleep(PAUSE, end.signal);
      }
    };
    void watch();
    return () => end.abort();
  }, [rules, node, lender]);
  return portfolio;
}

async function readPortfolio(rules: Rules, node: Node, address: Address) {
  const { rpc } = connect(node);
  const { loans, vehicles } = await bookOf(rpc, address);
  const bytes = (text: string) => getBase64Encoder().encode(text);
  const listed = loans.flatMap(({ address, data }) => {
    const parties = partiesOf(bytes(data));
    const vehicle = vehicles.get(parties.vehicle);
    return vehicle ? [{ address, loan: data, vehicle, wallet: parties.wallet, borrower: parties.borrower }] : [];
  });
  const [held, { value }] = await Promise.all([
    tokensOf(
      rpc,
      listed.map(({ wallet }) => wallet),
    ),
    rpc.getMultipleAccounts([address, CLOCK], { encoding: 'base64', commitment: 'confirmed' }).send(),
  ]);
  const [lender, clock] = value.map((account) => account && bytes(account.data[0]));
  if (!lender || !clock) throw new Error('this network has no such lender');
  const { mint, treasury } = getLenderDecoder().decode(lender);
  const minted = await rpc.getAccountInfo(mint, { encoding: 'base64', commitment: 'confirmed' }).send();
  const entries = listed.map(({ loan, vehicle }, index) => ({ loan, vehicle, wallet: held[index] ?? 0n }));
  const now = timeIn(clock);
  const figures = rules.portfolio(entries, now);
  const rows = listed.flatMap(({ address, borrower }, index) => {
    const row = figures[index];
    return row ? [rowOf(address, borrower, row)] : [];
  });
  return {
    rows,
    lender: { treasury, now: Number(now) },
    decimals: minted.value ? decimalsIn(bytes(minted.value.data[0])) : 2,
  };
}
