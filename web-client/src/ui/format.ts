// Dates, times and durations for people. A local date and time of the practice is shown as it is; a minute is shown in
// the zone asked for. Numbers of a date never stand alone: a label says the whole day.

import type { LocalDate, LocalTime, Minute } from '../sealed/contract.ts';
import { language } from './language.svelte.ts';

/** 24-hour clock and day before month, which leave no doubt in either language. */
const TAGS = { en: 'en-GB', fr: 'fr-FR' } as const;

const tag = (): string => TAGS[language()];

/** A format, made once for each language: that takes longer than a hundred uses. */
const formatter = (options: Intl.DateTimeFormatOptions): ((date: Date) => string) => {
  const made = new Map<string, Intl.DateTimeFormat>();
  return (date) => {
    const found = made.get(tag()) ?? new Intl.DateTimeFormat(tag(), options);
    made.set(tag(), found);
    return found.format(date);
  };
};

/** Those whose options are known only where they are used. */
const formats = new Map<string, (date: Date) => string>();

const format = (options: Intl.DateTimeFormatOptions): ((date: Date) => string) => {
  const key = JSON.stringify(options);
  const found = formats.get(key) ?? formatter(options);
  formats.set(key, found);
  return found;
};

const DAY_MS = 86_400_000;
const day = (date: LocalDate): Date => new Date(`${date}T00:00:00Z`);

export const addDays = (date: LocalDate, days: number): LocalDate => new Date(day(date).getTime() + days * DAY_MS).toISOString().slice(0, 10);

/** The same day of another month, or that month's last day. */
export const addMonths = (date: LocalDate, months: number): LocalDate => {
  const first = day(`${date.slice(0, 7)}-01`);
  first.setUTCMonth(first.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(Number(date.slice(8)), lastDay));
  return first.toISOString().slice(0, 10);
};

/** 1 Monday … 7 Sunday. */
export const weekday = (date: LocalDate): number => day(date).getUTCDay() || 7;

const dayFormat = formatter({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
/** `Tuesday 1 December 2026` */
export const fullDate = (date: LocalDate): string => dayFormat(day(date)).replace(',', '');

/** For the beginning of a line: French days are written small. */
export const capital = (text: string): string => text.charAt(0).toLocaleUpperCase(tag()) + text.slice(1);

/** `December 2026` */
export const monthAndYear = (date: LocalDate): string => format({ month: 'long', year: 'numeric', timeZone: 'UTC' })(day(date));

/** Monday to Sunday. */
export const weekdayNames = (width: 'long' | 'short'): string[] =>
  [0, 1, 2, 3, 4, 5, 6].map((offset) => format({ weekday: width, timeZone: 'UTC' })(day(addDays('2024-01-01', offset))));

const clockFormat = formatter({ hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
/** `09:30` */
export const clock = (time: LocalTime): string => clockFormat(new Date(`1970-01-01T${time}:00Z`));

/** `Tuesday 1 December 2026 at 09:30`, in `zone`. */
export const fullMinute = (minute: Minute, zone: string): string =>
  format({ dateStyle: 'full', timeStyle: 'short', timeZone: zone })(new Date(minute * 60_000)).replace(',', '');

/** The same, with the practice's place where this device's clock reads otherwise. */
export const minuteAt = (minute: Minute, zone: string): string =>
  deviceDiffers(minute, zone) ? `${fullMinute(minute, zone)} (${zoneCity(zone)})` : fullMinute(minute, zone);

/** `09:30`, in `zone`. */
export const clockMinute = (minute: Minute, zone: string): string =>
  format({ hour: '2-digit', minute: '2-digit', timeZone: zone })(new Date(minute * 60_000));

export const deviceZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether this device's clock reads otherwise than the practice's at `minute`. */
export const deviceDiffers = (minute: Minute, zone: string): boolean => wallTime(minute, zone) !== wallTime(minute, deviceZone());

/** The device's time at `minute`; with its date where that is another day than the practice's. */
export const deviceTime = (minute: Minute, zone: string): string =>
  wallTime(minute, zone).slice(0, 10) === wallTime(minute, deviceZone()).slice(0, 10)
    ? clockMinute(minute, deviceZone())
    : format({ weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone: deviceZone() })(new Date(minute * 60_000));

const wallTime = (minute: Minute, zone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(new Date(minute * 60_000));

/** `Europe/Paris` as people call it: `Paris`. */
export const zoneCity = (zone: string): string => (zone.split('/').pop() ?? zone).replaceAll('_', ' ');

/** `20 minutes`, `1 hour 30 minutes`, `2 days`. */
export const duration = (minutes: number): string => {
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ];
  return parts
    .filter(([count, unit]) => count > 0 || (minutes === 0 && unit === 'minute'))
    .map(([count, unit]) => new Intl.NumberFormat(tag(), { style: 'unit', unit, unitDisplay: 'long' }).format(count))
    .join(' ');
};

/** `French`, `français`. */
export const languageName = (code: string): string => {
  try {
    return new Intl.DisplayNames(tag(), { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
};

export const listed = (items: readonly string[]): string => new Intl.ListFormat(tag(), { type: 'conjunction' }).format(items);
