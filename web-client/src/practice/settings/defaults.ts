// What a new practice begins with: one practitioner, two visit types and office hours, so that a name and an address are
// enough to be bookable.

import * as m from '../../messages/generated/messages.js';
import type { Catalogue, Id, Rules, Weekday } from '../../sealed/contract.ts';
import { deviceZone } from '../../ui/format.ts';
import { language } from '../../ui/language.svelte.ts';

/** All that a practice offers and when. */
export type Offer = { catalogue: Catalogue; rules: Rules };
export type PractitionerDraft = Catalogue['practitioners'][number];
export type RoomDraft = Catalogue['rooms'][number];
export type VisitTypeDraft = Catalogue['visitTypes'][number];
export type QuestionDraft = VisitTypeDraft['questions'][number];
export type WeeklyDraft = Rules['weekly'][number];
export type ExceptionDraft = Rules['exceptions'][number];

export const WEEKDAYS: readonly Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Colours that can be told apart beside each other, on light and on dark; never the only sign of anything. */
export const COLOURS = ['#1f7a8c', '#b5562b', '#5b4fa8', '#3f7d3a', '#a63d6a', '#8a6d10', '#2f62b5', '#6b6f76'] as const;

export const colourAt = (place: number): string => COLOURS[place % COLOURS.length] ?? COLOURS[0];

/** docs/spec/keys.md §3: eight clinical keys; the one that the fewest have. */
const CLINICAL_KEYS = 8;

export const freeClinical = (practitioners: readonly { readonly clinical: number }[]): number => {
  const uses = Array.from({ length: CLINICAL_KEYS }, (_, key) => practitioners.filter(({ clinical }) => clinical === key).length);
  return uses.indexOf(Math.min(...uses));
};

export const newPractitioner = (id: Id, others: readonly PractitionerDraft[]): PractitionerDraft => ({
  id,
  name: '',
  title: '',
  specialty: others[0]?.specialty ?? '',
  languages: [language()],
  colour: colourAt(others.length),
  clinical: freeClinical(others),
});

export const newVisitType = (id: Id, place: number, practitioners: readonly Id[]): VisitTypeDraft => ({
  id,
  name: '',
  duration: 30,
  buffer: 0,
  step: null,
  instructions: '',
  colour: colourAt(place + 3),
  practitioners: [...practitioners],
  rooms: [],
  questions: [],
  public: true,
});

/** Mondays to Fridays, 9 to 12 and 14 to 18. */
export const officeHours = (practitioner: Id): WeeklyDraft[] =>
  WEEKDAYS.slice(0, 5).flatMap((weekday) =>
    [
      { start: 9 * 60, end: 12 * 60 },
      { start: 14 * 60, end: 18 * 60 },
    ].map((hours) => ({ practitioner, weekday, hours: { ...hours, visitTypes: [] }, first: null, last: null })),
  );

/** What a practice that has never published anything begins with. */
export const firstOffer = (ids: readonly [Id, Id, Id]): Offer => {
  const practitioner = newPractitioner(ids[0], []);
  const visit = (id: Id, place: number, name: string, duration: number): VisitTypeDraft => ({ ...newVisitType(id, place, [practitioner.id]), name, duration });
  return {
    catalogue: {
      name: '',
      address: [],
      phone: '',
      website: '',
      languages: [language()],
      zone: deviceZone(),
      // The sealed side writes it.
      vtimezone: '',
      introduction: '',
      responseTime: 1_440,
      confirm: 'automatic',
      minimumNotice: 120,
      cancelDeadline: 1_440,
      horizonDays: 84,
      practitioners: [practitioner],
      rooms: [],
      visitTypes: [visit(ids[1], 0, m.practice_default_visit(), 20), visit(ids[2], 1, m.practice_default_first_visit(), 40)],
    },
    rules: { weekly: officeHours(practitioner.id), exceptions: [] },
  };
};
