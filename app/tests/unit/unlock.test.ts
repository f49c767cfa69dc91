import { expect, test } from 'vitest';
import { fetchUnlock, read } from '../../src/chain/unlock';
import { key } from '../fixtures';

test('a signed unlock is read', () => {
  const signed = read('{"reason":"signed","message":"…","envelope":"AQID","not_after":7}', 200);
  expect(signed).toEqual({ envelope: 'AQID', notAfter: 7 });
});

test('a refusal is told in the words of the function', () => {
  expect(() => read('{"reason":"not_due","message":"the loan is in default"}', 409)).toThrow('the loan is in default');
});

test('what is no answer of a function is refused', () => {
  expect(() => read('<html>', 503)).toThrow('not JSON (503)');
  expect(() => read('null', 200)).toThrow('no object');
  expect(() => read('{"envelope":"<script>"}', 200)).toThrow('it answered 200');
  expect(() => read('{}', 500)).toThrow('it answered 500');
});

test('only https is called', async () => {
  await expect(fetchUnlock('http://example.com', key(1))).rejects.toThrow('not https');
});
