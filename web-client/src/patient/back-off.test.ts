import { expect, test, vi } from 'vitest';
import { backOff, delayAfter } from './back-off.ts';

test('delays rise and stay', () => {
  const delays = Array.from({ length: 12 }, (_, looks) => delayAfter(looks));
  expect([...delays].sort((a, b) => a - b)).toEqual(delays);
  expect(delays[0]).toBe(5);
  expect(delays.at(-1)).toBe(300);
});

test('looks while the tab is seen, at once on return, and not after the end', async () => {
  vi.useFakeTimers();
  const listeners = new Set<() => void>();
  const tab = {
    visibilityState: 'visible',
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  };
  vi.stubGlobal('document', tab);
  vi.stubGlobal('window', globalThis);
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
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
