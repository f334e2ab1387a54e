import { expect, test } from 'vitest';
import { readQr } from './qr.ts';

const made =
  '<?xml version="1.0" standalone="yes"?><svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="200" height="200" viewBox="0 0 200 200" shape-rendering="crispEdges">' +
  '<path d="M0 0h200v200H0V0" fill="#fff"/><path fill="#000" d="M20 20h5v5H20V20M25 20h5v5H25V20"/></svg>';

test('what the encoder writes is read', () => {
  expect(readQr(made)).toEqual({ size: 200, path: 'M20 20h5v5H20V20M25 20h5v5H25V20' });
});

test.each([
  ['', 'nothing'],
  [made.replace('0 0 200 200', '0 0 200 100'), 'not square'],
  [made.replaceAll('d="M', 'd="url(M'), 'another path language'],
  ['<svg viewBox="0 0 9 9"><script>alert(1)</script></svg>', 'no path'],
])('%s is refused', (svg) => {
  expect(readQr(svg)).toBeNull();
});
