// What the states of an item, the reasons to look at one and the steps of its history are called.

import * as m from '../../messages/generated/messages.js';
import type { AgendaItem } from '../../sealed/contract.ts';

export type State = AgendaItem['state'];

type Look = { readonly word: () => string; readonly path: string };

/** Icons on a field of 16 by 16. */
export const STATES: Readonly<Record<State, Look>> = {
  reserved: { word: m.practice_state_reserved, path: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M8 4v4.5l3 2' },
  confirmed: { word: m.practice_state_confirmed, path: 'M2 8.5l4 4L14 4' },
  declined: { word: m.practice_state_declined, path: 'M3 3l10 10M13 3L3 13' },
  cancelled: { word: m.practice_state_cancelled, path: 'M2 8h12' },
  'no-show': { word: m.practice_state_no_show, path: 'M8 1.5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M2.5 14.5c1-4 3-5 5.5-5M10.5 10.5l4 4M14.5 10.5l-4 4' },
  blocked: { word: m.practice_state_blocked, path: 'M3.5 7h9v7h-9zM5.5 7V4.5a2.5 2.5 0 0 1 5 0V7' },
};

export const stateWord = (state: State): string => STATES[state].word();

/** Whether the time is given free again. */
export const isOver = (state: State): boolean => state === 'declined' || state === 'cancelled';

/** Codes of `souspli_client::practice::attention` and of `souspli_booking::free::Unavailable`. */
const REASONS: Readonly<Record<string, () => string>> = {
  wrong_claims: m.practice_attention_claims,
  double_booked: m.practice_attention_overlap,
  taken: m.practice_attention_overlap,
  unknown_link: m.practice_attention_link,
  visit_type: m.practice_attention_visit_type,
  practitioner: m.practice_attention_practitioner,
  room: m.practice_attention_room,
  length: m.practice_attention_length,
  hours: m.practice_attention_hours,
  start: m.practice_attention_start,
  too_soon: m.practice_attention_too_soon,
  too_far: m.practice_attention_too_far,
};

export const attentionSentence = (code: string): string => REASONS[code]?.() ?? m.practice_attention_other({ code });

const STEPS: Readonly<Record<string, readonly [patient: () => string, practice: () => string]>> = {
  booked: [m.practice_history_booked, m.practice_history_booked_here],
  confirmed: [m.practice_history_confirmed, m.practice_history_confirmed],
  declined: [m.practice_history_declined, m.practice_history_declined],
  moved: [m.practice_history_moved, m.practice_history_moved_here],
  cancelled: [m.practice_history_cancelled, m.practice_history_cancelled_here],
  access: [m.practice_history_access, m.practice_history_access],
  'no-show': [m.practice_history_no_show, m.practice_history_no_show],
  note: [m.practice_history_note, m.practice_history_note],
  blocked: [m.practice_history_blocked, m.practice_history_blocked],
};

export const historySentence = (kind: string, by: 'patient' | 'practice'): string =>
  STEPS[kind]?.[by === 'patient' ? 0 : 1]() ?? m.practice_history_other({ kind });
