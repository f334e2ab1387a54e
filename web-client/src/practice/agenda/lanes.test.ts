import { expect, test } from 'vitest';
import { place } from './lanes.ts';

const lanes = (...spans: [number, number][]): string[] =>
  place(spans, ([start, end]) => ({ start, end })).map(({ item: [start, end], lane, lanes }) => `${start}-${end}: ${lane + 1}/${lanes}`);

test('nothing overlaps: one lane each', () => {
  expect(lanes([0, 10], [10, 20], [30, 40])).toEqual(['0-10: 1/1', '10-20: 1/1', '30-40: 1/1']);
});

test('what overlaps stands side by side, and what comes after does not', () => {
  expect(lanes([0, 30], [10, 20], [20, 40], [40, 50])).toEqual(['0-30: 1/2', '10-20: 2/2', '20-40: 2/2', '40-50: 1/1']);
});

test('the longer of two that begin together comes first', () => {
  expect(lanes([0, 10], [0, 30])).toEqual(['0-30: 1/2', '0-10: 2/2']);
});

test('nothing', () => {
  expect(lanes()).toEqual([]);
});
