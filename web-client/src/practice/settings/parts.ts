// What each part of the settings is called.

import * as m from '../../messages/generated/messages.js';
import type { Part } from './check.ts';

const NAMES: Readonly<Record<Part, () => string>> = {
  practice: m.practice_part_practice,
  people: m.practice_part_people,
  visits: m.practice_part_visits,
  hours: m.practice_part_hours,
  booking: m.practice_part_booking,
};

export const partName = (part: Part): string => NAMES[part]();
