import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Answer, deliver, eventFor, readAnswer } from '../../src/chain/deliver';
import { key } from '../fixtures';

const URI = 'https://function.example/';
const reply = (fields: object) => JSON.stringify({ reason: 'x', message: 'because', ...fields });

test('an event names who asks, for what, and seen when, and has a new id', () => {
  const [first, second] = [1, 2].map(() =>
    JSON.parse(eventFor(Uint8Array.of(1, 2, 3), key(6), key(7), 5_000_000_000n)),
  );
  expect(first).toMatchObject({
    specversion: '1.0',
    type: 'dev.latchkey.invoke.v1',
    source: key(6),
    subject: key(7),
    seenslot: '5000000000',
    data_base64: 'AQID',
  });
  expect(first.id).not.toBe(second.id);
});

test('an answer is read by its status', () => {
  const read = (status: number, body: string, after: string | null = null) => readAnswer(status, after, body);
  expect(read(200, reply({ receipt: 'AQID' }))).toEqual({ kind: 'receipt', bytes: Uint8Array.of(1, 2, 3) });
  expect(read(200, reply({ envelope: 'AQID', not_after: 7 }))).toEqual({
    kind: 'signed',
    envelope: 'AQID',
    notAfter: 7,
  });
  for (const body of [
    reply({}),
    '<html>',
    'null',
    '',
    reply({ receipt: '%' }),
    reply({ receipt: 7 }),
    reply({ receipt: 'A' }),
  ]) {
    expect(read(200, body), body).toEqual({ kind: 'nonsense' });
  }
  expect(read(202, reply({}), '7')).toEqual({ kind: 'waiting', after: 7, message: 'because' });
  expect(read(202, '<html>')).toEqual({ kind: 'nonsense' });
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    expect(read(status, '<html>', '3'), String(status)).toEqual({ kind: 'later', after: 3, message: String(status) });
  }
  for (const status of [400, 401, 403, 404, 409, 410, 413, 422]) {
    expect(read(status, reply({})), String(status)).toEqual({ kind: 'refused', message: 'because' });
  }
  for (const status of [201, 204, 301, 307]) expect(read(status, reply({}))).toEqual({ kind: 'nonsense' });
});

test('a pause is bounded whatever the function says', () => {
  const pause = (after: string | null) => {
    const answer = readAnswer(202, after, reply({}));
    return 'after' in answer ? answer.after : undefined;
  };
  expect(['0', '999999', 'soon', null, '-1'].map(pause)).toEqual([1, 10, 2, 2, 2]);
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Plays a function that answers in turn, the last again and again; `undefined` is no answer. */
async function asked(answers: (readonly [number, string] | undefined)[], patience = 100_000) {
  const told: Answer[] = [];
  const events: string[] = [];
  let turn = 0;
  vi.stubGlobal('fetch', async (url: URL, request: RequestInit) => {
    expect(String(url)).toBe(URI);
    expect(request).toMatchObject({ method: 'POST', redirect: 'error', credentials: 'omit' });
    events.push(String(request.body));
    const answer = answers[Math.min(turn++, answers.length - 1)];
    if (!answer) throw new TypeError('Failed to fetch');
    return new Response(answer[1], { status: answer[0], headers: { 'retry-after': '2' } });
  });
  const end = new AbortController();
  const event = () => JSON.stringify(events.length);
  const delivering = deliver(URI, event, Date.now() + patience, (answer) => told.push(answer), end.signal);
  await vi.runAllTimersAsync();
  return { last: await delivering, told: told.map(({ kind }) => kind), events };
}

test('a car that is silent at first is asked for until its receipt comes', async () => {
  const { told, events } = await asked([
    [202, reply({})],
    undefined,
    [503, reply({})],
    [200, reply({ receipt: 'AQID' })],
  ]);
  expect(told).toEqual(['waiting', 'unreachable', 'later', 'receipt']);
  expect(new Set(events).size, 'each try sends a new event').toBe(4);
});

test('what is final is not asked again', async () => {
  for (const answer of [
    [409, reply({})],
    [200, reply({})],
    [200, reply({ envelope: 'AQID' })],
  ] as const) {
    expect((await asked([answer])).told).toHaveLength(1);
  }
});

test('a function that fails is asked four times, and one that says not yet until patience ends', async () => {
  expect((await asked([undefined])).told).toEqual(Array(4).fill('unreachable'));
  expect((await asked([[503, '<html>']])).told).toEqual(Array(4).fill('later'));
  const { last, told } = await asked([[202, reply({})]], 10_000);
  expect(last.kind).toBe('waiting');
  expect(told.length).toBe(5);
});

test('an answer that does not end is cut off', async () => {
  vi.useRealTimers();
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(8_192).fill(32)) });
  vi.stubGlobal('fetch', async () => new Response(endless));
  const none = new AbortController();
  const last = await deliver(
    URI,
    () => '',
    Date.now(),
    () => {},
    none.signal,
  );
  expect(last).toEqual({ kind: 'unreachable' });
});
