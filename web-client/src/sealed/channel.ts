// What goes between a page and its worker.

import type { Failure, Result } from './contract.ts';

export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly call: string; readonly args: unknown }
  /** Events may be given to another worker through this port, or come from one to be opened (`helper.ts`). */
  | { readonly kind: 'delegates' | 'helps'; readonly port: MessagePort };

export type FromWorker =
  | { readonly kind: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly kind: 'result'; readonly id: number; readonly result: Result<unknown> }
  /** The session cannot go on; every call, now and later, fails with this. */
  | { readonly kind: 'broken'; readonly failure: Failure }
  /** The worker's own policy refused something. */
  | { readonly kind: 'violation'; readonly directive: string; readonly blocked: string };

export type Progress = { readonly done: number; readonly total: number };
