import { describe, expect, test } from 'vitest';
import type { Step } from './contract.ts';
import { drive, type World } from './drive.ts';
import type { Flow, Outcome } from './flow.ts';

/** A flow that gives these steps, and what it was told. */
const scripted = (steps: readonly Step[]): { flow: Flow; told: Outcome[] } => {
  const told: Outcome[] = [];
  const flow: Flow = {
    step(outcome) {
      const step = steps[told.length];
      told.push(outcome);
      if (step === undefined) throw new Error('stepped past its end');
      return step;
    },
    free: () => undefined,
  };
  return { flow, told };
};

const world = (seen: string[]): World => ({
  send: (request) => {
    seen.push(`${request.method} ${request.path}`);
    return Promise.resolve({ kind: 'offline' });
  },
  keep: (key) => {
    seen.push(`keep ${key}`);
    return Promise.resolve({ kind: 'refused' });
  },
  cache: (key) => {
    seen.push(`cache ${key}`);
    return Promise.resolve({ kind: 'kept' });
  },
  load: (prefix) => {
    seen.push(`load ${prefix}`);
    return Promise.resolve({ kind: 'loaded', entries: [] });
  },
  forget: (key) => {
    seen.push(`forget ${key}`);
    return Promise.resolve({ kind: 'go' });
  },
  partner: null,
  progress: ({ done, total }) => {
    seen.push(`${done} of ${total}`);
  },
});

describe('a flow is driven to its end', () => {
  test('each step is carried out in order, and its outcome goes back', async () => {
    const { flow, told } = scripted([
      { step: 'progress', done: 1, total: 2 },
      { step: 'progress', done: 2, total: 2 },
      // As many as there are, and nobody knows how many.
      { step: 'progress', done: 64, total: 0xffff_ffff },
      { step: 'keep', key: 'outbox/a', bytes: new Uint8Array(1) },
      { step: 'send', request: { method: 'GET', path: '/v1/host', headers: [], body: null } },
      { step: 'answer' },
      { step: 'sendAhead', request: { method: 'GET', path: '/v1/ahead', headers: [], body: null } },
      { step: 'cache', key: 'index/a', bytes: new Uint8Array(1) },
      { step: 'load', prefix: 'outbox/' },
      { step: 'answer' },
      { step: 'forget', key: 'outbox/a' },
      { step: 'pass', bytes: new Uint8Array(1) },
      { step: 'look' },
      { step: 'receive' },
      { step: 'done', value: 7 },
    ]);
    const seen: string[] = [];
    expect(await drive(flow, world(seen))).toEqual({ ok: true, value: 7 });
    expect(seen).toEqual(['0 of 2', '1 of 2', '0 of 0', 'keep outbox/a', 'GET /v1/host', 'GET /v1/ahead', 'cache index/a', 'load outbox/', 'forget outbox/a']);
    expect(told.map(({ kind }) => kind)).toEqual(['go', 'go', 'go', 'go', 'refused', 'offline', 'offline', 'go', 'go', 'loaded', 'offline', 'go', 'refused', 'refused', 'refused']);
  });

  test('what is cached is waited for by what is cached after it and by the end, and by nothing else', async () => {
    const cache = (key: string): Step => ({ step: 'cache', key, bytes: new Uint8Array(1) });
    const { flow } = scripted([cache('index/a'), { step: 'load', prefix: 'outbox/' }, cache('index/b'), { step: 'done', value: 7 }]);
    const seen: string[] = [];
    const kept: (() => void)[] = [];
    const slow = (key: string): Promise<Outcome> => {
      seen.push(`cache ${key}`);
      return new Promise((settle) => kept.push(() => settle({ kind: 'kept' })));
    };
    const turn = (): Promise<void> => new Promise((done) => setTimeout(done));
    const end = drive(flow, { ...world(seen), cache: slow }).then(() => seen.push('end'));
    await turn();
    expect(seen).toEqual(['cache index/a', 'load outbox/']);
    kept[0]?.();
    await turn();
    expect(seen).toEqual(['cache index/a', 'load outbox/', 'cache index/b']);
    kept[1]?.();
    await end;
    expect(seen.at(-1)).toBe('end');
  });

  test('a failure comes out whole', async () => {
    const { flow } = scripted([{ step: 'failed', failure: { code: 'offline' } as never }]);
    expect(await drive(flow, world([]))).toEqual({ ok: false, failure: { code: 'offline', field: null, numbers: {}, nearest: [] } });
  });
});
