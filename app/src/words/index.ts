// The languages of the page.
import { en, type Words } from './en';
import { es } from './es';

export const LANGUAGES = { en, es } satisfies Record<string, Words>;
export type Language = keyof typeof LANGUAGES;

/** The first of the reader's languages that the page has. */
export function preferredLanguage(languages: readonly string[]): Language {
  const codes = languages.map((language) => language.slice(0, 2));
  return codes.find((code): code is Language => code in LANGUAGES) ?? 'en';
}
