// The unlock function at its public address: `docs/function.md` says what it answers.
import type { Address } from '@solana/kit';

/** A signed unlock, as the car wants it. */
export interface SignedUnlock {
  /** Base64. */
  envelope: string;
  /** The last second in which the car obeys it, Unix seconds. */
  notAfter: number | undefined;
}

/** How long an answer is waited for, milliseconds. */
const PATIENCE = 15_000;

/** The longest answer that is read, characters. */
const LONGEST = 16_384;

/** Fetches a due unlock. Fails with the function's own sentence, or with why it could not be asked. */
export async function fetchUnlock(uri: string, invocation: Address): Promise<SignedUnlock> {
  // The address stands on the chain, where a lender can write anything.
  const url = new URL(`unlock/${invocation}`, uri.endsWith('/') ? uri : `${uri}/`);
  if (url.protocol !== 'https:') throw new Error('its address is not https');
  const answer = await fetch(url, {
    signal: AbortSignal.timeout(PATIENCE),
    redirect: 'error',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  });
  const text = await answer.text();
  if (text.length > LONGEST) throw new Error('its answer is too long');
  return read(text, answer.status);
}

/** Reads an answer. */
export function read(text: string, status: number): SignedUnlock {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error(`its answer is not JSON (${status})`);
  }
  if (typeof body !== 'object' || body === null) throw new Error(`its answer is no object (${status})`);
  const { envelope, message, not_after: notAfter } = body as Record<string, unknown>;
  if (status !== 200 || typeof envelope !== 'string' || !/^[A-Za-z0-9+/]+=*$/.test(envelope)) {
    throw new Error(typeof message === 'string' ? message : `it answered ${status}`);
  }
  return { envelope, notAfter: typeof notAfter === 'number' ? notAfter : undefined };
}
