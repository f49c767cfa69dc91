// A fee payer of the operator's, by Kora's JSON-RPC: `docs/sponsor.md` says what it signs.
import {
  type Address,
  getBase64Decoder,
  getBase64Encoder,
  getTransactionDecoder,
  getTransactionEncoder,
  type Instruction,
  isAddress,
} from '@solana/kit';
import { LATCHKEY_PROGRAM_ADDRESS, REQUEST_DISCRIMINATOR } from '../client';
import type { Rpc } from './network';
import { Failed, type Prepared, prepare } from './send';

/** Who pays the fee of a transaction. */
export interface Sponsor {
  url: string;
  address: Address;
}

/** How long a sponsor may take, milliseconds. */
const PATIENCE = 20_000;

/** Has a node try a transaction. Where the wallet lacks SOL, the sponsor pays instead, if there is one and its rules allow. */
export async function prepareOrSponsor(
  rpc: Rpc,
  instructions: readonly Instruction[],
  wallet: Address,
  watch: Address[] | undefined,
  url: string | undefined,
): Promise<Prepared & { sponsor?: Sponsor }> {
  try {
    return await prepare(rpc, instructions, wallet, watch);
  } catch (error) {
    const lacksSol = error instanceof Failed && error.failure.kind === 'no_fee';
    if (!lacksSol || !url) throw error;
  }
  const address = await payerOf(url);
  const prepared = await prepare(rpc, paidBy(instructions, address), address, watch).catch((error) => {
    const isEmpty = error instanceof Failed && error.failure.kind === 'no_fee';
    throw isEmpty ? new Failed({ kind: 'sponsor_empty' }) : error;
  });
  const given = { transaction: getBase64Decoder().decode(prepared.bytes), fee_token: '' };
  const { fee_in_lamports: fee } = await call(url, 'estimateTransactionFee', given);
  return { ...prepared, fee: BigInt(Number(fee)), sponsor: { url, address } };
}

/** Has the sponsor add its signature to what the wallet has signed. It can change nothing else. */
export async function cosign({ url, address }: Sponsor, signed: Uint8Array): Promise<Uint8Array> {
  const transaction = getTransactionDecoder().decode(signed);
  const given = { transaction: getBase64Decoder().decode(signed) };
  const { signed_transaction: text } = await call(url, 'signTransaction', given);
  const signature = getTransactionDecoder().decode(getBase64Encoder().encode(String(text))).signatures[address];
  if (!signature) throw new Failed({ kind: 'sponsor_away' });
  const signatures = { ...transaction.signatures, [address]: signature };
  return new Uint8Array(getTransactionEncoder().encode({ ...transaction, signatures }));
}

/** The link that a wallet opens as a Solana Pay request. */
export function payLink(url: string, loan: Address): string {
  return `solana:${payAddress(url, loan)}`;
}

/** Who asks for the payment; nothing if the sponsor offers no Solana Pay. */
export async function payLabel(url: string, loan: Address): Promise<string | undefined> {
  const answer = await ask(payAddress(url, loan), {});
  const { label } = (await answer.json().catch(() => ({}))) as { label?: unknown };
  return answer.ok && typeof label === 'string' ? label : undefined;
}

const payAddress = (url: string, loan: Address) => `${url.replace(/\/+$/, '')}/pay/${loan}`;

/** The instructions with `payer` in the place of whoever pays the deposit of an unlock that is asked for. */
export function paidBy(instructions: readonly Instruction[], payer: Address): Instruction[] {
  return instructions.map((instruction) => {
    const [first, ...others] = instruction.accounts ?? [];
    const { programAddress, data } = instruction;
    const isRequest =
      programAddress === LATCHKEY_PROGRAM_ADDRESS && REQUEST_DISCRIMINATOR.every((byte, at) => data?.[at] === byte);
    if (!isRequest || !first) return instruction;
    return { ...instruction, accounts: [{ address: payer, role: first.role }, ...others] };
  });
}

async function payerOf(url: string): Promise<Address> {
  const { signer_address: address } = await call(url, 'getPayerSigner', []);
  if (typeof address !== 'string' || !isAddress(address)) throw new Failed({ kind: 'sponsor_away' });
  return address;
}

async function call(url: string, method: string, params: unknown): Promise<Record<string, unknown>> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { result, error } = (await answer.json().catch(() => ({}))) as {
    result?: Record<string, unknown>;
    error?: { message?: unknown };
  };
  if (typeof error?.message === 'string') throw new Failed({ kind: 'sponsor', text: error.message });
  if (!answer.ok || typeof result !== 'object' || result === null) throw new Failed({ kind: 'sponsor_away' });
  return result;
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    const bounds = { signal: AbortSignal.timeout(PATIENCE), redirect: 'error', credentials: 'omit' } as const;
    return await fetch(url, { ...request, ...bounds, referrerPolicy: 'no-referrer' });
  } catch {
    throw new Failed({ kind: 'sponsor_away' });
  }
}
