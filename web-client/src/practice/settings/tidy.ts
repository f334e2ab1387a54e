// What is typed, as it is published: without blank ends, empty lines and dates that were never chosen.

import type { Offer } from './defaults.ts';

const filled = (lines: readonly string[]): string[] => lines.map((line) => line.trim()).filter((line) => line !== '');
const dateOrNone = (date: string | null): string | null => (date === '' ? null : date);

export const tidy = ({ catalogue, rules }: Offer): Offer => ({
  catalogue: {
    ...catalogue,
    name: catalogue.name.trim(),
    address: filled(catalogue.address),
    phone: catalogue.phone.trim(),
    website: catalogue.website.trim(),
    introduction: catalogue.introduction.trim(),
    practitioners: catalogue.practitioners.map((who) => ({ ...who, name: who.name.trim(), title: who.title.trim(), specialty: who.specialty.trim() })),
    rooms: catalogue.rooms.map((room) => ({ ...room, name: room.name.trim() })),
    visitTypes: catalogue.visitTypes.map((visit) => ({
      ...visit,
      name: visit.name.trim(),
      instructions: visit.instructions.trim(),
      questions: visit.questions.map((question) => ({ ...question, text: question.text.trim(), options: question.kind === 'choice' ? filled(question.options) : [] })),
    })),
  },
  rules: {
    ...rules,
    weekly: rules.weekly.map((rule) => ({ ...rule, first: dateOrNone(rule.first), last: dateOrNone(rule.last) })),
    exceptions: rules.exceptions.map((exception) => ({ ...exception, note: exception.note.trim() })),
  },
});
