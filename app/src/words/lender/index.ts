// The words of the lender's screens, in the language of the page.
import { usePage } from '../../page';
import { en, type LenderWords } from './en';
import { es } from './es';

export const LENDER_LANGUAGES = { en, es } satisfies Record<string, LenderWords>;

export function useLenderWords(): LenderWords {
  return LENDER_LANGUAGES[usePage().language] ?? en;
}
