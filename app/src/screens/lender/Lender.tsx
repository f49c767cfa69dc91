// The lender's screens: which one the rest of the address names.
import { type Address, isAddress } from '@solana/kit';
import { AmendPage } from '../agree/AmendPage';
import { OriginatePage } from '../agree/OriginatePage';
import { Calls } from './calls/Calls';
import { CarsPage } from './cars/CarsPage';
import { Functions } from './Functions';
import { LoanPage } from './loan/LoanPage';
import { Portfolio } from './Portfolio';
import { SettingsPage } from './settings/SettingsPage';
import '../../design/history.css';
import '../../design/lender.css';

export default function Lender({ lender, path }: { lender: Address; path: string[] }) {
  const [screen, id = '', what] = path;
  if (screen === 'loan' && isAddress(id) && what === 'amend') {
    return <AmendPage key={id} lender={lender} address={id as Address} />;
  }
  if (screen === 'originate') return <OriginatePage lender={lender} />;
  if (screen === 'loan' && isAddress(id)) return <LoanPage key={id} lender={lender} address={id as Address} />;
  if (screen === 'cars') return <CarsPage lender={lender} />;
  if (screen === 'settings') return <SettingsPage lender={lender} />;
  if (screen === 'functions') return <Functions lender={lender} />;
  if (screen === 'calls') return <Calls lender={lender} />;
  return <Portfolio lender={lender} />;
}
