// What every screen shares: the rules, the node, the language, the wallet.

import type { Address } from '@solana/kit';
import type { Wallet } from '@wallet-standard/base';
import type { ReactNode } from 'react';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Node } from './chain/network';
import type { Rules } from './rules/rules';
import { type Connected, connectWallet, watchAccount, watchWallets } from './wallet/wallets';
import { LANGUAGES, type Language, preferredLanguage } from './words';
import type { Words } from './words/en';

export interface Page {
  rules: Rules;
  node: Node;
  setNode(node: Node): void;
  words: Words;
  language: Language;
  setLanguage(language: Language): void;
  wallets: readonly Wallet[];
  connected: Connected | undefined;
  connect(wallet: Wallet): Promise<void>;
  disconnect(): void;
}

const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('a screen is outside of the page');
  return page;
}

const KEYS = { node: 'latchkey:node', language: 'latchkey:language', wallet: 'latchkey:wallet' };

export function PageProvider({ rules, node: first, children }: { rules: Rules; node: Node; children: ReactNode }) {
  const [node, setNodeState] = useState(first);
  const [language, setLanguageState] = useState<Language>(
    () => (localStorage.getItem(KEYS.language) as Language | null) ?? preferredLanguage(navigator.languages),
  );
  const { wallets, connected, connect, disconnect } = useWallets();
  const setNode = useCallback((node: Node) => {
    localStorage.setItem(KEYS.node, JSON.stringify(node));
    setNodeState(node);
  }, []);
  const setLanguage = useCallback((language: Language) => {
    localStorage.setItem(KEYS.language, language);
    setLanguageState(language);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const page = useMemo<Page>(
    () => ({
      rules,
      node,
      setNode,
      words: LANGUAGES[language] ?? LANGUAGES.en,
      language,
      setLanguage,
      wallets,
      connected,
      connect,
      disconnect,
    }),
    [rules, node, setNode, language, setLanguage, wallets, connected, connect, disconnect],
  );
  return <PageContext value={page}>{children}</PageContext>;
}

/** The node that was saved, or the one that the page is delivered with. */
export function savedNode(delivered: Node): Node {
  try {
    const saved = JSON.parse(localStorage.getItem(KEYS.node) ?? 'null') as Node | null;
    // One that was saved before there was a sponsor has the one that the page is delivered with.
    return saved?.rpc && saved.websocket ? { sponsor: delivered.sponsor, ...saved } : delivered;
  } catch {
    return delivered;
  }
}

function useWallets() {
  const [wallets, setWallets] = useState<readonly Wallet[]>([]);
  const [connected, setConnected] = useState<Connected>();
  const hasTried = useRef(false);
  useEffect(() => watchWallets(setWallets), []);

  useEffect(() => {
    const name = localStorage.getItem(KEYS.wallet);
    const known = wallets.find((wallet) => wallet.name === name);
    if (!known || hasTried.current) return;
    hasTried.current = true;
    // The reader allowed it before. A wallet that no longer does stays unconnected.
    connectWallet(known, true).then(setConnected, () => undefined);
  }, [wallets]);

  useEffect(() => {
    if (!connected) return;
    return watchAccount(connected.wallet, (account) => {
      setConnected(account ? { ...connected, account, address: account.address as Address } : undefined);
    });
  }, [connected]);

  const connect = useCallback(async (wallet: Wallet) => {
    const connected = await connectWallet(wallet);
    if (connected) localStorage.setItem(KEYS.wallet, wallet.name);
    setConnected(connected);
  }, []);
  const disconnect = useCallback(() => {
    localStorage.removeItem(KEYS.wallet);
    setConnected(undefined);
  }, []);
  return { wallets, connected, connect, disconnect };
}
