import { expect, test } from 'vitest';
import { together } from '../../src/chain/together';

test('a few at a time, each once, and the results in their order', async () => {
  let running = 0;
  let most = 0;
  const asked: number[] = [];
  const results = await together([3, 1, 2, 0, 4], 2, async (item) => {
    asked.push(item);
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 10;
  });
  expect(results).toEqual([30, 10, 20, 0, 40]);
  expect([most, asked.length]).toEqual([2, 5]);
  expect(await together([], 4, async () => 1)).toEqual([]);
});

test('one that fails fails them all', async () => {
  const work = (item: number) => (item === 2 ? Promise.reject(new Error('no')) : Promise.resolve(item));
  await expect(together([1, 2, 3], 2, work)).rejects.toThrow('no');
});
