// A lender's cars: registered, given another device, distrusted, retired.
import { expect, type Page, test } from '@playwright/test';
import {
  type Address,
  createKeyPairFromPrivateKeyBytes,
  getAddressEncoder,
  getAddressFromPublicKey,
  getBase64Decoder,
  signBytes,
} from '@solana/kit';
import { concat } from '../../src/chain/messages';
import { nonceAddress } from '../../src/chain/offer';
import {
  findVehiclePda,
  getRegisterVehicleInstructionDataDecoder,
  getRotateDeviceKeyInstructionDataDecoder,
  getVehicleEncoder,
  identifyLatchkeyInstruction,
  LATCHKEY_PROGRAM_ADDRESS,
  LatchkeyInstruction,
  type VehicleArgs,
} from '../../src/client';
import { AT, key, vehicle, world } from '../fixtures';
import { borrowersWallet, lenderNode, lenderWallet, nonceAccount, openAs, openAsBorrower, owned } from './lender';
import type { FakeNode } from './node';
import { expectAccessible, inSpanish, lastSent, region, signAndLand } from './seen';

const deviceSeed = new Uint8Array(32).fill(46);
const bytes = (address: Address) => getAddressEncoder().encode(address);
const device = async () => getAddressFromPublicKey((await createKeyPairFromPrivateKeyBytes(deviceSeed)).publicKey);
const CAR = `Car ${AT.vehicle.slice(0, 4)}…${AT.vehicle.slice(-4)}`;

/** What a device signs for a lender, hexadecimal, as `docs/protocol.md` lays it out. */
async function enrolment({ lender = AT.lender, vin = vehicle.vinCommitment } = {}): Promise<string> {
  const message = concat([
    new TextEncoder().encode('latchkey:enrol\0\0'),
    Uint8Array.of(1),
    bytes(LATCHKEY_PROGRAM_ADDRESS),
    bytes(lender),
    vin,
  ]);
  const { privateKey } = await createKeyPairFromPrivateKeyBytes(deviceSeed);
  const signed = concat([bytes(await device()), await signBytes(privateKey, message), message]);
  return Buffer.from(signed).toString('hex');
}

async function start(
  page: Page,
  change: Partial<VehicleArgs> = {},
  role: 'authority' | 'servicer' | 'stranger' = 'authority',
) {
  const car = { ...vehicle, ...change };
  const state = await owned({ ...world, loan: { ...world.loan, borrower: await borrowersWallet() } }, role);
  const node = await lenderNode(page, state);
  node.world = { ...node.world, vehicle: car };
  node.found = [{ address: AT.vehicle, bytes: getBase64Decoder().decode(getVehicleEncoder().encode(car)) }];
  node.more[await nonceAddress(await lenderWallet())] = await nonceAccount(5);
  await openAs(page, '/cars');
  return node;
}

const free = { activeLoan: key(0) };

async function openCar(page: Page) {
  const car = region(page, CAR);
  await car.getByRole('button', { name: 'Change this car' }).click();
  return car;
}

async function sent(node: FakeNode) {
  const { instructions, signers } = await lastSent(node);
  const last = instructions.at(-1);
  const data = last?.data ?? new Uint8Array();
  return { kind: identifyLatchkeyInstruction({ data }), data, accounts: last?.accounts, signers, instructions };
}

test('a car is registered on what its device signed', async ({ page }) => {
  const node = await start(page, free, 'servicer');
  const register = region(page, 'Register a car');
  const field = register.getByLabel('Signed enrolment of the device, hexadecimal');
  const button = register.getByRole('button', { name: 'Register' });
  const right = await enrolment();
  // One bit of the signature is another.
  await field.fill(`${right.slice(0, 64)}${right[64] === '0' ? '1' : '0'}${right.slice(65)}`);
  await button.click();
  await expect(register.getByRole('alert')).toHaveText('This is no enrolment that a device has signed.');
  await field.fill(await enrolment({ lender: key(50) }));
  await button.click();
  await expect(register.getByRole('alert')).toHaveText('This enrolment is for another lender.');
  await field.fill(right);
  await expectAccessible(page);
  await button.press('Enter');
  await expect(page.getByRole('dialog')).toContainText(`A car with the device key ${await device()} is registered.`);
  await expectAccessible(page);
  await signAndLand(page);
  const { kind, data, accounts, instructions } = await sent(node);
  expect(kind).toBe(LatchkeyInstruction.RegisterVehicle);
  expect(Buffer.from(instructions[0]?.data ?? []).toString('hex')).toContain(right);
  expect(getRegisterVehicleInstructionDataDecoder().decode(data).deviceKey).toBe(await device());
  expect(accounts).toContain((await findVehiclePda({ deviceKey: await device() }))[0]);
});

test('a car without a loan gets another device, is distrusted, and is retired', async ({ page }) => {
  const node = await start(page, free);
  const car = await openCar(page);
  await expect(car).toContainText('secures no loan');
  const rotate = region(page, 'Another device');
  const field = rotate.getByLabel('Signed enrolment of the device, hexadecimal');
  await field.fill(await enrolment({ vin: new Uint8Array(32).fill(1) }));
  await rotate.getByRole('button').click();
  await expect(rotate.getByRole('alert')).toHaveText(
    'This enrolment names another identification number than the car’s.',
  );
  await field.fill(await enrolment());
  await expectAccessible(page);
  await rotate.getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`Device key: ${vehicle.deviceKey} → ${await device()}`);
  await expect(dialog).toContainText('Every call that is open for the car is void.');
  await signAndLand(page);
  const { kind, data } = await sent(node);
  expect(kind).toBe(LatchkeyInstruction.RotateDeviceKey);
  expect(getRotateDeviceKeyInstructionDataDecoder().decode(data).deviceKey).toBe(await device());

  await region(page, 'Distrust the device').getByRole('button').click();
  await expect(dialog).toContainText('Only a new device key ends it.');
  await signAndLand(page);
  expect((await sent(node)).kind).toBe(LatchkeyInstruction.DistrustDevice);
  await region(page, 'Retire the car').getByRole('button').click();
  await expect(dialog).toContainText('This cannot be undone.');
  await signAndLand(page);
  expect((await sent(node)).kind).toBe(LatchkeyInstruction.RetireVehicle);
});

test('the contract’s rules refuse what a car’s state does not allow', async ({ page }) => {
  await start(page, { distrusted: true, deviceKey: await device() });
  await openCar(page);
  await expect(region(page, CAR)).toContainText('its device is distrusted');
  await expect(region(page, 'Retire the car').getByRole('button')).toBeDisabled();
  await expect(region(page, 'Distrust the device').getByRole('button')).toBeDisabled();
  const rotate = region(page, 'Another device');
  await rotate.getByLabel('Signed enrolment of the device, hexadecimal').fill(await enrolment());
  await expect(rotate.getByRole('button')).toBeDisabled();
  await expect(rotate).toContainText('The device already has this key');
});

test('a car with a loan gets another device by two signatures', async ({ page }) => {
  const node = await start(page);
  await openCar(page);
  const rotate = region(page, 'Another device');
  await expect(rotate).toContainText('The car secures a loan: the borrower signs too.');
  await rotate.getByLabel('Signed enrolment of the device, hexadecimal').fill(await enrolment());
  await rotate.getByRole('button', { name: 'Offer the change to the borrower' }).click();
  await page.getByRole('button', { name: 'Sign and make the link' }).click();
  const link = await page.getByLabel('Link for the borrower').inputValue();
  expect(node.sent).toEqual([]);
  await openAsBorrower(page, link.slice(link.indexOf('#/') + 2));
  const main = page.getByRole('main');
  await expect(main).toContainText(`Device key: ${vehicle.deviceKey} → ${await device()}`);
  await expect(main).toContainText('See to it that this device is in your car');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await expect(main).toContainText('Confirmed.');
  const { kind, signers, accounts } = await sent(node);
  expect(kind).toBe(LatchkeyInstruction.RotateDeviceKey);
  expect(signers).toEqual([await lenderWallet(), await borrowersWallet()]);
  expect(accounts?.slice(0, 5)).toEqual([
    await lenderWallet(),
    await borrowersWallet(),
    AT.lender,
    AT.vehicle,
    AT.loan,
  ]);
});

test('who signs for a car: the servicer for all but distrust', async ({ page }) => {
  await start(page, free, 'servicer');
  await openCar(page);
  await expect(region(page, 'Distrust the device').getByRole('button')).toBeDisabled();
  await expect(region(page, 'Retire the car').getByRole('button')).toBeEnabled();
});

test('many cars are searched, and few are drawn', async ({ page }) => {
  const node = await start(page, free);
  const text = (change: Partial<VehicleArgs>) =>
    getBase64Decoder().decode(getVehicleEncoder().encode({ ...vehicle, ...change }));
  node.found = [...Array(60).keys()].map((at) => ({
    address: key(at + 100),
    bytes: text({ deviceKey: key(at + 100) }),
  }));
  await page.reload();
  await expect(page.getByText('25 of 60 cars')).toBeVisible();
  await page.getByLabel('Search by address or device key').fill(key(159));
  await expect(page.getByText('1 of 60 cars')).toBeVisible();
  await expectAccessible(page);
});

test('cars read in Spanish', async ({ page }) => {
  const state = await owned(world);
  const node = await lenderNode(page, state);
  node.found = [{ address: AT.vehicle, bytes: getBase64Decoder().decode(getVehicleEncoder().encode(vehicle)) }];
  await inSpanish(page);
  await openAs(page, '/cars', { connect: 'Conectar Burner (this browser)', connected: 'Conectada:' });
  await page.getByRole('button', { name: 'Cambiar este auto' }).click();
  await expect(region(page, 'Retirar el auto').getByRole('button')).toBeDisabled();
  await expectAccessible(page);
});
