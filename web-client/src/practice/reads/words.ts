// Who is behind a key, and what was given, in words.

import * as m from '../../messages/generated/messages.js';
import type { Hour, Reader, Role } from '../../sealed/contract.ts';
import { clock, fullDate } from '../../ui/format.ts';

const ROLES: Readonly<Record<Role, () => string>> = {
  owner: m.practice_team_owner,
  practitioner: m.practice_team_practitioner,
  desk: m.practice_team_desk,
};

const role = (role: Role | null): string => (role === null ? '' : ROLES[role]());

/** A name where this device knows one: an owner's does. */
export const readerName = ({ kind, name, role: as, own }: Reader): string => {
  const named = name === '' ? role(as) : m.practice_team_member({ name, role: role(as) });
  if (kind === 'unknown') return m.practice_reads_unknown();
  if (kind === 'former') return m.practice_reads_former({ role: role(as) });
  return own ? m.practice_reads_own({ name: named }) : named;
};

/** What a key looks like where two have to be told apart. */
export const keyMark = (key: string): string => key.slice(0, 8);

export const hourWords = ({ date, time }: Hour): string => m.practice_date_time({ date: fullDate(date), time: clock(time) });

const KINDS: Readonly<Record<string, () => string>> = {
  registration: m.practice_reads_kind_registration,
  acl: m.practice_reads_kind_acl,
  links: m.practice_reads_kind_links,
  identity: m.practice_reads_kind_identity,
  catalogue: m.practice_reads_kind_catalogue,
  hours: m.practice_reads_kind_hours,
  grants: m.practice_reads_kind_grants,
  rules: m.practice_reads_kind_rules,
};

export const kindName = (kind: string): string => KINDS[kind]?.() ?? kind;

const DATA: Readonly<Record<string, () => string>> = {
  name: m.practice_reads_data_name,
  email: m.practice_reads_data_email,
  phone: m.practice_reads_data_phone,
  language: m.practice_reads_data_language,
  appointment: m.practice_reads_data_appointment,
  words: m.practice_reads_data_words,
  noShow: m.practice_reads_data_no_show,
  blocked: m.practice_reads_data_blocked,
  reason: m.practice_reads_data_reason,
  answers: m.practice_reads_data_answers,
  note: m.practice_reads_data_note,
  unread: m.practice_reads_data_unread,
};

/** Kinds of data in the order in which they are told. */
export const dataNames = (names: readonly string[]): string[] => {
  const order = Object.keys(DATA);
  return [...names].sort((a, b) => order.indexOf(a) - order.indexOf(b)).map((name) => DATA[name]?.() ?? name);
};
