// Has an unlock delivered: the function at its public address sends the command to the car and brings the car's receipt.
// `docs/function.md` says what it is asked and what it answers.
import { type Address, getBase64Decoder, getBase64Encoder } from '@solana/kit';
import { post } from './unlock';
import { sleep } from './watch';

/** What an answer means. The bytes in it are not believed yet. */
export type Answer =
  | { kind: 'receipt'; bytes: Uint8Array<ArrayBuffer> }
  /** Signed for somebody for whom it is not delivered. */
  | { kind: 'signed'; envelope: string; notAfter: number | undefined }
  /** Sent to the car, which has not answered. */
  | { kind: 'waiting'; after: number; message: string }
  /** Not now. */
  | { kind: 'later'; after: number; message: string }
  | { kind: 'refused'; message: string }
  | { kind: 'unreachable' }
  /** What answers is no function. */
  | { kind: 'nonsense' };

/** Pauses between tries, seconds, whatever the function says. */
const SHORTEST_PAUSE = 1;
const LONGEST_PAUSE = 10;
/** How long the function is asked to wait for the car, seconds. */
const WAIT = 20;
/** Failures in a row after which it is left alone. */
const MOST_FAILURES = 4;

/** The event that carries a signed request. Each try has a new id. */
export function eventFor(request: Uint8Array, asker: Address, invocation: Address, seenSlot: bigint): string {
  return JSON.stringify({
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: asker,
    type: 'dev.latchkey.invoke.v1',
    subject: invocation,
    seenslot: String(seenSlot),
    data_base64: getBase64Decoder().decode(request),
  });
}

/** Reads an answer, by its status alone but for what it brings. */
export function readAnswer(status: number, retryAfter: string | null, text: string): Answer {
  const body = parsed(text);
  const message = typeof body?.message === 'string' ? body.message.slice(0, 300) : String(status);
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : 2;
  const after = Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, seconds));
  if (status === 200) {
    const { receipt, envelope, not_after: notAfter } = body ?? {};
    if (isBase64(receipt)) return { kind: 'receipt', bytes: new Uint8Array(getBase64Encoder().encode(receipt)) };
    if (isBase64(envelope)) {
      return { kind: 'signed', envelope, notAfter: typeof notAfter === 'number' ? notAfter : undefined };
    }
    return { kind: 'nonsense' };
  }
  if (status === 202) return body ? { kind: 'waiting', after, message } : { kind: 'nonsense' };
  // A gateway before the function answers these too, and in HTML.
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { kind: 'later', after, message };
  if (status >= 400) return { kind: 'refused', message };
  return { kind: 'nonsense' };
}

/** Asks again and again until there is a verdict, `until` has passed, or `signal` ends it; `tell` hears each answer. */
export async function deliver(
  uri: string,
  event: () => string,
  until: number,
  tell: (answer: Answer) => void,
  signal: AbortSignal,
): Promise<Answer> {
  let failures = 0;
  for (;;) {
    const answer = await askOnce(uri, event());
    tell(answer);
    failures = answer.kind === 'later' || answer.kind === 'unreachable' ? failures + 1 : 0;
    const isOpen = answer.kind === 'waiting' || answer.kind === 'later' || answer.kind === 'unreachable';
    if (!isOpen || failures >= MOST_FAILURES || signal.aborted) return answer;
    const pause = 'after' in answer ? answer.after : SHORTEST_PAUSE;
    if (Date.now() + pause * 1_000 >= until) return answer;
    await sleep(pause * 1_000);
    if (signal.aborted) return answer;
  }
}

async function askOnce(uri: string, body: string): Promise<Answer> {
  const headers = { 'content-type': 'application/cloudevents+json', prefer: `wait=${WAIT}` };
  const answered = await post(uri, headers, body, (WAIT + 5) * 1_000).catch(() => undefined);
  if (!answered) return { kind: 'unreachable' };
  return readAnswer(answered.status, answered.retryAfter, answered.text);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isBase64(text: unknown): text is string {
  return typeof text === 'string' && text.length % 4 === 0 && /^[A-Za-z0-9+/]+=*$/.test(text);
}
