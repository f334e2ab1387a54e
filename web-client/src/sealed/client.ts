// The page's side of a sealed session: typed calls, their progress and their results.

import type { FromWorker, Progress, StreamWord, ToWorker } from './channel.ts';
import type { Failure, Result } from './contract.ts';
import { failure } from './flow.ts';
import { paced, type Paced } from './pace.ts';
import { recordViolation } from './violations.ts';

/** A table like `PatientCalls`. */
export type CallTable<C> = { readonly [K in keyof C]: { readonly args: unknown; readonly value: unknown } };

export type Sealed<C extends CallTable<C>> = {
  /** Calls run one at a time, in order. Never rejects: what goes wrong is a `Failure`. */
  call<K extends keyof C & string>(name: K, args: C[K]['args'], onProgress?: (progress: Progress) => void): Promise<Result<C[K]['value']>>;
  /** Says something else to the worker; a port goes over and cannot be used here any more. */
  post(message: ToWorker, ports?: MessagePort[]): void;
  /** Ends the worker and with it every key in its memory; calls under way fail with `sealed_closed`. */
  close(): void;
};

type Pending = { readonly resolve: (result: Result<unknown>) => void; readonly progress: Paced<Progress> };

/** A session in the worker at `script`, an address that has been through the code policy; `hear` is told of the stream. */
export const openSealed = <C extends CallTable<C>>(script: string, hear?: (word: StreamWord) => void): Sealed<C> => {
  if (typeof WebAssembly === 'undefined') return closedFor<C>(failure('no_wasm'));
  const worker = new Worker(script);
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let ended: Failure | null = null;

  const end = (reason: Failure): void => {
    ended ??= reason;
    worker.terminate();
    for (const id of pending.keys()) settle(id, { ok: false, failure: ended });
  };
  const settle = (id: number, result: Result<unknown>): void => {
    const call = pending.get(id);
    pending.delete(id);
    call?.progress.stop();
    call?.resolve(result);
  };

  worker.addEventListener('error', () => {
    end(failure('sealed_missing'));
  });
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    switch (data.kind) {
      case 'progress':
        pending.get(data.id)?.progress.hear(data.progress);
        break;
      case 'result':
        settle(data.id, data.result);
        break;
      case 'stream':
        hear?.(data.word);
        break;
      case 'broken':
        end(data.failure);
        break;
      case 'violation':
        recordViolation(data.directive, data.blocked);
        break;
    }
  });

  return {
    call<K extends keyof C & string>(name: K, args: C[K]['args'], onProgress?: (progress: Progress) => void) {
      if (ended !== null) return Promise.resolve({ ok: false, failure: ended });
      const id = nextId++;
      const message: ToWorker = { kind: 'call', id, call: name, args };
      return new Promise<Result<C[K]['value']>>((resolve) => {
        // The table ties the value to the call's name; the worker passes it on as the wasm gave it.
        pending.set(id, { resolve, progress: paced(onProgress ?? (() => undefined)) });
        // A clean copy: Svelte's state proxies cannot be sent.
        worker.postMessage(JSON.parse(JSON.stringify(message)));
      });
    },
    post(message, ports = []) {
      worker.postMessage(message, ports);
    },
    close() {
      end(failure('sealed_closed'));
    },
  };
};

const closedFor = <C extends CallTable<C>>(reason: Failure): Sealed<C> => ({
  call: () => Promise.resolve({ ok: false, failure: reason }),
  post: () => undefined,
  close: () => undefined,
});
