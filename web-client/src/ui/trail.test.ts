import { beforeEach, expect, test, vi } from 'vitest';
import { Trail } from './trail.ts';

/** As much of a tab's history as a trail uses. */
const tab = (): { entries: unknown[]; at: () => number; back: (steps?: number) => void; forward: () => void } => {
  const entries: unknown[] = [null];
  let at = 0;
  const listeners = new Set<(event: { state: unknown }) => void>();
  const go = (steps: number): void => {
    at = Math.max(0, Math.min(entries.length - 1, at + steps));
    for (const listener of listeners) listener({ state: entries[at] });
  };
  vi.stubGlobal('location', { pathname: '/' });
  vi.stubGlobal('history', {
    go,
    pushState: (state: unknown) => {
      at += 1;
      entries.splice(at, Infinity, state);
    },
    replaceState: (state: unknown) => {
      entries[at] = state;
    },
  });
  vi.stubGlobal('addEventListener', (_: string, listener: (event: { state: unknown }) => void) => listeners.add(listener));
  vi.stubGlobal('removeEventListener', (_: string, listener: (event: { state: unknown }) => void) => listeners.delete(listener));
  return { entries, at: () => at, back: (steps = 1) => go(-steps), forward: () => go(1) };
};

let here: ReturnType<typeof tab>;
beforeEach(() => {
  here = tab();
});

test('Back and Forward lead through the steps', () => {
  const seen: string[] = [];
  const trail = new Trail<'a' | 'b' | 'c'>('a', (step) => seen.push(step));
  trail.push('b');
  trail.push('c');
  here.back();
  here.back();
  here.forward();
  expect(seen).toEqual(['b', 'a', 'b']);
  // An entry names a step and its place, and nothing that was chosen.
  expect(here.entries).toEqual([{ step: 'a', at: 0 }, { step: 'b', at: 1 }, { step: 'c', at: 2 }]);
  trail.close();
  here.back();
  expect(seen).toHaveLength(3);
});

test('an earlier step is gone back to, not pushed again', () => {
  const seen: string[] = [];
  const trail = new Trail<'a' | 'b' | 'c'>('a', (step) => seen.push(step));
  trail.push('b');
  trail.push('c');
  trail.go('a');
  expect([seen, here.at()]).toEqual([['a'], 0]);
  trail.push('c');
  expect(here.entries).toHaveLength(2);
});

test('entries from before a reload do no harm', () => {
  here.entries.splice(0, 1, { step: 'a', at: 0 }, { step: 'b', at: 1 });
  here.forward();
  const seen: string[] = [];
  const trail = new Trail<'a' | 'b'>('a', (step) => seen.push(step));
  here.back();
  trail.push('b');
  expect(here.at()).toBe(1);
  expect(seen).toEqual(['a']);
});
