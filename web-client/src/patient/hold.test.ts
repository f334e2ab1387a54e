import { expect, test } from 'vitest';
import type { Appointment } from '../sealed/contract.ts';
import { endOf, extended, type Hold } from './hold.ts';

const NOW = Date.UTC(2026, 11, 1, 9, 0, 20);
/** As a host says whose clock is right: its minute and ten more. */
const EXPIRES = Math.floor(NOW / 60_000) + 10;
const minutes = (count: number): number => count * 60_000;

test('a clock that is right counts to the second', () => {
  expect(endOf(EXPIRES, NOW)).toBe(EXPIRES * 60_000);
});

test.each([-1_400, -30, -11, -2, 2, 11, 30, 1_400])('a clock that is %d minutes wrong still leaves nine minutes, and never more than ten', (wrong) => {
  const now = NOW + minutes(wrong);
  const left = endOf(EXPIRES, now) - now;
  expect(left).toBeGreaterThanOrEqual(minutes(9));
  expect(left).toBeLessThanOrEqual(minutes(10));
});

test('an extension adds what the host adds, once', () => {
  const now = NOW + minutes(45);
  const hold: Hold = { expires: EXPIRES, extendable: true, session: '', appointment: {} as Appointment, until: endOf(EXPIRES, now) };
  const longer = extended(hold, EXPIRES + 10);
  expect(longer.until - hold.until).toBe(minutes(10));
  expect(longer.extendable).toBe(false);
  // The answer was lost, and the host says that it had extended it already.
  expect(extended(hold)).toEqual(longer);
});
