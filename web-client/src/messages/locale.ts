// The language that the compiled messages ask for. Stands in the bundle for Paraglide's own runtime
// (`build/messages.ts`), which would also look for a language in addresses and reload pages: 1.5 kB that nobody needs.

export const locales = ['en', 'fr'] as const;

export type Locale = (typeof locales)[number];

let ask = (): Locale => 'en';

export const getLocale = (): Locale => ask();

/** From now on messages ask here. */
export const overwriteGetLocale = (language: () => Locale): void => {
  ask = language;
};

/** One language compiled in: not here. */
export const experimentalStaticLocale = undefined;
