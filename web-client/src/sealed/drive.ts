// Carries a flow from its first step to its result. Decides nothing: a step says what to do, its outcome goes back.

import type { Progress } from './channel.ts';
import type { Failure, HttpRequest, Result } from './contract.ts';
import { failure, type Flow, type Outcome } from './flow.ts';
import type { Helper } from './helper.ts';

/** What a flow may ask of the world around it. */
export type World = {
  readonly send: (request: HttpRequest) => Promise<Outcome>;
  readonly keep: (key: string, bytes: Uint8Array) => Promise<Outcome>;
  readonly load: (prefix: string) => Promise<Outcome>;
  readonly forget: (key: string) => Promise<Outcome>;
  /** Without one: every flow works alone. */
  readonly helper: Helper | null;
  readonly progress: (progress: Progress) => void;
};

const UNKNOWN = 0xffff_ffff;

export const drive = async (flow: Flow, world: World): Promise<Result<unknown>> => {
  let outcome: Outcome = { kind: 'go' };
  for (;;) {
    const step = flow.step(outcome);
    switch (step.step) {
      case 'send':
        outcome = await world.send(step.request);
        break;
      case 'keep':
        outcome = await world.keep(step.key, step.bytes);
        break;
      case 'load':
        outcome = await world.load(step.prefix);
        break;
      case 'forget':
        outcome = await world.forget(step.key);
        break;
      case 'delegate':
        outcome = world.helper?.delegate(step.events) ?? { kind: 'refused' };
        break;
      case 'collect':
        outcome = (await world.helper?.collect()) ?? { kind: 'refused' };
        break;
      case 'progress':
        world.progress(progressOf(step.done, step.total));
        outcome = { kind: 'go' };
        break;
      case 'done':
        return { ok: true, value: step.value };
      case 'failed':
        return { ok: false, failure: whole(step.failure) };
    }
  }
};

/** The sealed side names the step that begins, from 1; where nobody knows how many there are, it names no end. */
const progressOf = (step: number, steps: number): Progress => (steps === UNKNOWN ? { done: 0, total: 0 } : { done: step - 1, total: steps });

/** A failure may leave out what it has nothing for. */
const whole = (found: Partial<Failure> & Pick<Failure, 'code'>): Failure => ({ ...failure(found.code), ...found });
