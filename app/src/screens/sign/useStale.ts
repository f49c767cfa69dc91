// Why what was agreed for one revision of a loan and up to a deadline no longer counts.
import type { LoanState } from '../../chain/loan';
import { useSignWords } from '../../words/sign';

interface Props {
  offered: { revision: number; deadline: number };
  state: LoanState;
  now: number;
}

export function useStale({ offered, state, now }: Props): string | undefined {
  const own = useSignWords();
  if (now > offered.deadline) return own.over;
  return state.loan.revision === offered.revision ? undefined : own.revision;
}
