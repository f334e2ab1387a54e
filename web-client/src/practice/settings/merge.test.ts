import { describe, expect, test } from 'vitest';
import type { Offer } from './defaults.ts';
import { merge } from './merge.ts';

const person = (id: string): Offer['catalogue']['practitioners'][number] => ({ id, name: `Dr ${id}`, title: '', specialty: '', languages: ['fr'], colour: '#000000', clinical: 0 });
const visit = (id: string, practitioners: string[]): Offer['catalogue']['visitTypes'][number] => ({
  id,
  name: `Visit ${id}`,
  duration: 20,
  buffer: 0,
  step: null,
  instructions: '',
  colour: '#000000',
  practitioners,
  rooms: [],
  questions: [],
  public: true,
});
const offer = (change: (offer: Offer) => void = () => undefined): Offer => {
  const made: Offer = {
    catalogue: {
      name: 'By the river',
      address: ['1 Quay'],
      phone: '1',
      website: '',
      languages: ['fr'],
      zone: 'Europe/Paris',
      vtimezone: 'old',
      introduction: '',
      responseTime: 1440,
      confirm: 'automatic',
      minimumNotice: 120,
      cancelDeadline: 1440,
      horizonDays: 84,
      practitioners: [person('a'), person('b')],
      rooms: [{ id: 'r', name: 'One' }],
      visitTypes: [visit('v', ['a', 'b']), visit('w', ['a'])],
    },
    rules: {
      weekly: [
        { practitioner: 'a', weekday: 'monday', hours: { start: 540, end: 720, visitTypes: [] }, first: null, last: null },
        { practitioner: 'b', weekday: 'monday', hours: { start: 540, end: 720, visitTypes: ['w'] }, first: null, last: null },
      ],
      exceptions: [{ practitioner: null, first: '2026-12-24', last: '2026-12-24', open: [], note: '' }],
    },
  };
  change(made);
  return made;
};
const nth = <T>(items: readonly T[], place: number): T => {
  const item = items[place];
  if (item === undefined) throw new Error(`nothing at ${place}`);
  return item;
};
const merged = (mine: (offer: Offer) => void, theirs: (offer: Offer) => void): ReturnType<typeof merge> => merge(offer(), offer(mine), offer(theirs));

describe('two devices', () => {
  test('nothing changed: nothing to say', () => {
    expect(merge(offer(), offer(), offer())).toEqual({ offer: offer(), both: [], taken: false });
  });

  test('each keeps what it changed, down to one field of one thing', () => {
    const { offer: both, both: told } = merged(
      ({ catalogue }) => {
        catalogue.name = 'By the sea';
        nth(catalogue.visitTypes, 0).duration = 30;
      },
      ({ catalogue, rules }) => {
        catalogue.phone = '2';
        nth(catalogue.visitTypes, 0).instructions = 'Fasting.';
        nth(rules.weekly, 0).hours.end = 780;
      },
    );
    expect(both.catalogue).toMatchObject({ name: 'By the sea', phone: '2' });
    expect(both.catalogue.visitTypes[0]).toMatchObject({ duration: 30, instructions: 'Fasting.' });
    expect(both.rules.weekly.find(({ practitioner }) => practitioner === 'a')?.hours.end).toBe(780);
    expect(told).toEqual([]);
  });

  test('where both changed the same, what was typed here stands, and the place is told', () => {
    const { offer: both, both: told } = merged(
      ({ catalogue, rules }) => {
        catalogue.phone = '2';
        nth(rules.weekly, 0).hours.end = 600;
      },
      ({ catalogue, rules }) => {
        catalogue.phone = '3';
        nth(rules.weekly, 0).hours.end = 700;
      },
    );
    expect(both.catalogue.phone).toBe('2');
    expect(told).toEqual(['phone', 'weekly[0].hours.start']);
  });

  test('closed days of both are kept, and one that was taken back is not put there again', () => {
    const day = (first: string): Offer['rules']['exceptions'][number] => ({ practitioner: null, first, last: first, open: [], note: '' });
    const { offer: both } = merged(
      ({ rules }) => {
        rules.exceptions.push(day('2026-12-31'));
      },
      ({ rules }) => {
        rules.exceptions = [day('2026-12-26')];
      },
    );
    expect(both.rules.exceptions.map(({ first }) => first)).toEqual(['2026-12-31', '2026-12-26']);
  });

  test('a practitioner that is removed there goes with the hours; one that was changed here stays, and is told', () => {
    const remove = ({ catalogue, rules }: Offer): void => {
      catalogue.practitioners = catalogue.practitioners.filter(({ id }) => id !== 'b');
      nth(catalogue.visitTypes, 0).practitioners = ['a'];
      rules.weekly = rules.weekly.filter(({ practitioner }) => practitioner !== 'b');
    };
    const gone = merged(() => undefined, remove);
    expect(gone.offer.catalogue.practitioners.map(({ id }) => id)).toEqual(['a']);
    expect(gone.offer.rules.weekly).toHaveLength(1);
    expect(gone.taken).toBe(true);
    const kept = merged(({ catalogue }) => {
      nth(catalogue.practitioners, 1).name = 'Dr B';
    }, remove);
    expect(kept.offer.catalogue.practitioners.map(({ name }) => name)).toEqual(['Dr a', 'Dr B']);
    expect(kept.both).toEqual(['practitioners[1].name']);
  });

  test('what is added on both sides is there; what names something that is gone does not stay', () => {
    const { offer: both } = merged(
      ({ catalogue }) => {
        catalogue.rooms.push({ id: 's', name: 'Two' });
      },
      ({ catalogue, rules }) => {
        catalogue.rooms.push({ id: 't', name: 'Three' });
        catalogue.visitTypes = catalogue.visitTypes.filter(({ id }) => id !== 'w');
        rules.weekly.pop();
      },
    );
    expect(both.catalogue.rooms.map(({ id }) => id)).toEqual(['r', 's', 't']);
    expect(both.rules.weekly.map(({ practitioner }) => practitioner)).toEqual(['a']);
  });

  test('the zone’s text of the sealed side is nobody’s change', () => {
    const told = merged(
      ({ catalogue }) => {
        catalogue.name = 'x';
      },
      ({ catalogue }) => {
        catalogue.vtimezone = 'new';
      },
    );
    expect(told).toMatchObject({ both: [], taken: false });
  });
});
