// The practice page's door to the sealed side: a session, and where the device has a second core a second worker that
// opens half of many events. Its keys are sealed from one worker to the other; the page passes them on and reads nothing.

import type { StreamWord } from './channel.ts';
import { openSealed, type Sealed } from './client.ts';
import { codePolicy } from './code-policy.ts';
import type { PracticeCalls, Result } from './contract.ts';
import workerAddress from './practice.worker.ts?worker&url';

const script = codePolicy([workerAddress]);

const open = (hear?: (word: StreamWord) => void): Sealed<PracticeCalls> => openSealed<PracticeCalls>(script(workerAddress), hear);

export type PracticeSealed = Pick<Sealed<PracticeCalls>, 'call' | 'close'> & {
  /** Once unlocked: calls `listener` when the host may have something new, and says whether it hears of it at once. */
  onChange(listener: () => void, onHearing: (hearing: boolean) => void): void;
};

/** Calls after which the first worker holds keys that the second has not. */
const BRING_KEYS: ReadonlySet<string> = new Set<keyof PracticeCalls>(['finishCreate', 'unlock', 'recover', 'maintain']);

type Second = {
  readonly sealed: Sealed<PracticeCalls>;
  /** What the next hand-over is sealed to; made while nobody waits for it. */
  key: Promise<Result<{ readonly key: string }>>;
};

export const openPractice = (): PracticeSealed => {
  let hear: (word: StreamWord) => void = () => undefined;
  const first = open((word) => hear(word));
  let second: Second | null = null;
  let closed = false;

  const secondWorker = (): Second | null => {
    if (second !== null || closed || navigator.hardwareConcurrency < 2) return second;
    const sealed = open();
    second = { sealed, key: sealed.call('handoverKey', {}) };
    const { port1, port2 } = new MessageChannel();
    first.post({ kind: 'delegates', port: port1 }, [port1]);
    sealed.post({ kind: 'helps', port: port2 }, [port2]);
    // While the first worker makes a key of the passphrase.
    void sealed.call('warmUp', {});
    return second;
  };
  const handOver = async (): Promise<void> => {
    const to = secondWorker();
    const key = await to?.key;
    if (to === null || key?.ok !== true) return;
    const sealed = await first.call('handoverSeal', key.value);
    // Not waited for: it is done before any event that is passed on. Without it the second worker answers that it is
    // locked, and the first does the work alone.
    if (sealed.ok) void to.sealed.call('handoverAccept', sealed.value);
    to.key = to.sealed.call('handoverKey', {});
  };

  return {
    async call(name, args, onProgress) {
      const bringsKeys = BRING_KEYS.has(name);
      // Begins to load while the passphrase is being worked on.
      if (bringsKeys) secondWorker();
      const result = await first.call(name, args, onProgress);
      if (bringsKeys && result.ok) await handOver();
      return result;
    },
    onChange(listener, onHearing) {
      hear = (word) => {
        if (word === 'changed') listener();
        else onHearing(word === 'up');
      };
      first.post({ kind: 'listen' });
    },
    close() {
      closed = true;
      hear = () => undefined;
      second?.sealed.close();
      first.close();
    },
  };
};
