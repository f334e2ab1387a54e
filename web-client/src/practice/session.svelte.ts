// The one session of the page: who is in, and the door to the sealed side. Keys live in the worker alone; locking ends
// that worker and with it every key in its memory.

import type { Progress } from '../sealed/channel.ts';
import type { Limits, PracticeCalls, Result, Role } from '../sealed/contract.ts';
import { openPractice, type PracticeSealed } from '../sealed/practice.ts';

/** How often the page asks while the host's stream is down, and after something failed: sealed bytes may wait. */
const POLL_MS = 20_000;
/** And while it is up: in case a connection died without saying so. */
const TOLD_POLL_MS = 120_000;
/** How long a lock waits for the worker to wipe its keys by itself before the worker is ended anyway. */
const WIPE_MS = 1_000;

/** Version 1 (docs/spec/events.md §3): what counters show until the sealed side has answered. */
const VERSION_1: Limits = { name: 160, email: 200, phone: 40, reason: 600, answers: 1_000, text: 300, note: 1_500 };

export type Locked = 'not' | 'by-hand' | 'idle';

class Session {
  /** Null while nobody is in. */
  role = $state<Role | null>(null);
  limits = $state.raw<Limits>(VERSION_1);
  /** How it was last locked, which the next page says. */
  locked = $state<Locked>('not');
  #sealed: PracticeSealed = openPractice();
  #failed = false;

  async call<K extends keyof PracticeCalls>(name: K, args: PracticeCalls[K]['args'], onProgress?: (progress: Progress) => void): Promise<Result<PracticeCalls[K]['value']>> {
    const result = await this.#sealed.call(name, args, onProgress);
    if (!result.ok) this.#failed = true;
    else if (name === 'sync') this.#failed = (result.value as PracticeCalls['sync']['value']).waiting > 0;
    return result;
  }

  async enter(role: Role): Promise<void> {
    this.locked = 'not';
    this.role = role;
    const limits = await this.call('limits', {});
    if (limits.ok) this.limits = limits.value;
  }

  lock(how: Exclude<Locked, 'not'>): void {
    const ending = this.#sealed;
    void ending.call('lock', {}).then(() => ending.close());
    setTimeout(() => ending.close(), WIPE_MS);
    this.#sealed = openPractice();
    this.role = null;
    this.locked = how;
  }

  /** Calls `listener` whenever the host may have something new, until the returned function is called. */
  watch(listener: () => void): () => void {
    let over = false;
    let hearing = false;
    let told = Date.now();
    const tell = () => {
      if (over) return;
      told = Date.now();
      listener();
    };
    this.#sealed.onChange(tell, (up) => (hearing = up));
    const timer = setInterval(() => {
      if (!hearing || this.#failed || Date.now() - told >= TOLD_POLL_MS) tell();
    }, POLL_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }
}

export const session = new Session();

/** How the key derivation wants a passphrase: the same letters typed on another keyboard are the same bytes. */
export const normalised = (passphrase: string): string => passphrase.normalize('NFC');
