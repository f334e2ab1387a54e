import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paced } from './pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first is told at once, then the last of each interval, and nothing twice', () => {
  const told: number[] = [];
  const { hear } = paced((value: number) => void told.push(value));
  hear(1);
  expect(told).toEqual([1]);
  hear(2);
  hear(3);
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(200);
  expect(told).toEqual([1, 3]);
  hear(4);
  vi.advanceTimersByTime(200);
  expect(told).toEqual([1, 3, 4]);
  vi.advanceTimersByTime(1_000);
  hear(5);
  expect(told).toEqual([1, 3, 4, 5]);
});

test('what waits is not told after the end', () => {
  const told: number[] = [];
  const { hear, stop } = paced((value: number) => void told.push(value));
  hear(1);
  hear(2);
  stop();
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([1]);
});
