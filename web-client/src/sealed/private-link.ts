// The secret part of a private link: taken out of the address bar at once, kept in this tab so that reload works, and
// nowhere else. Where the browser refuses even that, the page works until it is reloaded. Beside it, sealed, what lets a
// reloaded page give back the time that it held.

const KEY = 'souspli.link';
const HOLD = 'souspli.hold';

let held: string | null = null;

/** The fragment without its `#`, from the address bar or from this tab's memory; null where there is none. */
export const takeFragment = (): string | null => {
  const typed = location.hash.slice(1);
  if (typed !== '') {
    history.replaceState(history.state, '', location.pathname);
    holdFragment(typed);
  }
  held ??= read(KEY);
  return held;
};

/** From now on a reload opens this link: after a booking, the one that manages it. */
export const holdFragment = (fragment: string): void => {
  held = fragment;
  // Refused: reload will ask for the link again.
  write(KEY, fragment);
};

export const forgetFragment = (): void => {
  held = null;
  write(KEY, null);
};

/** The session of a hold, as the sealed side gave it; null once nothing is held. */
export const keepHold = (session: string | null): void => write(HOLD, session);

export const keptHold = (): string | null => read(HOLD);

/** Calls back when a person pastes another private link into this tab's address bar. */
export const onAnotherFragment = (listener: () => void): void => {
  addEventListener('hashchange', () => {
    if (location.hash.length > 1) listener();
  });
};

/** The whole link, to copy or print. Takes a fragment with or without `#`. */
export const wholeLink = (fragment: string): string => `${location.origin}/#${fragment.replace(/^#/u, '')}`;

const write = (key: string, value: string | null): void => {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Storage is refused: nothing is kept.
  }
};

const read = (key: string): string | null => {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
};
