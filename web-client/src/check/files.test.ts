import { expect, test } from 'vitest';
import { base64url } from './files.ts';

test('bytes as base64url, without padding', () => {
  expect(base64url(new Uint8Array([]))).toBe('');
  expect(base64url(new Uint8Array([0xfb, 0xff]))).toBe('-_8');
  const long = Uint8Array.from({ length: 100_001 }, (_, place) => place % 251);
  expect(base64url(long) === Buffer.from(long).toString('base64url')).toBe(true);
});
