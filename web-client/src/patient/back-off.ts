// Looks again and again, less and less often, or not by itself at all; and at once when the person comes back to the tab.

const DELAYS_S = [5, 10, 20, 40, 60, 120, 300] as const;

/** Seconds before the next look, after `looks` of them. */
export const delayAfter = (looks: number): number => DELAYS_S[Math.min(looks, DELAYS_S.length - 1)] ?? 300;

/** Calls `look` until the returned function is called. A look under way is waited for. */
export const backOff = (look: () => Promise<void>, again = true): (() => void) => {
  let looks = 0;
  let timer = 0;
  let stopped = false;
  const next = (): void => {
    if (stopped || !again) return;
    timer = window.setTimeout(() => void now(), delayAfter(looks) * 1000);
  };
  const now = async (): Promise<void> => {
    window.clearTimeout(timer);
    looks += 1;
    if (document.visibilityState === 'visible') await look();
    next();
  };
  const returned = (): void => {
    if (document.visibilityState !== 'visible') return;
    looks = 0;
    void now();
  };
  document.addEventListener('visibilitychange', returned);
  next();
  return () => {
    stopped = true;
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', returned);
  };
};
