// What must hold of a passphrase that is typed twice.

import * as m from '../../messages/generated/messages.js';
import { strengthOf } from './strength.ts';

export type FieldError = { readonly field: string; readonly sentence: string };

export const errorsOfNew = (id: string, passphrase: string, again: string): FieldError[] => {
  if (strengthOf(passphrase) === 'short') return [{ field: id, sentence: m.practice_passphrase_short() }];
  if (passphrase.normalize('NFC') !== again.normalize('NFC')) return [{ field: `${id}-again`, sentence: m.practice_passphrase_differs() }];
  return [];
};

export const byField = (errors: readonly FieldError[]): ReadonlyMap<string, string> => new Map(errors.map(({ field, sentence }) => [field, sentence]));
