// What is typed for a patient who called or stands at the desk.

import * as m from '../../messages/generated/messages.js';
import type { Form, Id, Limits } from '../../sealed/contract.ts';
import { byteLength } from '../../ui/bytes.ts';
import type { FieldError } from '../enter/new-passphrase.ts';
import type { Offer } from '../settings/defaults.ts';

export type VisitType = Offer['catalogue']['visitTypes'][number];

export type Typed = {
  name: string;
  phone: string;
  email: string;
  language: string;
  reason: string;
  /** By question. */
  answers: Record<string, string>;
  byEmail: boolean;
  bySms: boolean;
};

export const emptyForm = (language: string): Typed => ({ name: '', phone: '', email: '', language, reason: '', answers: {}, byEmail: false, bySms: false });

export const formOf = (typed: Typed, visit: VisitType): Form => ({
  name: typed.name.trim(),
  phone: typed.phone.trim(),
  email: typed.email.trim(),
  language: typed.language,
  reason: typed.reason.trim(),
  answers: visit.questions.map(({ id }) => ({ question: id, text: (typed.answers[id] ?? '').trim() })).filter(({ text }) => text !== ''),
  consents: { email: typed.byEmail, sms: typed.bySms },
});

export const answerField = (question: Id): string => `patient-answer-${question}`;

export const answerBytes = (typed: Typed): number => Object.values(typed.answers).reduce((sum, text) => sum + byteLength(text.trim()), 0);

export const errorsOfForm = (typed: Typed, visit: VisitType, limits: Limits): FieldError[] => {
  const errors: FieldError[] = [];
  if (typed.name.trim() === '') errors.push({ field: 'patient-name', sentence: m.practice_form_name_empty() });
  if (typed.email.trim() !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(typed.email.trim())) errors.push({ field: 'patient-email', sentence: m.practice_failure_email() });
  if (typed.phone.trim() === '' && typed.email.trim() === '') errors.push({ field: 'patient-phone', sentence: m.practice_failure_contact() });
  if (typed.phone.trim() !== '' && typed.phone.replace(/\D/gu, '').length < 5) errors.push({ field: 'patient-phone', sentence: m.practice_failure_phone_digits() });
  if (typed.byEmail && typed.email.trim() === '') errors.push({ field: 'patient-by-email', sentence: m.practice_form_no_email() });
  if (typed.bySms && typed.phone.trim() === '') errors.push({ field: 'patient-by-sms', sentence: m.practice_form_no_phone() });
  const texts = [
    ['patient-name', typed.name, limits.name],
    ['patient-email', typed.email, limits.email],
    ['patient-phone', typed.phone, limits.phone],
    ['patient-reason', typed.reason, limits.reason],
  ] as const;
  for (const [field, text, limit] of texts) {
    const length = byteLength(text.trim());
    if (length > limit && !errors.some((error) => error.field === field)) errors.push({ field, sentence: m.practice_failure_too_long({ length, limit }) });
  }
  for (const { id, text, required } of visit.questions) {
    if (required && (typed.answers[id] ?? '').trim() === '') errors.push({ field: answerField(id), sentence: m.practice_form_answer({ question: text }) });
  }
  const answers = answerBytes(typed);
  const first = visit.questions.find(({ kind }) => kind === 'free');
  if (answers > limits.answers && first !== undefined) errors.push({ field: answerField(first.id), sentence: m.practice_failure_too_long({ length: answers, limit: limits.answers }) });
  return errors;
};

/** The control of what the sealed side refused; null where it is no one field. */
export const controlOf = (field: string): string | null => {
  const answer = /^answers\.(.+)$/u.exec(field)?.[1];
  if (answer !== undefined) return answerField(answer);
  return ['name', 'email', 'phone', 'reason'].includes(field) ? `patient-${field}` : null;
};
