// What the rules say before somebody signs a new loan, or a change of terms, of parties or of a lender: a module of its own,
// for those who change something.
import { useEffect, useState } from 'react';
import type { Amended, Origination, Refused, Time } from './answers';
import { Module, type ModuleSource } from './module';

/** A sale to another lender. */
export interface SaleView {
  refused: Refused | null;
  /** What the car must have taken before; base64. */
  keyring: string;
  /** What the loan pins afterwards. */
  unlock_keys: string[];
  unlock_uri: string;
  /** When the last instalment is due. */
  last_due: Time;
}

/** Another key of the borrower: which rule refuses each step. */
export interface BorrowerKeyView {
  rotate: Refused | null;
  propose: Refused | null;
  complete: Refused | null;
  refuse: Refused | null;
  proposed: { key: string; from: Time } | null;
  restricted_until: Time | null;
  /** The contract's times, seconds. */
  wait: number;
  bar: number;
  probation: number;
}

/** What may be changed of a car. */
export interface VehicleView {
  retire: Refused | null;
  distrust: Refused | null;
  rotate: Refused | null;
}

/** What the rules are asked about a sale. Accounts are base64. */
export interface SaleQuestion {
  loan: string;
  vehicle: string;
  lender: string;
  buyer: string;
  buyer_address: string;
  /** The buyer's functions. */
  warn: string;
  lock: string;
  unlock: string;
  /** The car's clock in its receipt of the buyer's keys, once there is one. */
  device_time: number | null;
  now: number;
}

/** A function as it would be offered. */
export interface OfferQuestion {
  action: number;
  fee: bigint;
  bond: bigint;
  lease_secs: number;
  ttl_secs: number;
  required: number;
  command_keys: { key: string; uri: string }[];
}

/** What the rules are asked about a loan that is not written yet. */
export interface OriginationQuestion {
  /** Base64 of how the contract stores terms. An instalment of 0 asks for the level one. */
  terms: string;
  lender: string;
  vehicle: string;
  /** What the lender's warning, lock and unlock cost, lamports. */
  fees: readonly [bigint, bigint, bigint];
  unlock_uri: string;
  /** The first deposit into the escrow, lamports; none stands for the least. */
  escrow: bigint | undefined;
  decimals: number;
  now: bigint;
}

/** What the rules are asked about an amendment by both. Sums are base units. */
export interface AmendmentQuestion {
  loan: string;
  lender: string;
  wallet: bigint;
  terms: string;
  forgive_principal: bigint;
  forgive_interest: bigint;
  decimals: number;
  now: bigint;
}

export class Changes {
  private constructor(private readonly module: Module) {}

  static async load(source: ModuleSource): Promise<Changes> {
    return new Changes(await Module.load(source, 'latchkey_ask_change'));
  }

  /** Whether a new loan can be written, and what it costs. */
  origination({ fees, escrow, now, ...given }: OriginationQuestion): Origination {
    const texts = { fees: fees.map(String), escrow: escrow === undefined ? null : escrow.toString() };
    return this.module.ask('origination', { ...given, ...texts, now: Number(now) });
  }

  /** Whether both parties can amend a loan, what changes, and what the rest costs. */
  amendment({ wallet, forgive_principal, forgive_interest, now, ...given }: AmendmentQuestion): Amended {
    const texts = Object.entries({ wallet, forgive_principal, forgive_interest }).map(([name, units]) => [
      name,
      `${units}`,
    ]);
    return this.module.ask('amendment', { ...given, ...Object.fromEntries(texts), now: Number(now) });
  }

  sale(question: SaleQuestion): SaleView {
    return this.module.ask('sale', question);
  }

  /** What becomes of the borrower's key if it were `newKey`. */
  borrowerKey(loan: string, newKey: string, now: number): BorrowerKeyView {
    return this.module.ask('borrower_key', { loan, new_key: newKey, now });
  }

  /** The rule that refuses the nomination of another authority. */
  nominate(lender: string, nominee: string): Refused | null {
    return this.one('nominate', { lender, nominee });
  }

  /** The rule that refuses another allow-list. */
  keepers(keepers: readonly string[]): Refused | null {
    return this.one('keepers', { keepers });
  }

  /** The rule that refuses to offer a function like this. */
  offer({ fee, bond, ...offer }: OfferQuestion): Refused | null {
    return this.one('function', { ...offer, fee: `${fee}`, bond: `${bond}` });
  }

  /** What may be changed of a car, and of the loan that it secures if there is one. */
  vehicle(vehicle: string, loan: string | null, deviceKey: string, now: number): VehicleView {
    return this.module.ask('vehicle', { vehicle, loan, device_key: deviceKey, now });
  }

  private one(change: string, fields: object): Refused | null {
    return this.module.ask<{ refused: Refused | null }>(change, fields).refused;
  }
}

let loading: Promise<Changes> | undefined;

/** The module once it is loaded. One that could not be loaded is tried again by the next who needs it. */
export function useChanges(): Changes | undefined {
  const [changes, setChanges] = useState<Changes>();
  useEffect(() => {
    let isCurrent = true;
    loading ??= Changes.load(fetch('./changes.wasm'));
    loading.then(
      (loaded) => isCurrent && setChanges(loaded),
      () => {
        loading = undefined;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  return changes;
}
