// The reader's wallet: which are there, which is connected, and why one cannot be used.
import { useState } from 'react';
import { chainOf, type Network } from '../chain/network';
import { usePage } from '../page';
import { canSign } from '../wallet/wallets';

export function WalletCard({ network }: { network: Network | undefined }) {
  const { words, wallets, connected, connect, disconnect } = usePage();
  const [isDeclined, setIsDeclined] = useState(false);
  return (
    <section className="card" aria-labelledby="wallet">
      <h2 id="wallet">{words.wallet.title}</h2>
      {connected ? (
        <>
          <p className="address">{words.wallet.connected(connected.address)}</p>
          <button type="button" onClick={disconnect}>
            {words.act.disconnect}
          </button>
        </>
      ) : wallets.length === 0 ? (
        <p>{words.wallet.none}</p>
      ) : (
        <ul className="stack">
          {wallets.map((wallet) => {
            const isWrongChain = network !== undefined && !wallet.chains.includes(chainOf(network));
            const refusal = !canSign(wallet)
              ? words.wallet.cannotSign(wallet.name)
              : isWrongChain
                ? words.wallet.wrongChain(wallet.name, words.networks[network])
                : undefined;
            return (
              <li key={wallet.name} className="stack">
                <button
                  type="button"
                  disabled={refusal !== undefined}
                  onClick={() => {
                    setIsDeclined(false);
                    connect(wallet).catch(() => setIsDeclined(true));
                  }}
                >
                  {words.act.connectWith(wallet.name)}
                </button>
                {refusal && <p className="quiet">{refusal}</p>}
              </li>
            );
          })}
        </ul>
      )}
      {isDeclined && (
        <p role="alert" className="error">
          {words.failed.declined}
        </p>
      )}
      {network === 'localnet' && <p className="quiet">{words.wallet.burner}</p>}
    </section>
  );
}
