// The lender's screens: which one the rest of the address names.
import { type Address, isAddress } from '@solana/kit';
import { LoanPage } from './loan/LoanPage';
import { Portfolio } from './Portfolio';

export default function Lender({ lender, path }: { lender: Address; path: string[] }) {
  const [screen, id = ''] = path;
  if (screen === 'loan' && isAddress(id)) return <LoanPage key={id} lender={lender} address={id as Address} />;
  return <Portfolio lender={lender} />;
}
