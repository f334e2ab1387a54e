// One piece of work that a press began: whether it runs, how far it is, and how it failed.

import type { Progress } from '../sealed/channel.ts';
import type { Failure, Result } from '../sealed/contract.ts';

export class Attempt {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  progress = $state.raw<Progress>({ done: 0, total: 0 });

  /** Null where it failed; the failure then stands in `failure` until the next attempt. */
  async run<T>(work: (onProgress: (progress: Progress) => void) => Promise<Result<T>>): Promise<T | null> {
    this.busy = true;
    this.failure = null;
    this.progress = { done: 0, total: 0 };
    const result = await work((progress) => {
      this.progress = progress;
    });
    this.busy = false;
    if (result.ok) return result.value;
    this.failure = result.failure;
    return null;
  }
}
