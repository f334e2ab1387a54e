// The language of the page: chosen by the person, kept for this tab's session, and read by every message.

import { locales, overwriteGetLocale, type Locale } from '../messages/locale.ts';

const KEY = 'souspli.language';

const known = (wanted: string | null | undefined): Locale | undefined => locales.find((locale) => locale === wanted?.slice(0, 2));

const kept = (): string | null => {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
};

const first = (): Locale => known(kept()) ?? navigator.languages.map(known).find((locale) => locale !== undefined) ?? 'en';

let current = $state<Locale>(first());

export const language = (): Locale => current;

// Messages read a state, so a page that shows them follows a switch without a reload, and what was typed stays.
overwriteGetLocale(language);
document.documentElement.lang = language();

export type { Locale };
export { locales };

export const setLanguage = (wanted: Locale): void => {
  current = wanted;
  document.documentElement.lang = wanted;
  try {
    sessionStorage.setItem(KEY, wanted);
  } catch {
    // It lasts until the next reload.
  }
};
