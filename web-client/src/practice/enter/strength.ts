// A hint, not a gate: twelve characters are what is asked for. It knows lengths, repeats and rows of keys; it holds no
// dictionary, so it says "could be better" rather than "strong" to anything short.

export const MIN_LENGTH = 12;

export type Strength = 'short' | 'weak' | 'fair' | 'good';

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'azertyuiop', 'asdfghjkl', 'qsdfghjklm', 'zxcvbnm', 'wxcvbn'];

/** Code points after NFC, as the sealed side counts them. */
const characters = (text: string): string[] => Array.from(text.normalize('NFC'));

/** Counts each character that does not just go on with a repeat or a row of keys, either way. */
const surprising = (letters: readonly string[]): number =>
  letters.filter((letter, at) => {
    const before = letters[at - 1];
    if (before === undefined) return true;
    const pair = (before + letter).toLowerCase();
    const turned = (letter + before).toLowerCase();
    return letter.toLowerCase() !== before.toLowerCase() && !ROWS.some((row) => row.includes(pair) || row.includes(turned));
  }).length;

export const strengthOf = (passphrase: string): Strength => {
  const letters = characters(passphrase);
  if (letters.length < MIN_LENGTH) return 'short';
  const different = new Set(letters.map((letter) => letter.toLowerCase())).size;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(passphrase)).length;
  const score = Math.min(surprising(letters), different * 2) + (kinds - 1) * 2;
  if (score < 12) return 'weak';
  return score < 18 ? 'fair' : 'good';
};
