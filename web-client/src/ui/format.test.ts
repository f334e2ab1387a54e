import { beforeAll, describe, expect, test, vi } from 'vitest';

type Format = typeof import('./format.ts');
type Language = typeof import('./language.svelte.ts');
let format: Format;
let setLanguage: Language['setLanguage'];

beforeAll(async () => {
  // What a page has and Node has not.
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  vi.stubGlobal('navigator', { languages: ['de', 'fr-CA', 'en'] });
  ({ setLanguage } = await import('./language.svelte.ts'));
  format = await import('./format.ts');
});

describe('a date says the whole day', () => {
  test('in English', () => {
    setLanguage('en');
    expect(format.fullDate('2026-12-01')).toBe('Tuesday 1 December 2026');
    expect(format.monthAndYear('2026-12-01')).toBe('December 2026');
    expect(format.clock('09:30')).toBe('09:30');
    expect(format.weekdayNames('long')).toEqual(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']);
  });

  test('in French', () => {
    setLanguage('fr');
    expect(format.fullDate('2026-12-01')).toBe('mardi 1 décembre 2026');
    expect(format.capital(format.fullDate('2026-12-01'))).toBe('Mardi 1 décembre 2026');
    expect(format.weekdayNames('long')[0]).toBe('lundi');
    expect(format.languageName('en')).toBe('anglais');
  });
});

test('the first known language of the browser is taken', async () => {
  vi.resetModules();
  const { language } = await import('./language.svelte.ts');
  expect(language()).toBe('fr');
});

describe('days and months', () => {
  test('follow the calendar', () => {
    expect(format.addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(format.addDays('2028-03-01', -1)).toBe('2028-02-29');
    expect(format.addMonths('2026-10-31', 1)).toBe('2026-11-30');
    expect(format.addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(format.weekday('2026-12-06')).toBe(7);
    expect(format.weekday('2026-12-07')).toBe(1);
  });

  test('do not skip or repeat a day where clocks change', () => {
    const days = Array.from({ length: 400 }, (_, offset) => format.addDays('2026-01-01', offset));
    expect(new Set(days).size).toBe(400);
    expect(days.at(-1)).toBe('2027-02-04');
  });
});

describe('minutes', () => {
  // 2026-12-01T08:30Z
  const minute = Date.UTC(2026, 11, 1, 8, 30) / 60_000;

  test('are shown in the zone asked for', () => {
    setLanguage('en');
    expect(format.clockMinute(minute, 'Europe/Paris')).toBe('09:30');
    expect(format.fullMinute(minute, 'Europe/Paris')).toBe('Tuesday 1 December 2026 at 09:30');
    expect(format.clockMinute(minute, 'Asia/Kolkata')).toBe('14:00');
  });

  test('tell whether the device reads otherwise', () => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(format.deviceDiffers(minute, 'Europe/Paris')).toBe(true);
    expect(format.deviceTime(minute, 'Europe/Paris')).toBe('03:30');
    // Another day there: the day is said too.
    expect(format.deviceTime(Date.UTC(2026, 11, 1, 3, 0) / 60_000, 'Europe/Paris')).toBe('Mon 22:00');
    vi.stubEnv('TZ', 'Europe/Brussels');
    expect(format.deviceDiffers(minute, 'Europe/Paris')).toBe(false);
    vi.unstubAllEnvs();
  });
});

test('durations in words', () => {
  setLanguage('en');
  expect(format.duration(20)).toBe('20 minutes');
  expect(format.duration(90)).toBe('1 hour 30 minutes');
  expect(format.duration(2880)).toBe('2 days');
  expect(format.duration(0)).toBe('0 minutes');
  setLanguage('fr');
  expect(format.duration(61).replaceAll('\u00a0', ' ')).toBe('1 heure 1 minute');
});
