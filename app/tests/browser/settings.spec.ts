// A lender changes itself: old beside new, what that means, and the contract's own rules.
import { expect, type Page, test } from '@playwright/test';
import { functionAddress } from '../../src/chain/around';
import { tokenAccountOf } from '../../src/chain/tokens';
import {
  Action,
  getNominateAuthorityInstructionDataDecoder,
  getSetFunctionInstructionDataDecoder,
  getSetKeepersInstructionDataDecoder,
  getSetPolicyInstructionDataDecoder,
  getSetServicerInstructionDataDecoder,
  identifyLatchkeyInstruction,
  LatchkeyInstruction,
} from '../../src/client';
import { AT, key, lender, world } from '../fixtures';
import { lenderNode, lenderWallet, openAs, owned } from './lender';
import type { FakeNode } from './node';
import { expectAccessible, inSpanish, lastSent, region, signAndLand } from './seen';

async function start(page: Page, role: 'authority' | 'servicer' | 'stranger' = 'authority') {
  const node = await lenderNode(page, await owned(world, role));
  await openAs(page, '/settings');
  return node;
}

async function sent(node: FakeNode) {
  const { instructions } = await lastSent(node);
  expect(instructions).toHaveLength(1);
  const data = instructions[0]?.data ?? new Uint8Array();
  return { kind: identifyLatchkeyInstruction({ data }), data, accounts: instructions[0]?.accounts };
}

test('floors are changed, the old value beside the new one, and all else stays to the unit', async ({ page }) => {
  const node = await start(page);
  const policy = region(page, 'Floors for new loans');
  await expect(policy).toContainText('Loans that exist keep what their parties signed.');
  await policy.getByRole('button', { name: 'Change the floors' }).click();
  await expect(policy.getByRole('alert')).toHaveText('Nothing would change.');
  const grace = policy.getByLabel(/^Grace before default, at least/);
  await grace.fill('ten days');
  await grace.press('Enter');
  await expect(policy.getByRole('alert')).toHaveText('This cannot be read: Grace before default, at least');
  await grace.fill('10d');
  await policy.getByLabel(/^Late fee, at most/).fill('25.50');
  await policy.getByLabel(/^The unlock has a public address/).check();
  await expectAccessible(page);
  await grace.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Grace before default, at least: 0 seconds → 10 days');
  await expect(dialog).toContainText('Late fee, at most: 100.00 → 25.50');
  await expect(dialog).toContainText('The unlock has a public address: no → yes');
  await expect(dialog).not.toContainText('Rate a year');
  await expectAccessible(page);
  await signAndLand(page);
  const { kind, data } = await sent(node);
  expect(kind).toBe(LatchkeyInstruction.SetPolicy);
  expect(getSetPolicyInstructionDataDecoder().decode(data).floors).toEqual({
    ...lender.floors,
    minGraceSecs: 864_000,
    maxLateFee: 25_500_000n,
    publicUnlock: true,
  });
});

test('servicer and keepers are changed, within the contract’s limit', async ({ page }) => {
  const node = await start(page);
  const servicer = region(page, 'Servicer');
  await servicer.getByLabel('Address of the new servicer').fill('me');
  await servicer.getByRole('button').click();
  await expect(servicer.getByRole('alert')).toHaveText('This is no address: me');
  await servicer.getByLabel('Address of the new servicer').fill(key(50));
  await servicer.getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText(`Servicer: ${AT.lender} → ${key(50)}`);
  await expect(page.getByRole('dialog')).toContainText('The old key can do nothing from then on.');
  await signAndLand(page);
  expect(getSetServicerInstructionDataDecoder().decode((await sent(node)).data).servicer).toBe(key(50));

  const keepers = region(page, 'Keepers');
  const list = keepers.getByLabel('One address a line, at most eight');
  await list.fill([...Array(9).keys()].map((at) => key(at + 60)).join('\n'));
  await expect(keepers.getByRole('button')).toBeDisabled();
  await expect(keepers).toContainText('at most 8');
  await list.fill(`${key(60)}\n${key(61)}\n`);
  await keepers.getByRole('button').click();
  await expect(page.getByRole('dialog')).toContainText(`Keepers: anyone → ${key(60)}, ${key(61)}`);
  await signAndLand(page);
  expect(getSetKeepersInstructionDataDecoder().decode((await sent(node)).data).keepers).toEqual([key(60), key(61)]);
});

test('an authority is nominated, taken back, and accepts with a treasury of its own', async ({ page }) => {
  const node = await start(page);
  const authority = region(page, 'Authority');
  const field = authority.getByLabel('Address of the next authority');
  await field.fill(await lenderWallet());
  await expect(authority.getByRole('button')).toBeDisabled();
  await field.fill(key(50));
  await field.press('Enter');
  await expect(page.getByRole('dialog')).toContainText(`${key(50)} may become the authority by accepting.`);
  await signAndLand(page);
  const nominated = getNominateAuthorityInstructionDataDecoder().decode((await sent(node)).data).nominee;
  expect(nominated).toEqual({ __option: 'Some', value: key(50) });

  node.world = { ...node.world, lender: { ...node.world.lender, pendingAuthority: key(50) } };
  await page.reload();
  await expect(region(page, 'Become the authority').getByRole('button')).toBeDisabled();
  await expect(region(page, 'Become the authority')).toContainText(`Connect the nominated wallet: ${key(50)}`);
  await expectAccessible(page);
  await region(page, 'Take the nomination back').getByRole('button').click();
  await signAndLand(page);
  const back = getNominateAuthorityInstructionDataDecoder().decode((await sent(node)).data).nominee;
  expect(back).toEqual({ __option: 'None' });

  const nominee = await lenderWallet();
  node.world = { ...world, lender: { ...world.lender, pendingAuthority: nominee } };
  await page.reload();
  const treasury = await tokenAccountOf(nominee, AT.mint, AT.token);
  await region(page, 'Become the authority').getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`Treasury: ${key(7)} → ${treasury}`);
  await expect(dialog).toContainText('those that exist too');
  await expect(dialog).toContainText('you become the servicer too');
  await signAndLand(page);
  const accepted = await sent(node);
  expect(accepted.kind).toBe(LatchkeyInstruction.AcceptAuthority);
  expect(accepted.accounts).toEqual([nominee, AT.lender, treasury, AT.mint]);
});

test('a function is changed: what calls, loans and cars make of it, and which rule refuses it', async ({ page }) => {
  const node = await start(page);
  const lock = region(page, 'Offer a function: Lock');
  const button = lock.getByRole('button');
  await lock.getByLabel(/^Keys that must sign/).fill('2');
  await expect(button).toBeDisabled();
  await lock.getByLabel('Command key 2').fill(key(50));
  await lock.getByLabel(/^Address of key 2/).fill('http://lock.example');
  await expect(lock).toContainText('https://');
  await expect(button).toBeDisabled();
  await lock.getByLabel(/^Address of key 2/).fill('https://lock.example');
  await lock.getByLabel(/^A call counts for/).fill('2h');
  await expect(button).toBeEnabled();
  await expectAccessible(page);
  await button.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Keys that must sign: 1 → 2');
  await expect(dialog).toContainText(`Command key 2: none → ${key(50)}`);
  await expect(dialog).toContainText('A call counts for: 1 hour → 2 hours');
  await expect(dialog).toContainText('Calls that are open keep the fee, bond and keys they were asked with.');
  await expect(dialog).toContainText('A car obeys the keys it was handed');
  await expectAccessible(page);
  await signAndLand(page);
  const { kind, data, accounts } = await sent(node);
  expect(kind).toBe(LatchkeyInstruction.SetFunction);
  expect(accounts).toContain(await functionAddress(AT.lender, Action.Lock));
  expect(getSetFunctionInstructionDataDecoder().decode(data)).toMatchObject({
    action: Action.Lock,
    fee: 30_000n,
    bond: 5_000n,
    leaseSecs: 120,
    ttlSecs: 7_200,
    required: 2,
    commandKeys: [
      { key: key(9), uri: '' },
      { key: key(50), uri: 'https://lock.example' },
    ],
  });
  const unlock = region(page, 'Offer a function: Unlock');
  await expect(unlock).toContainText('Loans that exist keep the unlock that they pinned');
  await unlock.getByLabel(/^A call counts for/).fill('59m');
  await expect(unlock.getByRole('button')).toBeDisabled();
  await expect(unlock).toContainText('an unlock lives at least an hour');
});

test('only the authority changes settings', async ({ page }) => {
  await start(page, 'servicer');
  for (const title of ['Servicer', 'Keepers', 'Authority', 'Floors for new loans', 'Offer a function: Lock']) {
    await expect(region(page, title).getByRole('button')).toBeDisabled();
    await expect(region(page, title)).toContainText('Only the lender’s authority signs this.');
  }
});

test('settings read in Spanish', async ({ page }) => {
  await lenderNode(page, await owned(world));
  await inSpanish(page);
  await openAs(page, '/settings', { connect: 'Conectar Burner (this browser)', connected: 'Conectada:' });
  await expect(region(page, 'Mínimos para préstamos nuevos')).toContainText('ahora: 0 segundos');
  await expectAccessible(page);
});
