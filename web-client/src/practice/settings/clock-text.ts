// Minutes after midnight and what a time input holds. The end of a day is 24:00 to the rules and 00:00 to an input.

import type { LocalTime } from '../../sealed/contract.ts';

const DAY_MINUTES = 1_440;

export const timeOf = (minutes: number): LocalTime =>
  `${String(Math.floor((minutes % DAY_MINUTES) / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Null for text that is no time; a time between two granules goes to the one before. */
export const minutesOf = (time: string, isEnd = false): number | null => {
  const found = /^(\d{2}):(\d{2})/u.exec(time);
  if (found === null) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  const whole = minutes - (minutes % 5);
  return isEnd && whole === 0 ? DAY_MINUTES : whole;
};
