// The secret part of a private link: taken out of the address bar at once, kept in this tab so that reload works, and
// nowhere else. Where the browser refuses even that, the page works until it is reloaded.

const KEY = 'souspli.link';

let held: string | null = null;

/** The fragment without its `#`, from the address bar or from this tab's memory; null where there is none. */
export const takeFragment = (): string | null => {
  const typed = location.hash.slice(1);
  if (typed !== '') {
    history.replaceState(history.state, '', location.pathname);
    holdFragment(typed);
  }
  held ??= read();
  return held;
};

/** From now on a reload opens this link: after a booking, the one that manages it. */
export const holdFragment = (fragment: string): void => {
  held = fragment;
  try {
    sessionStorage.setItem(KEY, fragment);
  } catch {
    // Reload will ask for the link again.
  }
};

export const forgetFragment = (): void => {
  held = null;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
};

/** Calls back when a person pastes another private link into this tab's address bar. */
export const onAnotherFragment = (listener: () => void): void => {
  addEventListener('hashchange', () => {
    if (location.hash.length > 1) listener();
  });
};

/** The whole link, to copy or print. Takes a fragment with or without `#`. */
export const wholeLink = (fragment: string): string => `${location.origin}/#${fragment.replace(/^#/u, '')}`;

const read = (): string | null => {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
};
