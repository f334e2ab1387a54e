import { describe, expect, test } from 'vitest';
import type { Catalogue, Rules } from '../../sealed/contract.ts';
import { controlOf, hasNoHours, partOf, problemsOf } from './check.ts';

const catalogue = (): Catalogue => ({
  name: 'By the river',
  address: ['1 Quay'],
  phone: '+33 1 00 00 00 00',
  website: 'https://river.example',
  languages: ['fr'],
  zone: 'Europe/Paris',
  vtimezone: '',
  introduction: '',
  responseTime: 1440,
  confirm: 'automatic',
  minimumNotice: 120,
  cancelDeadline: 1440,
  horizonDays: 84,
  practitioners: [{ id: 'a', name: 'A. Martin', title: '', specialty: '', languages: ['fr'], colour: '#000000', clinical: 0 }],
  rooms: [],
  visitTypes: [
    { id: 'v', name: 'Visit', duration: 20, buffer: 0, step: null, instructions: '', colour: '#000000', practitioners: ['a'], rooms: [], questions: [], public: true },
  ],
});
const rules = (): Rules => ({
  weekly: [{ practitioner: 'a', weekday: 'monday', hours: { start: 540, end: 720, visitTypes: [] }, first: null, last: null }],
  exceptions: [],
});

const fields = (change: (catalogue: Catalogue, rules: Rules) => void): string[] => {
  const [offer, hours] = [catalogue(), rules()];
  change(offer, hours);
  return problemsOf(offer, hours).map(({ field }) => field);
};

describe('what must be mended', () => {
  test('nothing, at first', () => {
    expect(problemsOf(catalogue(), rules())).toEqual([]);
  });

  type Change = (catalogue: Catalogue, rules: Rules) => void;
  const withVisit =
    (change: (visit: Catalogue['visitTypes'][number]) => void): Change =>
    (c) => c.visitTypes.forEach(change);

  test.each<[string, Change]>([
    ['name', (c) => (c.name = ' ')],
    ['name', (c) => (c.name = 'é'.repeat(101))],
    ['phone', (c) => (c.phone = 'tel:1')],
    ['website', (c) => (c.website = 'river.example')],
    ['languages', (c) => (c.languages = [])],
    ['practitioners[0].name', (c) => c.practitioners.forEach((who) => (who.name = ''))],
    ['visitTypes', (c) => (c.visitTypes = [])],
    ['visitTypes[0].practitioners', withVisit((visit) => (visit.practitioners = []))],
    ['visitTypes[0].duration', withVisit((visit) => (visit.buffer = 105))],
    ['visitTypes[0].questions[0].options', withVisit((visit) => visit.questions.push({ id: 'q', text: 'Which?', kind: 'choice', options: ['one', ' '], required: true }))],
    ['weekly[0].hours.end', (_, r) => r.weekly.forEach((rule) => (rule.hours.end = 540))],
    ['exceptions[0].last', (_, r) => r.exceptions.push({ practitioner: null, first: '2026-12-02', last: '2026-12-01', open: [], note: '' })],
  ])('%s', (field, change) => {
    expect(fields(change)).toEqual([field]);
  });

  test('no hours at all are told, not refused', () => {
    expect(hasNoHours(catalogue(), rules())).toBe(false);
    expect(hasNoHours(catalogue(), { weekly: [], exceptions: [] })).toBe(true);
  });
});

test('fields of the sealed side lead to controls and parts', () => {
  expect(controlOf('visitTypes.2.duration')).toBe('visitTypes[2].duration');
  expect(controlOf('catalogue.visitTypes[1].questions[0].options[3]')).toBe('visitTypes[1].questions[0].options');
  expect(controlOf('address[1]')).toBe('address');
  expect([partOf('visitTypes[2].duration'), partOf('weekly[0].last'), partOf('rooms[1].name'), partOf('phone'), partOf('horizonDays')]).toEqual([
    'visits',
    'hours',
    'people',
    'practice',
    'booking',
  ]);
});
