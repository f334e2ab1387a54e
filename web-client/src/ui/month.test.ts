import { beforeAll, describe, expect, test, vi } from 'vitest';

type Month = typeof import('./month.ts');
let month: Month;

beforeAll(async () => {
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  vi.stubGlobal('navigator', { languages: ['en'] });
  month = await import('./month.ts');
});

describe('weeks of a month', () => {
  test('begin on Monday and hold each day once', () => {
    for (const first of ['2026-02-01', '2026-06-01', '2026-12-01', '2027-05-01', '2028-02-01']) {
      const weeks = month.weeksOf(first);
      expect(weeks.every((week) => week.length === 7)).toBe(true);
      const days = weeks.flat().filter((date) => date !== null);
      expect(days[0]).toBe(first);
      expect(new Set(days).size).toBe(days.length);
      expect(days.length).toBe(new Date(Date.UTC(Number(first.slice(0, 4)), Number(first.slice(5, 7)), 0)).getUTCDate());
    }
  });

  test('a month of four whole weeks has four', () => {
    expect(month.weeksOf('2027-02-10')).toHaveLength(4);
    expect(month.weeksOf('2027-05-01')).toHaveLength(6);
  });
});

describe('keys', () => {
  test.each([
    ['ArrowLeft', '2026-12-01', '2026-11-30'],
    ['ArrowRight', '2026-12-31', '2027-01-01'],
    ['ArrowUp', '2026-12-03', '2026-11-26'],
    ['ArrowDown', '2026-12-03', '2026-12-10'],
    ['Home', '2026-12-03', '2026-11-30'],
    ['End', '2026-12-03', '2026-12-06'],
    ['PageUp', '2026-12-31', '2026-11-30'],
    ['PageDown', '2026-12-31', '2027-01-31'],
  ])('%s from %s leads to %s', (key, from, to) => {
    expect(month.moveBy(key, from, false)).toBe(to);
  });

  test('with Shift, Page Down leads a year on; other keys lead nowhere', () => {
    expect(month.moveBy('PageDown', '2028-02-29', true)).toBe('2029-02-28');
    expect(month.moveBy('Enter', '2028-02-29', false)).toBeNull();
  });
});
