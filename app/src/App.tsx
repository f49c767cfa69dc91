// Which screen: the part of the address behind `#` says.
import { type Address, isAddress } from '@solana/kit';
import { lazy, Suspense, useEffect, useState } from 'react';
import { usePage } from './page';
import { BorrowerPage } from './screens/borrower/BorrowerPage';
import { Settings } from './screens/Settings';
import { Start } from './screens/Start';

// A borrower's phone does not wait for the lender's screens.
const SignPage = lazy(() => import('./screens/sign/SignPage'));
const Lender = lazy(() => import('./screens/lender/Lender'));

export function App() {
  const { words } = usePage();
  const [, screen = '', id = '', ...path] = useHash().split('/');
  const isWide = screen === 'lender';
  return (
    <div className={isWide ? 'page wide' : 'page'}>
      <header className="bar">
        <p className="name">
          <a href="#/">{words.app}</a>
        </p>
        <a href="#/settings">{words.settings.title}</a>
      </header>
      {screen === 'loan' && isAddress(id) ? (
        <BorrowerPage key={id} address={id as Address} />
      ) : screen === 'lender' && isAddress(id) ? (
        <Suspense fallback={<p role="status">{words.portfolio.loading}</p>}>
          <Lender key={id} lender={id as Address} path={path} />
        </Suspense>
      ) : screen === 'sign' ? (
        <Suspense fallback={<p role="status">{words.loading}</p>}>
          <SignPage key={id} link={id} />
        </Suspense>
      ) : screen === 'settings' ? (
        <Settings />
      ) : (
        <Start />
      )}
    </div>
  );
}

function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return hash;
}
