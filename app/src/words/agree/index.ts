// The words of new loans and changed terms, in the language of the page. They are loaded with those screens.
import { usePage } from '../../page';
import { type AgreeWords, en } from './en';
import { es } from './es';

export const AGREE_LANGUAGES = { en, es } satisfies Record<string, AgreeWords>;

export function useAgreeWords(): AgreeWords {
  return AGREE_LANGUAGES[usePage().language] ?? en;
}
