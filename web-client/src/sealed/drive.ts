// Carries a flow from its first step to its result. Decides nothing: a step says what to do, its outcome goes back.

import type { Progress } from './channel.ts';
import type { Failure, HttpRequest, Result } from './contract.ts';
import { failure, type Flow, type Outcome } from './flow.ts';
import type { Partner } from './helper.ts';

/** What a flow may ask of the world around it. */
export type World = {
  readonly send: (request: HttpRequest) => Promise<Outcome>;
  readonly keep: (key: string, bytes: Uint8Array) => Promise<Outcome>;
  /** The same for what can be had again. */
  readonly cache: (key: string, bytes: Uint8Array) => Promise<Outcome>;
  readonly load: (prefix: string) => Promise<Outcome>;
  readonly forget: (key: string) => Promise<Outcome>;
  /** The other worker of this page; without one, every flow works alone. */
  readonly partner: Partner | null;
  readonly progress: (progress: Progress) => void;
};

const UNKNOWN = 0xffff_ffff;

export const drive = async (flow: Flow, world: World): Promise<Result<unknown>> => {
  world.partner?.begin();
  let outcome: Outcome = { kind: 'go' };
  let ahead: Promise<Outcome> | null = null;
  let cached: Promise<unknown> | null = null;
  for (;;) {
    const step = flow.step(outcome);
    switch (step.step) {
      case 'send':
        outcome = await world.send(step.request);
        break;
      case 'sendAhead':
        ahead = world.send(step.request);
        outcome = { kind: 'go' };
        break;
      case 'answer':
        outcome = (await ahead) ?? { kind: 'offline' };
        ahead = null;
        break;
      case 'keep':
        outcome = await world.keep(step.key, step.bytes);
        break;
      case 'cache':
        // One at a time: what waits takes room.
        await cached;
        cached = world.cache(step.key, step.bytes);
        outcome = { kind: 'go' };
        break;
      case 'load':
        outcome = await world.load(step.prefix);
        break;
      case 'forget':
        outcome = await world.forget(step.key);
        break;
      case 'pass':
        outcome = world.partner?.pass(step.bytes) ?? { kind: 'refused' };
        break;
      case 'look':
        outcome = (await world.partner?.look()) === true ? { kind: 'go' } : { kind: 'refused' };
        break;
      case 'receive':
        outcome = (await world.partner?.receive()) ?? { kind: 'refused' };
        break;
      case 'progress':
        world.progress(progressOf(step.done, step.total));
        outcome = { kind: 'go' };
        break;
      case 'done':
        await cached;
        return { ok: true, value: step.value };
      case 'failed':
        await cached;
        return { ok: false, failure: whole(step.failure) };
    }
  }
};

/** The sealed side names the step that begins, from 1; where nobody knows how many there are, it names no end. */
const progressOf = (step: number, steps: number): Progress => (steps === UNKNOWN ? { done: 0, total: 0 } : { done: step - 1, total: steps });

/** A failure may leave out what it has nothing for. */
const whole = (found: Partial<Failure> & Pick<Failure, 'code'>): Failure => ({ ...failure(found.code), ...found });
