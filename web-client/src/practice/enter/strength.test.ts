import { expect, test } from 'vitest';
import { strengthOf } from './strength.ts';

test.each([
  ['', 'short'],
  ['elevenchars', 'short'],
  ['aaaaaaaaaaaa', 'weak'],
  ['abcdefghijkl', 'weak'],
  ['123456789012', 'weak'],
  ['azertyuiopqsdf', 'weak'],
  ['motdepassemed', 'weak'],
  ['lampe bleue 3', 'fair'],
  ['tulipe wagon bruine 47', 'good'],
  ['correct horse battery staple', 'good'],
] as const)('%j is %s', (passphrase, strength) => {
  expect(strengthOf(passphrase)).toBe(strength);
});

test('a letter written in two parts counts once', () => {
  expect(strengthOf('e\u0301'.repeat(11))).toBe('short');
});
