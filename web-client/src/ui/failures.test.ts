import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import en from '../messages/en/failures.json' with { type: 'json' };
import fr from '../messages/fr/failures.json' with { type: 'json' };
import { sentenceFor } from '../practice/failures.ts';
import { FAILURES } from './failures.ts';

const spec = (name: string): string => readFileSync(new URL(`../../../docs/spec/${name}`, import.meta.url), 'utf8');

const codesIn = (text: string): string[] => [...text.matchAll(/`([a-z][a-z0-9_]+)`/gu)].flatMap((match) => match[1] ?? []);

const section = (text: string, number: number): string => {
  const found = new RegExp(`^## ${number}\\. [^]*?(?=^## |$(?![^]))`, 'mu').exec(text);
  if (found === null) throw new Error(`there is no section ${number}`);
  return found[0];
};

const hostCodes = section(spec('http.md'), 5)
  .split('\n')
  .filter((line) => /^\| [45]\d\d/u.test(line))
  .flatMap(codesIn);

// What the client finds by itself, outside those two texts.
const clientCodes = [
  ...['bad_link', 'not_taking_bookings', 'outcome_unknown', 'change_unknown', 'host_answer', 'storage_refused', 'offline', 'view_only', 'no_visit_type'],
  ...['missing', 'missing_contact', 'bad_email', 'bad_phone', 'bad_answer', 'too_long'],
  ...['bad_receipt', 'bad_chain', 'bad_event', 'read_back_differs'],
];

/** Of keys and vaults, which no patient has: the practice's pages have a sentence for them. */
const practiceCodes = ['not_in_acl', 'registration_closed', 'no_vault', 'already_registered', 'vault_exists', 'vault_conflict'];

const verifierCodes = [...section(spec('publications.md'), 6).matchAll(/\(((?:`[a-z_]+`(?:, )?)+)\)/gu)].flatMap((match) => codesIn(match[1] ?? ''));

describe('every failure has a sentence', () => {
  test('the texts name codes', () => {
    expect(hostCodes).toContain('unknown_outcome');
    expect(hostCodes.length).toBeGreaterThan(40);
    expect(verifierCodes).toContain('rolled_back');
    expect(verifierCodes.length).toBeGreaterThan(10);
  });

  test.each([...new Set([...hostCodes, ...verifierCodes, ...clientCodes])])('%s', (code) => {
    const ofPractices = practiceCodes.includes(code);
    expect(code in FAILURES).toBe(!ofPractices);
    const sentence = ofPractices ? sentenceFor({ code, numbers: {} }) : FAILURES[code]?.[1]();
    expect(sentence).toMatch(/^[A-Z].*[.)]$/u);
    if (ofPractices) expect(sentence).not.toContain(code);
  });

  test('in both languages, and not the same one twice', () => {
    expect(Object.keys(fr)).toEqual(Object.keys(en));
    for (const [key, sentence] of Object.entries(en)) expect(fr[key as keyof typeof fr], key).not.toBe(sentence);
  });
});
