// The host's stream: a signed request that stays open, and each line of its answer says how far the calendar is. What a
// line says is not believed: it is only a reason to sync, which verifies.

import type { StreamWord } from './channel.ts';
import type { HttpRequest, PracticeCalls, Result } from './contract.ts';
import { open } from './host.ts';
import type { Queue } from './serve.ts';

/** Listens with the session's own signatures. */
export const follow = (queue: Queue, tell: Line['tell']): void => {
  const sign = async (): Promise<Result<HttpRequest>> => {
    const signed = (await queue('stream', {})) as Result<PracticeCalls['stream']['value']>;
    return signed.ok ? { ok: true, value: { ...signed.value, body: new TextEncoder().encode(signed.value.body) } } : signed;
  };
  // Where signing traps, the session is told to be broken already.
  listen({ sign, open, tell }).catch(() => undefined);
};

/** What a listener needs of the world. */
export type Line = {
  /** A request signed anew: a host takes each signature once. */
  readonly sign: () => Promise<Result<HttpRequest>>;
  readonly open: (request: HttpRequest, signal: AbortSignal) => Promise<Response>;
  readonly tell: (word: StreamWord) => void;
};

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** The host says something every 20 seconds. */
const SILENCE_MS = 50_000;
/** Far above the length of a line. */
const LONGEST_LINE = 1_024;

/** Listens until the session is locked; a stream that ends is opened again, after a while that grows. */
export const listen = async ({ sign, open, tell }: Line): Promise<void> => {
  let wait = FIRST_WAIT_MS;
  for (;;) {
    const began = Date.now();
    const request = await sign();
    if (!request.ok && request.failure.code === 'locked') return;
    if (request.ok) await read(request.value, open, tell);
    tell('down');
    if (Date.now() - began > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
    await pause(wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
};

/** Reads lines until the stream ends, breaks or says nothing for too long. */
const read = async (request: HttpRequest, open: Line['open'], tell: Line['tell']): Promise<void> => {
  const abort = new AbortController();
  const watchdog = (): ReturnType<typeof setTimeout> => setTimeout(() => abort.abort(), SILENCE_MS);
  let silence = watchdog();
  try {
    const answer = await open(request, abort.signal);
    if (!answer.ok || answer.body === null) return;
    tell('up');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let last = '';
    for (let rest = ''; rest.length <= LONGEST_LINE; ) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = watchdog();
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      // The first line, since something may have come before it; after it, the same line only says that the host lives.
      for (const line of lines) {
        if (line !== last) tell('changed');
        last = line;
      }
    }
  } catch {
    // Broken off: the next one begins after a while.
  } finally {
    clearTimeout(silence);
    abort.abort();
  }
};

/** Waits, but not longer than until the device is connected again. */
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      globalThis.removeEventListener('online', over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    globalThis.addEventListener('online', over);
  });
