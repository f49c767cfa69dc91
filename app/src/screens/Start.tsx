// Opens a loan or a lender: by address, or the loans of the connected wallet.
import { type Address, isAddress } from '@solana/kit';
import { type FormEvent, useState } from 'react';
import { loansOf } from '../chain/find';
import { connect } from '../chain/network';
import { usePage } from '../page';
import { WalletCard } from './WalletCard';

export function Start() {
  const { words } = usePage();
  return (
    <main className="stack">
      <h1 className="headline">{words.start.title}</h1>
      <p>{words.start.body}</p>
      <Opener label={words.start.address} path="loan" />
      <WalletCard network={undefined} />
      <Mine />
      <h2 className="headline">{words.start.lender}</h2>
      <Opener label={words.start.lenderAddress} path="lender" />
    </main>
  );
}

function Opener({ label, path }: { label: string; path: 'loan' | 'lender' }) {
  const { words } = usePage();
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const open = (event: FormEvent) => {
    event.preventDefault();
    const isRight = isAddress(text.trim());
    setIsWrong(!isRight);
    if (isRight) location.hash = `#/${path}/${text.trim()}`;
  };
  return (
    <form className="card" onSubmit={open}>
      <label>
        {label}
        <input
          value={text}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? `${path}-wrong` : undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {isWrong && (
        <p id={`${path}-wrong`} role="alert" className="error">
          {words.start.badAddress}
        </p>
      )}
      <button type="submit" className="primary">
        {words.start.open}
      </button>
    </form>
  );
}

/** The loans of the connected wallet. */
function Mine() {
  const { words, connected, node } = usePage();
  const [found, setFound] = useState<Address[]>();
  const [isSilent, setIsSilent] = useState(false);
  if (!connected) return null;
  const find = () => {
    setIsSilent(false);
    loansOf(connect(node).rpc, connected.address).then(setFound, () => setIsSilent(true));
  };
  return (
    <section className="card" aria-labelledby="mine">
      <h2 id="mine">{words.start.mine}</h2>
      <button type="button" onClick={find}>
        {words.start.find}
      </button>
      {isSilent && (
        <p role="alert" className="error">
          {words.failed.unreachable}
        </p>
      )}
      {found?.length === 0 && <p role="status">{words.start.noneOfMine}</p>}
      <ul className="stack">
        {found?.map((address) => (
          <li key={address}>
            <a className="address" href={`#/loan/${address}`}>
              {address}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
