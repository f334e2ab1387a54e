import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { locales } from './locale.ts';

const LANGUAGES = locales;
const folder = (language: string): URL => new URL(`./${language}/`, import.meta.url);
const files = readdirSync(folder('en'));

const read = (language: string, file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(file, folder(language)), 'utf8')) as Record<string, unknown>;

const texts = (message: unknown): string[] =>
  typeof message === 'string' ? [message] : (message as { match: Record<string, string> }[]).flatMap((variant) => Object.values(variant.match));

const holes = (message: unknown): string[] =>
  [...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/gu)].flatMap((match) => match[1] ?? [])))].sort();

test.each(files)('%s says the same things in every language', (file) => {
  const english = read('en', file);
  for (const language of LANGUAGES) {
    const other = read(language, file);
    expect(Object.keys(other)).toEqual(Object.keys(english));
    for (const [key, message] of Object.entries(english)) {
      expect(holes(other[key]), `${language} ${key}`).toEqual(holes(message));
      for (const text of texts(other[key])) expect(text.trim(), `${language} ${key}`).not.toBe('');
    }
  }
});

test.each(files)('%s: French puts a no-break space where its typography wants one', (file) => {
  for (const [key, message] of Object.entries(read('fr', file))) {
    for (const text of texts(message)) {
      expect(text, key).not.toMatch(/[^\s\u00a0\u202f][?!;:»](?:\s|$)/u);
      expect(text, key).not.toMatch(/ [?!;:»](?:\s|$)/u);
      expect(text, key).not.toContain("'");
    }
  }
});

test('the languages of the page are those that are compiled', () => {
  const settings = JSON.parse(readFileSync(new URL('../../project.inlang/settings.json', import.meta.url), 'utf8')) as { locales: string[] };
  expect(settings.locales).toEqual(locales);
});
