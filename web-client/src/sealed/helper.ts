// A second worker opens half of many events (docs/spec/keys.md §7). The two speak through a port that the page made;
// what goes over it first is sealed events, and what comes back is what they held: between workers, never to the page.

import type { Result } from './contract.ts';
import type { Outcome } from './flow.ts';

/** A worker that does not answer is gone. */
const TIMEOUT_MS = 60_000;

/** The first worker's end. */
export class Helper {
  #port: MessagePort | null = null;
  #answer: Promise<Uint8Array | null> = Promise.resolve(null);

  connect(port: MessagePort): void {
    this.#port = port;
  }

  /** Gives events away and goes on at once. */
  delegate(events: readonly Uint8Array[]): Outcome {
    const port = this.#port;
    if (port === null) return { kind: 'refused' };
    this.#answer = new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#port = null;
        resolve(null);
      }, TIMEOUT_MS);
      port.onmessage = ({ data }: MessageEvent<Uint8Array | null>): void => {
        clearTimeout(timer);
        resolve(data);
      };
    });
    port.postMessage(events);
    return { kind: 'go' };
  }

  async collect(): Promise<Outcome> {
    const bytes = await this.#answer;
    return bytes === null ? { kind: 'refused' } : { kind: 'collected', bytes };
  }
}

/** The second worker's end: opens what comes, with `openEvents`. */
export const help = (port: MessagePort, openEvents: (events: readonly string[]) => Promise<Result<unknown>>): void => {
  port.onmessage = ({ data }: MessageEvent<readonly Uint8Array[]>): void => {
    void openEvents(data.map(base64url)).then((opened) => {
      port.postMessage(opened.ok ? new TextEncoder().encode(JSON.stringify(opened.value)) : null);
    });
  };
};

const base64url = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
};
