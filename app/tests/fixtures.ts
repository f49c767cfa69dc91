// Accounts in every state that a borrower can meet, as a node would give them.
import { type Address, getAddressDecoder, getBase64Decoder, getI64Encoder, getU64Encoder } from '@solana/kit';
import {
  Action,
  CalendarUnit,
  getLenderEncoder,
  getLoanEncoder,
  getVehicleEncoder,
  type LenderArgs,
  type LoanArgs,
  LoanStatus,
  Overpayment,
  type TermsArgs,
  type VehicleArgs,
} from '../src/client';

export const DAY = 86_400;

/** 2026-12-01 12:00 UTC. */
export const NOW = 1_796_126_400;

const UNIT = 1_000_000n;

/** An address that is told apart by one number. */
export const key = (number: number): Address => getAddressDecoder().decode(new Uint8Array(32).fill(number));

export const AT = {
  loan: key(1),
  lender: key(2),
  vehicle: key(3),
  wallet: key(4),
  mint: key(5),
  borrower: key(6),
  clock: 'SysvarC1ock11111111111111111111111111111111' as Address,
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address,
};

const NONE = key(0);

/** 12,000.00 at 18 % in twelve months; the third instalment is due on 5 December 2026, at UTC−5. */
export const terms: TermsArgs = {
  principal: 12_000n * UNIT,
  aprPpm: 180_000,
  instalment: 1_100_160_000n,
  count: 12,
  firstDue: NOW - 57 * DAY + 16 * 3_600,
  calendar: { unit: CalendarUnit.Months, every: 1, day: 5, secondDay: 0, utcOffsetSecs: -5 * 3_600 },
  graceSecs: 10 * DAY,
  lateFee: 25n * UNIT,
  lateAfterSecs: 5 * DAY,
  warnAfterSecs: 5 * DAY,
  noticeSecs: 10 * DAY,
  minChannels: 1,
  noticeAfterDefault: false,
  finalNoticeSecs: 2 * DAY,
  noticeMaxAgeSecs: 60 * DAY,
  emergencySecs: DAY,
  emergencyMax: 3,
  lockTtlSecs: 30 * DAY,
  maxExtensions: 2,
  deferred: 0,
  overpayment: Overpayment.ReducePrincipal,
  publicUnlock: false,
};

const service = { requestedAt: 0, servedAt: 0 };

/** A loan whose first two instalments are paid. */
export const loan: LoanArgs = {
  version: { number: 2 },
  bump: 255,
  lender: AT.lender,
  borrower: AT.borrower,
  vehicle: AT.vehicle,
  wallet: AT.wallet,
  index: 0,
  status: LoanStatus.Active,
  revision: 0,
  terms,
  ledger: {
    principal: 10_160n * UNIT,
    interest: 0n,
    interestRemainder: 0n,
    asOf: NOW - 26 * DAY,
    fees: 0n,
    paidScheduled: 2n * 1_100_160_000n,
    unsent: 0n,
    lateDecided: 2,
    principalPaid: 1_840n * UNIT,
    interestPaid: 360_320_000n,
    feesPaid: 0n,
    withdrawn: 0n,
  },
  notices: {
    channels: [service, service, service, service, service, service],
    finalNotice: service,
    warnedInstalment: 0,
    warnAttempts: 0,
    finalAttempts: 0,
  },
  holdUntil: 0,
  stayFrom: 0,
  stayUntil: 0,
  emergencyFrom: 0,
  emergencyUsed: 0,
  extensionsUsed: 0,
  invocationsOpen: 0,
  openedAt: NOW - 88 * DAY,
  defaultedAt: 0,
  rentPayer: AT.lender,
  recoveryKey: NONE,
  recoveryFrom: 0,
  recoveryBarredUntil: 0,
  recoveredUntil: 0,
  unlockFee: 10_000n,
  unlockTtlSecs: 3_600,
  unlockKeys: [key(9), NONE, NONE, NONE, NONE, NONE],
  unlockUri: '',
};

/** A car that starts. */
export const vehicle: VehicleArgs = {
  version: { number: 2 },
  bump: 255,
  lender: AT.lender,
  firstDeviceKey: key(8),
  deviceKey: key(8),
  vinCommitment: new Uint8Array(32),
  activeLoan: AT.loan,
  distrusted: false,
  retired: false,
  loans: 1,
  lastSeqAsked: 0n,
  lastSeqProven: 0n,
  voidThrough: 0n,
  lastUnlockAsked: 0n,
  lock: { isLocked: false, seq: 0n, since: 0, until: 0 },
  asked: { seq: 0n, until: 0 },
  open: { isOpen: false, action: Action.Warn, expiresAt: 0 },
};

const floors = {
  minGraceSecs: 0,
  minGraceWeeklySecs: 0,
  minNoticeSecs: 0,
  minNoticeWeeklySecs: 0,
  minChannels: 0,
  noticeAfterDefault: false,
  minFinalNoticeSecs: 0,
  maxAprPpm: 1_000_000,
  maxLateFee: 100n * UNIT,
  minLateAfterSecs: 1,
  minWarnAfterSecs: 1,
  minEmergencySecs: 0,
  minEmergencyMax: 0,
  maxLockTtlSecs: 0,
  publicUnlock: false,
};

export const lender: LenderArgs = {
  version: { number: 2 },
  bump: 255,
  firstAuthority: AT.lender,
  authority: AT.lender,
  pendingAuthority: NONE,
  servicer: AT.lender,
  mint: AT.mint,
  treasury: key(7),
  floors,
  pausedUntil: 0,
  vehicles: 1n,
  loansOpened: 1n,
  loansClosed: 0n,
  keepers: [],
};

/** What a node holds of one loan. */
export interface World {
  loan: LoanArgs;
  vehicle: VehicleArgs;
  lender: LenderArgs;
  wallet: bigint;
  now: number;
}

export const world: World = { loan, vehicle, lender, wallet: 0n, now: NOW };

/** The third instalment's due date. */
export const DUE = NOW + 4 * DAY + 16 * 3_600;

const served = { requestedAt: DUE + DAY, servedAt: DUE + DAY };
const told = { ...loan.notices, channels: [served, service, service, service, service, service] };
const locked: VehicleArgs = {
  ...vehicle,
  lastSeqAsked: 1n,
  lastSeqProven: 1n,
  lock: { isLocked: true, seq: 1n, since: DUE + 21 * DAY, until: DUE + 51 * DAY },
  asked: { seq: 1n, until: DUE + 51 * DAY },
};
const late = DUE + 22 * DAY;
const defaulted: LoanArgs = {
  ...loan,
  status: LoanStatus.Defaulted,
  defaultedAt: DUE + 10 * DAY,
  notices: { ...told, finalNotice: { requestedAt: DUE + 12 * DAY, servedAt: DUE + 12 * DAY } },
};

/** The states that must each look right. */
export const STATES: Record<string, World> = {
  current: { ...world, now: NOW - 20 * DAY, loan: { ...loan } },
  due_soon: world,
  past_due: { ...world, now: DUE + 2 * DAY },
  warned: { ...world, now: DUE + 3 * DAY, loan: { ...loan, notices: told } },
  defaulted: { ...world, now: DUE + 11 * DAY, loan: defaulted },
  locked: { ...world, now: late, loan: defaulted, vehicle: locked },
  locked_and_cured: { ...world, now: late, loan: defaulted, vehicle: locked, wallet: 1_200n * UNIT },
  unlocking: {
    ...world,
    now: late,
    loan: defaulted,
    wallet: 1_200n * UNIT,
    vehicle: {
      ...locked,
      lastSeqAsked: 2n,
      lastUnlockAsked: 2n,
      open: { isOpen: true, action: Action.Unlock, expiresAt: late + 3_000 },
    },
  },
  emergency_start: {
    ...world,
    now: late,
    loan: { ...defaulted, emergencyFrom: late - 3_600, emergencyUsed: 1 },
    vehicle: { ...vehicle, lastSeqAsked: 2n, lastSeqProven: 2n, lastUnlockAsked: 2n },
  },
  on_hold: { ...world, now: DUE + 11 * DAY, loan: { ...defaulted, holdUntil: DUE + 20 * DAY } },
  stayed: { ...world, now: DUE + 2 * DAY, loan: { ...loan, stayFrom: DUE + DAY, stayUntil: DUE + 90 * DAY } },
  charged_off: { ...world, now: DUE + 130 * DAY, loan: { ...loan, status: LoanStatus.ChargedOff } },
  paid_off: {
    ...world,
    loan: { ...loan, status: LoanStatus.PaidOff, ledger: { ...loan.ledger, principal: 0n, asOf: NOW } },
  },
  settled: {
    ...world,
    loan: { ...loan, status: LoanStatus.Settled, ledger: { ...loan.ledger, principal: 0n, asOf: NOW } },
  },
};

export const text = (bytes: Uint8Array | ReturnType<ReturnType<typeof getLoanEncoder>['encode']>): string =>
  getBase64Decoder().decode(bytes);

/** A world's loan, vehicle and lender as base64. */
export function bytesOf({ loan, vehicle, lender }: World) {
  return {
    loan: text(getLoanEncoder().encode(loan)),
    vehicle: text(getVehicleEncoder().encode(vehicle)),
    lender: text(getLenderEncoder().encode(lender)),
  };
}

/** A token account that holds `amount`. */
export function tokenAccount(amount: bigint): string {
  const bytes = new Uint8Array(165);
  bytes.set(getU64Encoder().encode(amount), 64);
  return text(bytes);
}

export function clock(now: number): string {
  const bytes = new Uint8Array(40);
  bytes.set(getI64Encoder().encode(now), 32);
  return text(bytes);
}

/** A mint. */
export function mint(decimals = 6): string {
  const bytes = new Uint8Array(82);
  bytes[44] = decimals;
  return text(bytes);
}
