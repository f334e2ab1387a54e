// The weeks of a month as a grid shows them: Monday first, whole weeks, nothing for days of other months.

import type { LocalDate } from '../sealed/contract.ts';
import { addDays, addMonths, weekday } from './format.ts';

export type Week = readonly (LocalDate | null)[];

export const firstOfMonth = (date: LocalDate): LocalDate => `${date.slice(0, 7)}-01`;

export const weeksOf = (month: LocalDate): Week[] => {
  const first = firstOfMonth(month);
  const end = addMonths(first, 1);
  const weeks: (LocalDate | null)[][] = [];
  let week: (LocalDate | null)[] = Array.from({ length: weekday(first) - 1 }, () => null);
  for (let date = first; date < end; date = addDays(date, 1)) {
    week.push(date);
    if (week.length === 7) {
      weeks.push(week);
      week = [];
    }
  }
  if (week.length > 0) weeks.push([...week, ...Array.from({ length: 7 - week.length }, () => null)]);
  return weeks;
};

/** Where a key leads from `date`; null for keys that are not for moving. */
export const moveBy = (key: string, date: LocalDate, shift: boolean): LocalDate | null => {
  switch (key) {
    case 'ArrowLeft':
      return addDays(date, -1);
    case 'ArrowRight':
      return addDays(date, 1);
    case 'ArrowUp':
      return addDays(date, -7);
    case 'ArrowDown':
      return addDays(date, 7);
    case 'Home':
      return addDays(date, 1 - weekday(date));
    case 'End':
      return addDays(date, 7 - weekday(date));
    case 'PageUp':
      return addMonths(date, shift ? -12 : -1);
    case 'PageDown':
      return addMonths(date, shift ? 12 : 1);
    default:
      return null;
  }
};
