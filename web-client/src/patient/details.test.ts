import { describe, expect, test } from 'vitest';
import type { Limits, Question } from '../sealed/contract.ts';
import { answersLength, check, emptyDraft, isEmpty, toForm, type Draft } from './details.ts';

const limits: Limits = { name: 160, email: 200, phone: 40, reason: 600, answers: 1000, text: 300, note: 1500 };
const free: Question = { id: 'free', text: 'Anything else?', kind: 'free', options: [], required: false };
const yesNo: Question = { id: 'yn', text: 'Been here?', kind: 'yesNo', options: [], required: true };
const good: Draft = { ...emptyDraft(), name: 'A B', email: 'a@b.example' };
const fields = (draft: Draft, questions: readonly Question[] = []): string[] => check(draft, questions, limits).map(({ field }) => field);

describe('what must be mended', () => {
  test('nothing in a good form', () => {
    expect(fields(good)).toEqual([]);
    expect(fields({ ...good, email: '', phone: '+33 2 99 00 00 00' })).toEqual([]);
  });

  test('a name, and one way to reach the patient', () => {
    expect(fields(emptyDraft())).toEqual(['name', 'email']);
    expect(fields({ ...good, name: '  ' })).toEqual(['name']);
  });

  test('limits count bytes, and what is exactly as long fits', () => {
    expect(fields({ ...good, reason: 'é'.repeat(300) })).toEqual([]);
    expect(fields({ ...good, reason: 'é'.repeat(300) + 'e' })).toEqual(['reason']);
    expect(check({ ...good, reason: 'x'.repeat(620) }, [], limits)[0]?.sentence).toContain('20');
  });

  test('addresses and numbers as the sealed side judges them', () => {
    for (const email of ['a', 'a@b', 'a@.fr', 'a@b.', 'a b@c.fr', 'a@b@c.fr', '@b.fr']) expect(fields({ ...good, email }), email).toEqual(['email']);
    for (const email of ['a@b.fr', 'zoé@exemple.fr', 'a+b@mail.example.org']) expect(fields({ ...good, email }), email).toEqual([]);
    expect(fields({ ...good, phone: '12 34' })).toEqual(['phone']);
  });

  test('answers: needed ones, and all of them together', () => {
    expect(fields(good, [yesNo])).toEqual(['answer-yn-0']);
    expect(fields({ ...good, answers: { yn: 'yes', free: 'x'.repeat(997) } }, [yesNo, free])).toEqual([]);
    expect(fields({ ...good, answers: { yn: 'yes', free: 'x'.repeat(998) } }, [yesNo, free])).toEqual(['answer-free']);
  });

  test('a reminder needs an address to go to', () => {
    expect(fields({ ...good, bySms: true })).toEqual(['phone']);
    expect(fields({ ...good, email: '', phone: '0299000000', byEmail: true })).toEqual(['email']);
  });
});

test('what is sent is what was typed, for the questions of this visit only', () => {
  const draft: Draft = { ...good, name: ' A B ', reason: ' as typed\n', answers: { yn: 'no', free: '', other: 'left over' }, byEmail: true };
  expect(toForm(draft, [yesNo, free], 'fr')).toEqual({
    name: 'A B',
    email: 'a@b.example',
    phone: '',
    language: 'fr',
    reason: ' as typed\n',
    answers: [{ question: 'yn', text: 'no' }],
    consents: { email: true, sms: false },
  });
  expect(answersLength(draft, [yesNo, free])).toBe(2);
});

test('an untouched form is empty', () => {
  expect(isEmpty(emptyDraft())).toBe(true);
  expect(isEmpty({ ...emptyDraft(), answers: { free: 'x' } })).toBe(false);
});
