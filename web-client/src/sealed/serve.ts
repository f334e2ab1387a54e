// The worker's side: one session, one call at a time, in the order in which they came.

import type { FromWorker, Progress, ToWorker } from './channel.ts';
import type { Minute, Result } from './contract.ts';
import { drive, type World } from './drive.ts';
import { failure, type Session } from './flow.ts';
import type { Partner } from './helper.ts';
import { send } from './host.ts';
import { cache, forget, keep, load } from './outbox.ts';

/** What a worker needs of its global scope. */
type Scope = {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
  addEventListener(type: 'securitypolicyviolation', listener: (event: SecurityPolicyViolationEvent) => void): void;
};

export const nowMinute = (): Minute => Math.floor(Date.now() / 60_000);

/** Runs a call after all that came before it. */
export type Queue = (call: string, args: unknown, progress?: World['progress']) => Promise<Result<unknown>>;

/** What only the practice's workers do beside calls: a second one helps the first, and the host's stream is followed. */
export type Beside = {
  readonly partner: () => Partner | null;
  readonly hear: (message: Exclude<ToWorker, { readonly kind: 'call' }>, queue: Queue, post: (message: FromWorker) => void) => void;
};

/** Answers calls with the session that `begin` brings up. Must run before the worker's first message. */
export const serve = (begin: () => Promise<Session>, beside: Beside | null = null): void => {
  const scope = self as unknown as Scope;
  scope.addEventListener('securitypolicyviolation', (event) => {
    scope.postMessage({ kind: 'violation', directive: event.effectiveDirective, blocked: event.blockedURI });
  });
  const session = begin();
  session.catch(() => {
    scope.postMessage({ kind: 'broken', failure: failure('sealed_missing') });
  });

  let before: Promise<unknown> = session;
  const queue: Queue = (call, args, progress = () => undefined) => {
    const world: World = { send, keep, cache, load, forget, progress, partner: beside?.partner() ?? null };
    const result = before.then(async () => run(await session, call, args, world));
    before = result;
    result.catch(() => {
      // A trap inside the wasm: its memory is not to be trusted any more, so nothing runs after it.
      scope.postMessage({ kind: 'broken', failure: failure('sealed_broken') });
    });
    return result;
  };

  scope.addEventListener('message', ({ data }) => {
    if (data.kind !== 'call') {
      beside?.hear(data, queue, (message) => scope.postMessage(message));
      return;
    }
    const { id } = data;
    const progress = (progress: Progress): void => scope.postMessage({ kind: 'progress', id, progress });
    const answer = (result: Result<unknown>): void => scope.postMessage({ kind: 'result', id, result });
    queue(data.call, data.args, progress).then(answer, () => undefined);
  });
};

const run = async (session: Session, call: string, args: unknown, world: World): Promise<Result<unknown>> => {
  const flow = session.start(call, JSON.stringify(args), nowMinute());
  const result = await drive(flow, world);
  flow.free();
  return result;
};

/** Fetches the wasm with its hash, so that a changed one never runs. */
export const fetchSealed = (address: string, integrity: string): Promise<Response> =>
  fetch(address, { integrity, mode: 'same-origin', credentials: 'omit', referrerPolicy: 'no-referrer' });
