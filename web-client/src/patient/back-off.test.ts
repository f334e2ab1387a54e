import { afterEach, expect, test, vi } from 'vitest';
import { backOff, delayAfter } from './back-off.ts';

test('delays rise and stay', () => {
  const delays = Array.from({ length: 12 }, (_, looks) => delayAfter(looks));
  expect([...delays].sort((a, b) => a - b)).toEqual(delays);
  expect(delays[0]).toBe(5);
  expect(delays.at(-1)).toBe(300);
});

const fakeTab = () => {
  vi.useFakeTimers();
  const listeners = new Set<() => void>();
  const tab = {
    visibilityState: 'visible',
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  vi.stubGlobal('document', tab);
  vi.stubGlobal('window', globalThis);
  return { tab, listeners };
};

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('looks on return only, where it is not to look again', async () => {
  const { tab, listeners } = fakeTab();
  let looks = 0;
  const stop = backOff(() => {
    looks += 1;
    return Promise.resolve();
  }, false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks).toBe(0);
  for (const state of ['hidden', 'visible']) {
    tab.visibilityState = state;
    for (const listener of listeners) listener();
  }
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks).toBe(1);
  stop();
});

test('looks while the tab is seen, at once on return, and not after the end', async () => {
  const { tab, listeners } = fakeTab();
  let looks = 0;
  const stop = backOff(() => {
    looks += 1;
    return Promise.resolve();
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(looks).toBe(1);
  tab.visibilityState = 'hidden';
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks).toBe(1);
  tab.visibilityState = 'visible';
  for (const listener of listeners) listener();
  await vi.advanceTimersByTimeAsync(0);
  expect(looks).toBe(2);
  stop();
  expect(listeners.size).toBe(0);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(looks).toBe(2);
});
