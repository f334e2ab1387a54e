// Progress at a pace that eyes and ears can follow: drawing it more often takes time from the workers whose progress it is.

/** Between two tellings. */
const PACE_MS = 200;

export type Paced<T> = {
  readonly hear: (value: T) => void;
  /** What waits is told no more. */
  readonly stop: () => void;
};

/** Tells what it hears first at once, and after that at each interval's end what it heard last. */
export const paced = <T>(tell: (value: T) => void): Paced<T> => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: { readonly value: T } | null = null;
  const go = (value: T): void => {
    timer = setTimeout(next, PACE_MS);
    tell(value);
  };
  const next = (): void => {
    timer = null;
    const last = waiting;
    waiting = null;
    if (last !== null) go(last.value);
  };
  return {
    hear: (value) => {
      if (timer === null) go(value);
      else waiting = { value };
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      waiting = null;
    },
  };
};
