// What a person must mend before publishing, told at the field. The sealed side checks everything again and is right;
// this only spares a round trip for what is seen at once. Fields are called as the sealed side calls them, and so are
// the ids of their controls.

import * as m from '../../messages/generated/messages.js';
import type { Catalogue, Failure, Rules } from '../../sealed/contract.ts';
import { byteLength } from '../../ui/bytes.ts';
import { sentenceFor } from '../failures.ts';

export type Part = 'practice' | 'people' | 'visits' | 'hours' | 'booking';

export const PARTS: readonly Part[] = ['practice', 'people', 'visits', 'hours', 'booking'];

export type Problem = { readonly field: string; readonly sentence: string };

/** Bytes of UTF-8, as `souspli_booking::catalogue::limits` has them. */
export const LIMITS = {
  name: 200,
  addressLine: 120,
  phone: 40,
  website: 200,
  introduction: 4_000,
  itemName: 120,
  title: 60,
  specialty: 120,
  instructions: 2_000,
  question: 400,
  option: 120,
  note: 120,
} as const;

/** Five-minute steps of one booking; a room doubles what a visit takes (docs/adr/0010). */
const CLAIMS = 24;

export const partOf = (field: string): Part => {
  const head = /^[a-zA-Z]+/u.exec(field)?.[0] ?? '';
  if (head === 'practitioners' || head === 'rooms') return 'people';
  if (head === 'visitTypes') return 'visits';
  if (head === 'weekly' || head === 'exceptions') return 'hours';
  if (['responseTime', 'confirm', 'minimumNotice', 'cancelDeadline', 'horizonDays'].includes(head)) return 'booking';
  return 'practice';
};

class Findings {
  readonly found: Problem[] = [];

  require(holds: boolean, field: string, sentence: () => string): void {
    if (!holds) this.found.push({ field, sentence: sentence() });
  }

  text(text: string, limit: number, field: string): void {
    this.require(byteLength(text) <= limit, field, () => m.practice_failure_too_long({ length: byteLength(text), limit }));
  }

  name(text: string, limit: number, field: string, sentence: () => string): void {
    this.require(text.trim() !== '', field, sentence);
    this.text(text, limit, field);
  }
}

const checkPractice = (catalogue: Catalogue, findings: Findings): void => {
  findings.name(catalogue.name, LIMITS.name, 'name', m.practice_check_name);
  findings.require(catalogue.address.length <= 6, 'address', m.practice_check_address_lines);
  for (const line of catalogue.address) findings.text(line, LIMITS.addressLine, 'address');
  findings.require(/^[\d +()\-./]*$/u.test(catalogue.phone), 'phone', m.practice_failure_phone);
  findings.text(catalogue.phone, LIMITS.phone, 'phone');
  findings.require(catalogue.website === '' || /^https?:\/\/[^\s/]/u.test(catalogue.website), 'website', m.practice_check_website);
  findings.require(catalogue.languages.length > 0, 'languages', m.practice_check_languages);
  findings.text(catalogue.introduction, LIMITS.introduction, 'introduction');
};

const checkPeople = (catalogue: Catalogue, findings: Findings): void => {
  findings.require(catalogue.practitioners.length > 0, 'practitioners', m.practice_check_no_practitioner);
  catalogue.practitioners.forEach((practitioner, at) => {
    findings.name(practitioner.name, LIMITS.itemName, `practitioners[${at}].name`, m.practice_check_practitioner_name);
    findings.text(practitioner.title, LIMITS.title, `practitioners[${at}].title`);
    findings.text(practitioner.specialty, LIMITS.specialty, `practitioners[${at}].specialty`);
  });
  catalogue.rooms.forEach((room, at) => {
    findings.name(room.name, LIMITS.itemName, `rooms[${at}].name`, m.practice_check_room_name);
  });
};

const checkVisits = (catalogue: Catalogue, findings: Findings): void => {
  findings.require(catalogue.visitTypes.length > 0, 'visitTypes', m.practice_check_no_visit_type);
  catalogue.visitTypes.forEach((visit, at) => {
    const field = (name: string): string => `visitTypes[${at}].${name}`;
    findings.name(visit.name, LIMITS.itemName, field('name'), m.practice_check_visit_name);
    findings.require(visit.practitioners.length > 0, field('practitioners'), m.practice_check_visit_practitioners);
    const claims = ((visit.duration + visit.buffer) / 5) * (visit.rooms.length > 0 ? 2 : 1);
    findings.require(claims <= CLAIMS, field('duration'), m.practice_failure_visit_too_long);
    findings.text(visit.instructions, LIMITS.instructions, field('instructions'));
    visit.questions.forEach((question, place) => {
      findings.name(question.text, LIMITS.question, field(`questions[${place}].text`), m.practice_check_question);
      const options = question.options.filter((option) => option.trim() !== '');
      findings.require(question.kind !== 'choice' || options.length >= 2, field(`questions[${place}].options`), m.practice_check_options);
    });
  });
};

const checkHours = (rules: Rules, findings: Findings): void => {
  rules.weekly.forEach(({ hours, first, last }, at) => {
    findings.require(hours.start < hours.end, `weekly[${at}].hours.end`, m.practice_failure_turned);
    findings.require(first === null || last === null || first <= last, `weekly[${at}].last`, m.practice_check_dates_turned);
  });
  rules.exceptions.forEach(({ first, last, note, open }, at) => {
    findings.require(first !== '' && last !== '', `exceptions[${at}].first`, m.practice_check_dates);
    findings.require(first === '' || last === '' || first <= last, `exceptions[${at}].last`, m.practice_check_dates_turned);
    findings.text(note, LIMITS.note, `exceptions[${at}].note`);
    open.forEach((stretch, place) => {
      findings.require(stretch.start < stretch.end, `exceptions[${at}].open[${place}].end`, m.practice_failure_turned);
    });
  });
};

export const problemsOf = (catalogue: Catalogue, rules: Rules): Problem[] => {
  const findings = new Findings();
  checkPractice(catalogue, findings);
  checkPeople(catalogue, findings);
  checkVisits(catalogue, findings);
  checkHours(rules, findings);
  return findings.found;
};

/** Nobody could book anything: not wrong, but said before it is published. */
export const hasNoHours = (catalogue: Catalogue, rules: Rules): boolean => {
  const offering = new Set(catalogue.visitTypes.filter((visit) => visit.public).flatMap((visit) => visit.practitioners));
  return !rules.weekly.some(({ practitioner }) => offering.has(practitioner)) && !rules.exceptions.some(({ open }) => open.length > 0);
};

/** The control of a field that the sealed side named: `visitTypes.2.duration` and `visitTypes[2].duration` are one. */
export const controlOf = (field: string): string => {
  const path = field
    .replace(/\.(\d+)/gu, '[$1]')
    .replace(/^(?:catalogue|rules)\./u, '')
    .replace(/^(address|languages)\[\d+\]$/u, '$1');
  return path.replace(/\.(options|practitioners|rooms|languages|visitTypes)\[\d+\]$/u, '.$1');
};

/** Fields that are no control: what is wrong is their size, say. */
const WHOLE: readonly string[] = ['catalogue', 'rules'];

/** What the sealed side refused, at its field; null where it is no one field. */
export const problemOf = (failure: Failure): Problem | null =>
  failure.field === null || WHOLE.includes(failure.field) ? null : { field: controlOf(failure.field), sentence: sentenceFor(failure) };
