// The function calls of a lender's cars, read from the cars' own transactions in bounded steps, the newest first.
import { type Address, getBase64Encoder, type Signature } from '@solana/kit';
import { getVehicleDecoder, type Vehicle } from '../client';
import { vehiclesOf } from './find';
import { PAGE, readAll, signaturesOf, type Transaction } from './history';
import type { Rpc } from './network';

/** Cars whose transactions one step lists: each takes a request. */
export const CARS = 40;
/** Transactions of one car that are listed at most. */
const OF_ONE = 1_000;

/** A car of which something was ever asked. */
export interface Car extends Pick<Vehicle, 'deviceKey' | 'firstDeviceKey' | 'lastSeqAsked'> {
  address: Address;
}

/** The lender's cars with calls: open ones first, then those of which most was asked. */
export async function carsWithCalls(rpc: Rpc, lender: Address): Promise<Car[]> {
  const vehicles = (await vehiclesOf(rpc, lender)).map(({ address, data }) => {
    const vehicle = getVehicleDecoder().decode(getBase64Encoder().encode(data));
    const { deviceKey, firstDeviceKey, lastSeqAsked, open } = vehicle;
    return { address, deviceKey, firstDeviceKey, lastSeqAsked, isOpen: open.isOpen };
  });
  return vehicles
    .filter(({ lastSeqAsked }) => lastSeqAsked > 0n)
    .sort((a, b) => Number(b.isOpen) - Number(a.isOpen) || Number(b.lastSeqAsked - a.lastSeqAsked));
}

interface Listed {
  signature: Signature;
  slot: bigint;
}

/** What was read so far. */
export interface CallsRead {
  /** From the oldest to the newest. */
  transactions: readonly Transaction[];
  cars: readonly Car[];
  /** Of how many of the cars the transactions are listed. */
  carsListed: number;
  /** Transactions that are listed and not read yet. */
  unread: number;
  lost: number;
  /** One of the cars has more transactions than the page lists. */
  isCut: boolean;
}

/** Reads a lender's calls step by step. */
export class CallsReader {
  private cars: Car[] | undefined;
  private carsListed = 0;
  private unread: Listed[] = [];
  private seen = new Set<Signature>();
  private read: Transaction[] = [];
  private lost = 0;
  private isCut = false;

  constructor(
    private readonly rpc: Rpc,
    private readonly lender: Address,
    private readonly signal: AbortSignal,
  ) {}

  /** Lists more cars if none of those listed has anything unread, and reads the newest unread transactions. */
  async readMore(): Promise<CallsRead> {
    this.cars ??= await carsWithCalls(this.rpc, this.lender);
    if (this.unread.length === 0) await this.listMore(this.cars);
    const next = this.unread.slice(0, PAGE);
    const found = await readAll(
      this.rpc,
      next.map(({ signature }) => signature),
      this.signal,
    );
    this.unread = this.unread.slice(next.length);
    const transactions = found.filter((transaction) => transaction !== undefined);
    this.lost += found.length - transactions.length;
    // Those of one slot are listed the newest first too.
    this.read = [...transactions.reverse(), ...this.read].sort((a, b) => Number(a.slot - b.slot));
    return this.told(this.cars);
  }

  private async listMore(cars: readonly Car[]) {
    const next = cars.slice(this.carsListed, this.carsListed + CARS);
    for (const { address } of next) {
      const listed = await signaturesOf(this.rpc, address, { limit: OF_ONE }, this.signal);
      this.isCut ||= listed.length === OF_ONE;
      for (const { signature, slot, err } of listed) {
        if (err !== null || this.seen.has(signature)) continue;
        this.seen.add(signature);
        this.unread.push({ signature, slot: BigInt(slot) });
      }
      this.carsListed += 1;
    }
    // A node lists the newest first; of those in one slot the order stays.
    this.unread.sort((a, b) => Number(b.slot - a.slot));
  }

  private told(cars: readonly Car[]): CallsRead {
    const { read: transactions, carsListed, lost, isCut } = this;
    return { transactions, cars, carsListed, unread: this.unread.length, lost, isCut };
  }
}
