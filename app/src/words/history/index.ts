// The words of the past, in the language of the page.
import { usePage } from '../../page';
import { en, type HistoryWords } from './en';
import { es } from './es';

export const HISTORY_LANGUAGES = { en, es } satisfies Record<string, HistoryWords>;

export function useHistoryWords(): HistoryWords {
  return HISTORY_LANGUAGES[usePage().language] ?? en;
}
