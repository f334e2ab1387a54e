// The border to the wasm: a session starts a call, which is a flow of steps; the worker carries out each step.

import type { Failure, Minute, Step } from './contract.ts';

/** What became of the step before; `go` at the first one and after `progress`, `cache`, `forget`, `sendAhead` and `pass`, and where a `look` found something. */
export type Outcome =
  | { readonly kind: 'go' }
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array;
    }
  /** No answer, or none that could be read to its end: nobody knows what the host did. */
  | { readonly kind: 'offline' }
  /** The bytes are kept, durably. */
  | { readonly kind: 'kept' }
  /** This browser refuses storage, there is no second worker, or nothing of it yet. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'loaded'; readonly entries: readonly StoredEntry[] }
  /** What the other worker passed. */
  | { readonly kind: 'received'; readonly bytes: Uint8Array };

export type StoredEntry = { readonly key: string; readonly bytes: Uint8Array };

/** One call under way inside the wasm. */
export type Flow = { step(outcome: Outcome): Step; free(): void };

/** `Patient` or `Practice` of the wasm. */
export type Session = { start(call: string, argsJson: string, nowMinute: Minute): Flow };

/** A failure that this side finds, in the shape of all others. */
export const failure = (code: string): Failure => ({ code, field: null, numbers: {}, nearest: [] });
