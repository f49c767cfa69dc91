// A wallet for networks of one's own: it keeps its key in this browser and signs what it is asked. It is a Wallet Standard
// wallet like any other, so that the page treats it as it treats the reader's.
import {
  createKeyPairFromPrivateKeyBytes,
  generateKeyPair,
  getAddressFromPublicKey,
  getTransactionDecoder,
  getTransactionEncoder,
  partiallySignTransaction,
  signBytes,
} from '@solana/kit';
import { SolanaSignMessage, SolanaSignTransaction } from '@solana/wallet-standard-features';
import type { Wallet, WalletAccount, WalletIcon } from '@wallet-standard/base';
import { StandardConnect, StandardDisconnect, StandardEvents } from '@wallet-standard/features';
import { registerWallet } from '@wallet-standard/wallet';

const DATABASE = 'latchkey';
const STORE = 'keys';
const NAME = 'burner';
const CHAINS = ['solana:localnet'] as const;

/** A flame, drawn here: wallets bring their own pictures. */
const ICON: WalletIcon = `data:image/svg+xml;base64,${btoa(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#b45309" d="M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-3 2-5 3-6 0 2 1 3 2 3 1-3-1-5 1-9z"/></svg>',
)}`;

/** Registers the burner wallet; `seed`, 32 bytes, becomes its key in place of the one it had. */
export async function registerBurner(seed?: Uint8Array): Promise<void> {
  // Kept as a key that cannot be read out: a script on this page could sign with it, not carry it away.
  if (seed) await keep(await createKeyPairFromPrivateKeyBytes(seed));
  registerWallet(new Burner());
}

class Burner implements Wallet {
  readonly version = '1.0.0' as const;
  readonly name = 'Burner (this browser)';
  readonly icon = ICON;
  readonly chains = CHAINS;
  accounts: readonly WalletAccount[] = [];
  private keys: CryptoKeyPair | undefined;
  private readonly listeners = new Set<(change: { accounts: readonly WalletAccount[] }) => void>();

  readonly features = {
    [StandardConnect]: { version: '1.0.0' as const, connect: () => this.connect() },
    [StandardDisconnect]: { version: '1.0.0' as const, disconnect: async () => this.set([]) },
    [StandardEvents]: {
      version: '1.0.0' as const,
      on: (_event: 'change', listener: (change: { accounts: readonly WalletAccount[] }) => void) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    },
    [SolanaSignTransaction]: {
      version: '1.0.0' as const,
      supportedTransactionVersions: ['legacy', 0] as const,
      signTransaction: (...inputs: { transaction: Uint8Array }[]) =>
        Promise.all(inputs.map(({ transaction }) => this.sign(transaction))),
    },
    [SolanaSignMessage]: {
      version: '1.1.0' as const,
      signMessage: (...inputs: { message: Uint8Array }[]) =>
        Promise.all(inputs.map(({ message }) => this.signMessage(message))),
    },
  };

  private async connect() {
    this.keys ??= (await kept()) ?? (await made());
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', this.keys.publicKey));
    const address = await getAddressFromPublicKey(this.keys.publicKey);
    this.set([{ address, publicKey, chains: CHAINS, features: [SolanaSignTransaction, SolanaSignMessage] }]);
    return { accounts: this.accounts };
  }

  private async sign(bytes: Uint8Array) {
    if (!this.keys) throw new Error('connect the burner wallet first');
    const signed = await partiallySignTransaction([this.keys], getTransactionDecoder().decode(bytes));
    return { signedTransaction: new Uint8Array(getTransactionEncoder().encode(signed)) };
  }

  private async signMessage(message: Uint8Array) {
    if (!this.keys) throw new Error('connect the burner wallet first');
    return { signedMessage: message, signature: await signBytes(this.keys.privateKey, message) };
  }

  private set(accounts: readonly WalletAccount[]) {
    this.accounts = accounts;
    for (const listener of this.listeners) listener({ accounts });
  }
}

async function made(): Promise<CryptoKeyPair> {
  const keys = await generateKeyPair();
  await keep(keys);
  return keys;
}

function database(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return done(opening);
}

async function keep(keys: CryptoKeyPair): Promise<void> {
  const store = (await database()).transaction(STORE, 'readwrite').objectStore(STORE);
  await done(store.put(keys, NAME));
}

async function kept(): Promise<CryptoKeyPair | undefined> {
  return done((await database()).transaction(STORE).objectStore(STORE).get(NAME));
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
