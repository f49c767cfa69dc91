// The reader's wallets, by the Wallet Standard.
import type { Address } from '@solana/kit';
import {
  SolanaSignMessage,
  type SolanaSignMessageFeature,
  SolanaSignTransaction,
  type SolanaSignTransactionFeature,
} from '@solana/wallet-standard-features';
import { getWallets } from '@wallet-standard/app';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import {
  StandardConnect,
  type StandardConnectFeature,
  StandardEvents,
  type StandardEventsFeature,
} from '@wallet-standard/features';
import { Failed } from '../chain/send';

/** A wallet that is connected, with the account that signs. */
export interface Connected {
  wallet: Wallet;
  account: WalletAccount;
  address: Address;
}

/** Whether the page can work with a wallet. It sends transactions itself, to follow them, so the wallet must sign only. */
export function canSign(wallet: Wallet): boolean {
  return StandardConnect in wallet.features && SolanaSignTransaction in wallet.features;
}

/** All wallets of this browser that know a chain of Solana; `tell` hears of each that comes or goes. */
export function watchWallets(tell: (wallets: readonly Wallet[]) => void): () => void {
  const registry = getWallets();
  const listed = () =>
    tell(registry.get().filter((wallet) => wallet.chains.some((chain) => chain.startsWith('solana:'))));
  const ends = [registry.on('register', listed), registry.on('unregister', listed)];
  listed();
  return () => {
    for (const end of ends) end();
  };
}

/** Connects, and asks the reader if the wallet wants that; `silent` only reconnects where the reader allowed it before. */
export async function connectWallet(wallet: Wallet, silent = false): Promise<Connected | undefined> {
  const { connect } = (wallet.features as StandardConnectFeature)[StandardConnect];
  const { accounts } = await connect({ silent });
  const account = accounts[0];
  return account ? { wallet, account, address: account.address as Address } : undefined;
}

/** Hears when the reader chooses another account in the wallet, or takes the connection back. */
export function watchAccount(wallet: Wallet, tell: (account: WalletAccount | undefined) => void): () => void {
  if (!(StandardEvents in wallet.features)) return () => {};
  const { on } = (wallet.features as StandardEventsFeature)[StandardEvents];
  return on('change', ({ accounts }) => {
    if (accounts) tell(accounts[0]);
  });
}

/** Whether the wallet can sign a message that is no transaction. */
export function canSignMessages({ wallet }: Connected): boolean {
  return SolanaSignMessage in wallet.features;
}

/** Has the wallet sign a message, and returns the signature. */
export async function signMessage({ wallet, account }: Connected, message: Uint8Array): Promise<Uint8Array> {
  const { signMessage } = (wallet.features as SolanaSignMessageFeature)[SolanaSignMessage];
  try {
    const [signed] = await signMessage({ account, message });
    if (!signed) throw new Error('the wallet returned nothing');
    return signed.signature;
  } catch {
    throw new Failed({ kind: 'declined' });
  }
}

/** Has the wallet sign. A reader who declines changes nothing and stays connected. */
export async function sign({ wallet, account }: Connected, transaction: Uint8Array, chain: `solana:${string}`) {
  const { signTransaction } = (wallet.features as SolanaSignTransactionFeature)[SolanaSignTransaction];
  try {
    const [signed] = await signTransaction({ account, transaction, chain });
    if (!signed) throw new Error('the wallet returned nothing');
    return signed.signedTransaction;
  } catch {
    throw new Failed({ kind: 'declined' });
  }
}
