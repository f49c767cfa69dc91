// A transaction by its signature, linked where an explorer can show it.
import type { Network } from '../../chain/network';
import { usePage } from '../../page';
import { useHistoryWords } from '../../words/history';
import { explorerLink, short } from './explorer';

export function TransactionLink({ signature, network }: { signature: string; network: Network }) {
  const { node } = usePage();
  const words = useHistoryWords();
  const link = explorerLink(signature, network, node);
  if (!link) return <span className="address">{signature}</span>;
  return (
    <a href={link} target="_blank" rel="noreferrer">
      {words.transaction(short(signature))}
    </a>
  );
}
