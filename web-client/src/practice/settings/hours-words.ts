// Weekly hours as people say them: days that are alike stand together.

import * as m from '../../messages/generated/messages.js';
import type { Catalogue, Id, Rules } from '../../sealed/contract.ts';
import { capital, fullDate, listed, weekdayNames } from '../../ui/format.ts';
import { timeOf } from './clock-text.ts';
import { WEEKDAYS } from './defaults.ts';

export const hoursInWords = (rules: Rules, practitioner: Id): string[] => {
  const byTimes = new Map<string, string[]>();
  WEEKDAYS.forEach((weekday, day) => {
    const stretches = rules.weekly.filter((rule) => rule.practitioner === practitioner && rule.weekday === weekday).sort((a, b) => a.hours.start - b.hours.start);
    if (stretches.length === 0) return;
    const times = stretches.map(({ hours }) => `${timeOf(hours.start)}–${timeOf(hours.end)}`).join(', ');
    byTimes.set(times, [...(byTimes.get(times) ?? []), weekdayNames('long')[day] ?? weekday]);
  });
  if (byTimes.size === 0) return [m.practice_no_hours()];
  return [...byTimes].map(([times, days]) => `${capital(listed(days))}: ${times}`);
};

/** `24 to 31 December: closed (holidays)`. */
export const exceptionInWords = ({ practitioner, first, last, open, note }: Rules['exceptions'][number], catalogue: Catalogue): string => {
  const days = first === last ? fullDate(first) : m.practice_dates({ first: fullDate(first), last: fullDate(last) });
  const who = catalogue.practitioners.find(({ id }) => id === practitioner)?.name;
  const what = open.length === 0 ? m.practice_closed() : open.map(({ start, end }) => `${timeOf(start)}–${timeOf(end)}`).join(', ');
  return capital([days, ...(who === undefined ? [] : [who]), ...(note === '' ? [what] : [what, note])].join(' · '));
};
