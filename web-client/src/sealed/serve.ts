// The worker's side: one session, one call at a time, in the order in which they came.

import type { FromWorker, ToWorker } from './channel.ts';
import type { Minute, Result } from './contract.ts';
import { drive } from './drive.ts';
import { failure, type Session } from './flow.ts';
import { send } from './host.ts';
import { forget, keep, load } from './outbox.ts';

/** What a worker needs of its global scope. */
type Scope = {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
  addEventListener(type: 'securitypolicyviolation', listener: (event: SecurityPolicyViolationEvent) => void): void;
};

export const nowMinute = (): Minute => Math.floor(Date.now() / 60_000);

/** Answers calls with the session that `begin` brings up. Must run before the worker's first message. */
export const serve = (begin: () => Promise<Session>): void => {
  const scope = self as unknown as Scope;
  scope.addEventListener('securitypolicyviolation', (event) => {
    scope.postMessage({ kind: 'violation', directive: event.effectiveDirective, blocked: event.blockedURI });
  });
  const session = begin();
  session.catch(() => {
    scope.postMessage({ kind: 'broken', failure: failure('sealed_missing') });
  });
  let before: Promise<unknown> = session;
  scope.addEventListener('message', ({ data }) => {
    before = before.then(async () => {
      const result = await run(await session, data, (message) => scope.postMessage(message));
      scope.postMessage({ kind: 'result', id: data.id, result });
    });
    before.catch(() => {
      // A trap inside the wasm: its memory is not to be trusted any more, so nothing runs after it.
      scope.postMessage({ kind: 'broken', failure: failure('sealed_broken') });
    });
  });
};

const run = async (session: Session, { id, call, args }: ToWorker, tell: (message: FromWorker) => void): Promise<Result<unknown>> => {
  const flow = session.start(call, JSON.stringify(args), nowMinute());
  const progress = (done: number, total: number): void => tell({ kind: 'progress', id, done, total });
  const result = await drive(flow, { send, keep, load, forget, progress });
  flow.free();
  return result;
};

/** Fetches the wasm with its hash, so that a changed one never runs. */
export const fetchSealed = (address: string, integrity: string): Promise<Response> =>
  fetch(address, { integrity, mode: 'same-origin', credentials: 'omit', referrerPolicy: 'no-referrer' });
