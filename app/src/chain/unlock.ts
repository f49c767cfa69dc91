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
  const { status, text } = await call(new URL(`unlock/${invocation}`, directory(uri)), PATIENCE);
  return read(text, status);
}

/** Posts to a function. */
export function post(uri: string, headers: Record<string, string>, body: string, patience: number) {
  return call(new URL(uri), patience, { method: 'POST', headers, body });
}

const directory = (uri: string) => (uri.endsWith('/') ? uri : `${uri}/`);

/** The address stands on the chain, where a lender can write anything. */
async function call(url: URL, patience: number, request: RequestInit = {}) {
  if (url.protocol !== 'https:') throw new Error('its address is not https');
  const answer = await fetch(url, {
    ...request,
    signal: AbortSignal.timeout(patience),
    redirect: 'error',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  });
  const text = await bounded(answer);
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text };
}

/** The whole answer, unless it is longer than any answer of a function. */
async function bounded(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > LONGEST) {
      await reader.cancel();
      throw new Error('its answer is too long');
    }
  }
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
