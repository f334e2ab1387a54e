// What a patient types, and what must be mended before it can be sent. The sealed side checks again (`check_form`).

import * as m from '../messages/generated/messages.js';
import type { Form, Id, Limits, Question } from '../sealed/contract.ts';
import { byteLength } from '../ui/bytes.ts';

export type Draft = {
  name: string;
  email: string;
  phone: string;
  reason: string;
  /** By question. */
  answers: Record<Id, string>;
  byEmail: boolean;
  bySms: boolean;
};

export const emptyDraft = (): Draft => ({ name: '', email: '', phone: '', reason: '', answers: {}, byEmail: false, bySms: false });

export const isEmpty = (draft: Draft): boolean =>
  [draft.name, draft.email, draft.phone, draft.reason, ...Object.values(draft.answers)].every((text) => text === '');

export type FieldError = { readonly field: string; readonly sentence: string };

/** The id of a question's control; of its first radio where it has several. */
export const answerField = (question: Question): string => (question.kind === 'free' ? `answer-${question.id}` : `answer-${question.id}-0`);

export const answersLength = (draft: Draft, questions: readonly Question[]): number =>
  questions.reduce((sum, { id }) => sum + byteLength(draft.answers[id] ?? ''), 0);

export const check = (draft: Draft, questions: readonly Question[], limits: Limits): FieldError[] => {
  const errors: FieldError[] = [];
  const add = (field: string, sentence: string): void => {
    if (!errors.some((error) => error.field === field)) errors.push({ field, sentence });
  };
  const within = (field: 'name' | 'email' | 'phone' | 'reason', label: string): void => {
    const over = byteLength(draft[field]) - limits[field];
    if (over > 0) add(field, m.patient_error_too_long({ field: label, over }));
  };
  within('name', m.patient_name());
  within('email', m.patient_email());
  within('phone', m.patient_phone());
  if (draft.name.trim() === '') add('name', m.patient_error_name());
  if (draft.email.trim() === '' && draft.phone.trim() === '') add('email', m.patient_error_contact());
  if (draft.email.trim() !== '' && !isEmail(draft.email.trim())) add('email', m.patient_error_email());
  if (draft.phone.trim() !== '' && digits(draft.phone) < 5) add('phone', m.patient_error_phone());
  within('reason', m.patient_reason());
  for (const question of questions) {
    if (question.required && (draft.answers[question.id] ?? '').trim() === '') {
      add(answerField(question), m.patient_error_answer({ question: question.text }));
    }
  }
  const over = answersLength(draft, questions) - limits.answers;
  const longest = questions.find(({ kind }) => kind === 'free');
  if (over > 0 && longest !== undefined) add(answerField(longest), m.patient_error_too_long({ field: m.patient_answers(), over }));
  if (draft.byEmail && draft.email.trim() === '') add('email', m.patient_error_email_reminder());
  if (draft.bySms && draft.phone.trim() === '') add('phone', m.patient_error_sms_reminder());
  return errors;
};

/** As it is sent: what was typed, but for blanks around the fields of one line. */
export const toForm = (draft: Draft, questions: readonly Question[], language: string): Form => ({
  name: draft.name.trim(),
  email: draft.email.trim(),
  phone: draft.phone.trim(),
  language,
  reason: draft.reason,
  answers: questions.flatMap(({ id }) => {
    const text = draft.answers[id] ?? '';
    return text === '' ? [] : [{ question: id, text }];
  }),
  consents: { email: draft.byEmail, sms: draft.bySms },
});

const digits = (text: string): number => text.replace(/\D/gu, '').length;

/** As much as can be told without sending to it: the rule of the sealed side. */
const isEmail = (text: string): boolean => {
  const [local, host, ...rest] = text.split('@');
  if (local === undefined || local === '' || host === undefined || rest.length > 0) return false;
  return host.includes('.') && !host.startsWith('.') && !host.endsWith('.') && !/\s/u.test(text);
};
