// Which calls are shown, and as a file.
import type { Verdict } from '../../../chain/receipts';
import type { Call } from '../../../rules/past';
import { csv } from '../csv';

export const STATES = ['any', 'open', 'settled', 'expired', 'doubtful'] as const;
export type CallState = (typeof STATES)[number];

export interface CallFilter {
  action: 'any' | 'warn' | 'lock' | 'unlock';
  state: CallState;
  /** A part of the address of a car, a loan, a keeper or a call. */
  search: string;
}

export type Verdicts = ReadonlyMap<string, Verdict>;

/** A receipt that the page could not hold against a key of the car. */
export const isDoubtful = (call: Call, verdicts: Verdicts) =>
  ['unknown_key', 'false'].includes(verdicts.get(call.invocation) ?? '');

export function chosen(calls: readonly Call[], verdicts: Verdicts, { action, state, search }: CallFilter): Call[] {
  return calls.filter((call) => {
    const { of, end, claims, invocation } = call;
    if (action !== 'any' && of?.action !== action) return false;
    if (state === 'doubtful' && !isDoubtful(call, verdicts)) return false;
    if (state !== 'any' && state !== 'doubtful' && (end?.kind ?? 'open') !== state) return false;
    const keepers = [...claims.map(({ keeper }) => keeper), end?.kind === 'settled' ? end.keeper : ''];
    return [invocation, of?.loan, of?.vehicle, ...keepers].some((address) => address?.includes(search));
  });
}

const HEAD = [
  'call',
  'loan',
  'car',
  'number',
  'action',
  'fee_lamports',
  'requested_at',
  'request_transaction',
  'keeper',
  'bond_lamports',
  'outcome',
  'ended_at',
  'end_transaction',
  'refunded_lamports',
  'forfeited_lamports',
  'car_time',
  'receipt',
];

/** Calls as CSV; times in UTC. */
export function callsCsv(calls: readonly Call[], verdicts: Verdicts): string {
  const moment = (unix: number | null | undefined) => (unix ? new Date(unix * 1_000).toISOString() : '');
  const rows = calls.map(({ invocation, of, requested, claims, end }) => {
    const last = claims.at(-1);
    const settled = end?.kind === 'settled' ? end : undefined;
    const expired = end?.kind === 'expired' ? end : undefined;
    return [
      invocation,
      of?.loan,
      of?.vehicle,
      of?.seq,
      of?.action,
      of?.fee,
      moment(requested?.time),
      requested?.signature,
      settled?.keeper ?? last?.keeper,
      last?.bond,
      end?.kind ?? 'open',
      moment(end?.time),
      end?.signature,
      expired?.refunded,
      expired?.forfeited,
      moment(settled?.device_time),
      settled ? (verdicts.get(invocation) ?? '') : '',
    ];
  });
  return csv(HEAD, rows);
}
