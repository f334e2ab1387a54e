// Locks a page that nobody uses. The clock on the wall decides, not a count of ticks: a device that slept is locked when
// it wakes.

export const IDLE_MINUTES = [2, 5, 10, 15, 30, 60] as const;

const DEFAULT_MINUTES = 10;
const WARNING_MS = 60_000;
const KEY = 'souspli.idle';
const ACTIVITY = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'scroll', 'input'] as const;

const kept = (): number => {
  try {
    const minutes = Number(localStorage.getItem(KEY));
    return IDLE_MINUTES.find((known) => known === minutes) ?? DEFAULT_MINUTES;
  } catch {
    return DEFAULT_MINUTES;
  }
};

class Idle {
  minutes = $state(kept());
  /** Seconds until the lock, from one minute before it on. */
  secondsLeft = $state<number | null>(null);
  #last = Date.now();

  set(minutes: number): void {
    this.minutes = minutes;
    this.stir();
    try {
      localStorage.setItem(KEY, String(minutes));
    } catch {
      // It lasts until the page is closed.
    }
  }

  stir(): void {
    this.#last = Date.now();
    this.secondsLeft = null;
  }

  /** Watches until the returned function is called. */
  watch(onidle: () => void): () => void {
    this.stir();
    // Once the warning stands, only an answer to it counts: a press meant for it must not land on what is below.
    const stir = () => {
      if (this.secondsLeft === null) this.stir();
    };
    for (const name of ACTIVITY) addEventListener(name, stir, { capture: true, passive: true });
    const timer = setInterval(() => {
      const left = this.#last + this.minutes * 60_000 - Date.now();
      if (left <= 0) onidle();
      else this.secondsLeft = left <= WARNING_MS ? Math.ceil(left / 1000) : null;
    }, 1000);
    return () => {
      clearInterval(timer);
      for (const name of ACTIVITY) removeEventListener(name, stir, { capture: true });
    };
  }
}

export const idle = new Idle();
