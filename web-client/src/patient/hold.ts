// A time that is held, on this device's own clock.

import type { Minute, PatientCalls } from '../sealed/contract.ts';

/** `docs/spec/claims.md` §4. */
const HOLD_MINUTES = 10;

export type Hold = PatientCalls['hold']['value'] & {
  /** Milliseconds on this device's clock. */
  readonly until: number;
};

/**
 * The end of a hold that was just begun. The host names a minute of its own clock; a device whose clock is wrong would
 * take the time for lost, or for its own too long. A fresh hold lasts between nine minutes and ten, whatever the clock.
 */
export const endOf = (expires: Minute, now: number): number => {
  const left = expires * 60_000 - now;
  return now + Math.min(Math.max(left, (HOLD_MINUTES - 1) * 60_000), HOLD_MINUTES * 60_000);
};

/** The same hold, kept longer. */
export const extended = (hold: Hold, expires: Minute = hold.expires + HOLD_MINUTES): Hold => ({
  ...hold,
  expires,
  extendable: false,
  until: hold.until + (expires - hold.expires) * 60_000,
});
