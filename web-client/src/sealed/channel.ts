// What goes between a page and its worker.

import type { Failure, Result } from './contract.ts';

export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly call: string; readonly args: unknown }
  /** Tell of changes at the host from now on (`stream.ts`). */
  | { readonly kind: 'listen' }
  /** Events may be given to another worker through this port, or come from one to be opened (`helper.ts`). */
  | { readonly kind: 'delegates' | 'helps'; readonly port: MessagePort };

export type FromWorker =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'result'; readonly id: number; readonly result: Result<unknown> }
  | { readonly kind: 'stream'; readonly word: StreamWord }
  /** The session cannot go on; every call, now and later, fails with this. */
  | { readonly kind: 'broken'; readonly failure: Failure }
  /** The worker's own policy refused something. */
  | { readonly kind: 'violation'; readonly directive: string; readonly blocked: string };

/** Something may be new at the host; or whether, from now on, that is told at once. */
export type StreamWord = 'changed' | 'up' | 'down';

/** How many steps are done, of how many; `total` is 0 while nobody knows. */
export type Progress = { readonly done: number; readonly total: number };
