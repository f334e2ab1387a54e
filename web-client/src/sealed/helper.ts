// A second worker opens a part of many events (docs/spec/keys.md §7). The two speak through a port that the page made;
// what goes over it are sealed events, and what comes back is what they held: between workers, never to the page.

import type { Result } from './contract.ts';
import type { Outcome } from './flow.ts';

/** What a flow may ask of the other worker of its page. */
export type Partner = {
  /** A flow begins: what an earlier one has not received is not for this one. */
  begin(): void;
  /** Passes bytes to it and goes on at once. */
  pass(bytes: Uint8Array): Outcome;
  /** Whether the next bytes from it are there. */
  look(): Promise<boolean>;
  /** Waits for bytes from it, in the order in which they were asked for. */
  receive(): Promise<Outcome>;
};

/** Jobs are numbered: an answer says to which it belongs. */
type Message = { readonly job: number; readonly bytes: Uint8Array | null };

/** A worker that does not answer is gone. */
const TIMEOUT_MS = 60_000;

const REFUSED: Outcome = { kind: 'refused' };

/** Moves the bytes: whoever passes them has them no more. */
const post = (port: MessagePort, message: Message): void => port.postMessage(message, message.bytes === null ? [] : [message.bytes.buffer]);

/** An answer that is waited for. */
type Answer = { readonly bytes: Promise<Uint8Array | null>; there: boolean };

/** The first worker's end: passes jobs, receives their answers. */
export class Helper implements Partner {
  #port: MessagePort | null;
  #job = 0;
  /** Who waits for the answer to a job. */
  readonly #waiting = new Map<number, (bytes: Uint8Array | null) => void>();
  #answers: Answer[] = [];
  /** To oneself: what has arrived before is heard before. */
  readonly #self = new MessageChannel();

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Message>): void => this.#waiting.get(data.job)?.(data.bytes);
  }

  begin(): void {
    this.#answers = [];
  }

  pass(bytes: Uint8Array): Outcome {
    const port = this.#port;
    if (port === null) return REFUSED;
    const job = ++this.#job;
    const answer: Answer = {
      there: false,
      bytes: new Promise((resolve) => {
        const end = (bytes: Uint8Array | null): void => {
          clearTimeout(timer);
          this.#waiting.delete(job);
          answer.there = true;
          resolve(bytes);
        };
        const timer = setTimeout(() => {
          this.#port = null;
          end(null);
        }, TIMEOUT_MS);
        this.#waiting.set(job, end);
      }),
    };
    this.#answers.push(answer);
    post(port, { job, bytes });
    return { kind: 'go' };
  }

  async look(): Promise<boolean> {
    await new Promise((heard) => {
      this.#self.port1.onmessage = heard;
      this.#self.port2.postMessage(null);
    });
    return this.#answers[0]?.there === true;
  }

  async receive(): Promise<Outcome> {
    const bytes = (await this.#answers.shift()?.bytes) ?? null;
    return bytes === null ? REFUSED : { kind: 'received', bytes };
  }
}

/** The second worker's end: a call receives each job and passes its answer. */
export class Helping implements Partner {
  readonly #port: MessagePort;
  readonly #jobs: Message[] = [];
  #answering = 0;

  /** Each job that comes is done by one call of `openEvents`, in turn; a call that fails refuses the job. */
  constructor(port: MessagePort, openEvents: () => Promise<Result<unknown>>) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Message>): void => {
      this.#jobs.push(data);
      void openEvents().then((done) => {
        if (done.ok) return;
        this.#jobs.splice(0, this.#jobs.indexOf(data) + 1);
        post(port, { job: data.job, bytes: null });
      });
    };
  }

  begin(): void {
    // A job is there before the call that receives it.
  }

  look(): Promise<boolean> {
    return Promise.resolve(this.#jobs.length > 0);
  }

  receive(): Promise<Outcome> {
    const job = this.#jobs.shift();
    this.#answering = job?.job ?? 0;
    const bytes = job?.bytes ?? null;
    return Promise.resolve(bytes === null ? REFUSED : { kind: 'received', bytes });
  }

  pass(bytes: Uint8Array): Outcome {
    post(this.#port, { job: this.#answering, bytes });
    return { kind: 'go' };
  }
}
