// What a link asks to sign, read from the transaction itself: the page shows what is in it, not what a link says of it.
import {
  type Address,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { type HandedOver, readHandedOver } from '../../chain/handOver';
import { proof } from '../../chain/messages';
import { ADVANCE_NONCE, missingFrom, SYSTEM } from '../../chain/offer';
import { ASSOCIATED_TOKEN_PROGRAM, CREATE_IF_MISSING } from '../../chain/tokens';
import {
  getAmendInstructionDataDecoder,
  getAssignInstructionDataDecoder,
  getExtendInstructionDataDecoder,
  getLiftHoldInstructionDataDecoder,
  getOriginateInstructionDataDecoder,
  getRecoverBorrowerInstructionDataDecoder,
  getRotateDeviceKeyInstructionDataDecoder,
  identifyLatchkeyInstruction,
  LATCHKEY_PROGRAM_ADDRESS,
  LatchkeyInstruction,
  type Terms,
} from '../../client';

/** What an amendment by both changes. */
export interface NewTerms {
  terms: Terms;
  forgivePrincipal: bigint;
  forgiveInterest: bigint;
}

/** A loan that is still to be written. */
export interface NewLoan {
  lender: Address;
  borrower: Address;
  vehicle: Address;
  mint: Address;
  /** The token account that receives the principal. */
  seller: Address;
  /** For whom that account is made first. */
  sellerIsNewFor: Address | undefined;
  terms: Terms;
  escrow: bigint;
}

/** What both parties agree on, each with the loan that it is about. */
export type Agreement = { loan: Address } & (
  | { kind: 'extend' | 'lift_hold'; revision: number; deadline: number }
  | { kind: 'amend'; revision: number; deadline: number; amendment: NewTerms }
  | ({ kind: 'originate' } & NewLoan)
  | { kind: 'sale'; revision: number; deadline: number; seller: Address; buyer: Address; receipt: HandedOver }
  | { kind: 'rotate'; from: Address; to: Address }
  | { kind: 'recover'; to: Address }
  | { kind: 'rotate_device'; vehicle: Address; deviceKey: Address }
);

/** An agreement that waits for its last signature. */
export type Offered = Agreement & {
  /** Who made the offer, and pays the network. */
  owner: Address;
  /** The value of the nonce that keeps it valid. */
  nonce: string;
  missing: Address[];
  bytes: Uint8Array;
};

interface Named {
  program: Address;
  accounts: Address[];
  data: ReadonlyUint8Array;
}

/** Reads an offer. None if there is anything in it that the page could not show. */
export function readOffer(bytes: Uint8Array): Offered | undefined {
  const { messageBytes } = getTransactionDecoder().decode(bytes);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version !== 'legacy') return undefined;
  const { staticAccounts } = message;
  const [advance, ...agreed] = message.instructions.map(({ programAddressIndex, accountIndices = [], data }) => ({
    program: staticAccounts[programAddressIndex] as Address,
    accounts: accountIndices.map((index) => staticAccounts[index] as Address),
    data: data ?? new Uint8Array(),
  }));
  const owner = staticAccounts[0];
  // The first account pays; it must be the one whose nonce this is.
  const isNonce = advance?.program === SYSTEM && advance.data[0] === ADVANCE_NONCE && advance.accounts[2] === owner;
  const agreement = isNonce && owner ? agreementIn(agreed, owner) : undefined;
  if (!agreement || !owner) return undefined;
  return { ...agreement, owner, nonce: message.lifetimeToken, missing: missingFrom(bytes), bytes };
}

function agreementIn(instructions: Named[], owner: Address): Agreement | undefined {
  const agreed = instructions.at(-1);
  if (agreed?.program !== LATCHKEY_PROGRAM_ADDRESS) return undefined;
  try {
    const kind = identifyLatchkeyInstruction({ data: agreed.data });
    if (kind === LatchkeyInstruction.Originate) return newLoan(agreed, instructions.slice(0, -1), owner);
    if (instructions.length === 1) return alone(agreed);
    return instructions.length === 2 && instructions[0] ? proven(instructions[0], agreed) : undefined;
  } catch {
    return undefined;
  }
}

/** One instruction of the program. The places of accounts are those of the IDL. */
function alone({ accounts, data }: Named): Agreement | undefined {
  switch (identifyLatchkeyInstruction({ data })) {
    case LatchkeyInstruction.Extend: {
      const { revision, deadline } = getExtendInstructionDataDecoder().decode(data);
      return about(accounts[3], { kind: 'extend', revision, deadline: Number(deadline) });
    }
    case LatchkeyInstruction.LiftHold: {
      const { revision, deadline } = getLiftHoldInstructionDataDecoder().decode(data);
      return about(accounts[3], { kind: 'lift_hold', revision, deadline: Number(deadline) });
    }
    case LatchkeyInstruction.Amend: {
      // Without a borrower among its accounts it is an act of the lender's alone.
      if (accounts[1] === LATCHKEY_PROGRAM_ADDRESS) return undefined;
      const { revision, deadline, terms, forgivePrincipal, forgiveInterest } =
        getAmendInstructionDataDecoder().decode(data);
      const amendment = { terms, forgivePrincipal, forgiveInterest };
      return about(accounts[3], { kind: 'amend', revision, deadline: Number(deadline), amendment });
    }
    case LatchkeyInstruction.RotateBorrower: {
      const [from, to, loan] = accounts;
      return from && to ? about(loan, { kind: 'rotate', from, to }) : undefined;
    }
    case LatchkeyInstruction.RecoverBorrower: {
      const { newKey } = getRecoverBorrowerInstructionDataDecoder().decode(data);
      // A proposal takes no second signature: what waits for one must be the taking over.
      return accounts[1] === newKey ? about(accounts[3], { kind: 'recover', to: newKey }) : undefined;
    }
    default:
      return undefined;
  }
}

/** A new loan, with nothing before it but the seller's account that is made. */
function newLoan({ accounts, data }: Named, before: Named[], owner: Address): Agreement | undefined {
  const [payer, lenderSigner, borrower, lender, vehicle, loan, , , mint, , seller] = accounts;
  const [make, ...more] = before;
  if (!borrower || !lender || !vehicle || !mint || !seller || more.length > 0) return undefined;
  // Who made the offer pays for it: no other wallet's money may be spent by what is shown as theirs.
  if (payer !== owner || lenderSigner !== owner) return undefined;
  if (make) {
    const [maker, account, , money] = make.accounts;
    const isMade =
      make.program === ASSOCIATED_TOKEN_PROGRAM && make.data.length === 1 && make.data[0] === CREATE_IF_MISSING;
    if (!isMade || maker !== owner || account !== seller || money !== mint) return undefined;
  }
  const { terms, escrowLamports: escrow } = getOriginateInstructionDataDecoder().decode(data);
  const sellerIsNewFor = make?.accounts[2];
  return about(loan, {
    kind: 'originate',
    lender,
    borrower,
    vehicle,
    mint,
    seller,
    sellerIsNewFor,
    terms,
    escrow,
  });
}

/** What a car proves right before: its receipt of a buyer's keys, or a new device its enrolment. */
function proven(proven: Named, { accounts, data }: Named): Agreement | undefined {
  const envelope = new Uint8Array(proven.data.slice(16));
  const expected = proof(envelope);
  const isProof =
    proven.program === expected.programAddress &&
    proven.accounts.length === 0 &&
    proven.data.length === expected.data?.length &&
    proven.data.every((byte, at) => byte === expected.data?.[at]);
  if (!isProof) return undefined;
  switch (identifyLatchkeyInstruction({ data })) {
    case LatchkeyInstruction.Assign: {
      const receipt = readHandedOver(envelope);
      const { revision, deadline } = getAssignInstructionDataDecoder().decode(data);
      const [, , seller, buyer, , loan] = accounts;
      if (!receipt || !seller || !buyer) return undefined;
      return about(loan, { kind: 'sale', revision, deadline: Number(deadline), seller, buyer, receipt });
    }
    case LatchkeyInstruction.RotateDeviceKey: {
      const { deviceKey } = getRotateDeviceKeyInstructionDataDecoder().decode(data);
      const [, , , vehicle, loan] = accounts;
      return vehicle ? about(loan, { kind: 'rotate_device', vehicle, deviceKey }) : undefined;
    }
    default:
      return undefined;
  }
}

type Without<Whole> = Whole extends unknown ? Omit<Whole, 'loan'> : never;

function about(loan: Address | undefined, agreement: Without<Agreement>): Agreement | undefined {
  return loan && ({ loan, ...agreement } as Agreement);
}
