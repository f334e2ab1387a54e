import { describe, expect, test } from 'vitest';
import type { AgendaItem } from '../../sealed/contract.ts';
import { rowsOf, step, type Column } from './grid.ts';

const item = (date: string, time: string, duration: number, practitioner = 'a'): AgendaItem => ({
  record: `${date}${time}${practitioner}`,
  kind: 'booking',
  state: 'confirmed',
  name: '',
  attention: null,
  colour: '#000000',
  appointment: {
    start: 0,
    minute: 0,
    date,
    time,
    endTime: '',
    duration,
    visitType: '',
    visitTypeName: '',
    practitioner,
    practitionerName: '',
    roomName: '',
  },
});
const columns: Column[] = ['2026-12-01', '2026-12-02'].map((date) => ({ key: date, date, practitioner: null }));

describe('rows', () => {
  test('cover office hours, and more where something stands there', () => {
    expect(rowsOf([], columns)).toHaveLength(20);
    const rows = rowsOf([item('2026-12-01', '06:45', 20), item('2026-12-02', '19:00', 30)], columns);
    expect([rows[0]?.minutes, rows.length]).toEqual([6 * 60, 28]);
  });

  test('hold what begins in them', () => {
    const rows = rowsOf([item('2026-12-02', '08:50', 20), item('2026-12-02', '08:30', 20), item('2026-12-01', '23:50', 20)], columns);
    expect(rows[1]?.cells.map((cell) => cell.map(({ item: { appointment }, offset, height }) => [appointment.time, offset, height]))).toEqual([
      [],
      [
        ['08:30', 0, 20],
        ['08:50', 20, 20],
      ],
    ]);
    expect(rows.at(-1)?.minutes).toBe(23 * 60 + 30);
  });

  test('columns of people hold what is theirs', () => {
    const people: Column[] = ['a', 'b'].map((practitioner) => ({ key: practitioner, date: '2026-12-01', practitioner }));
    const rows = rowsOf([item('2026-12-01', '08:00', 20, 'b')], people);
    expect(rows[0]?.cells.map((cell) => cell.length)).toEqual([0, 1]);
  });
});

describe('keys', () => {
  const rows = rowsOf([item('2026-12-01', '08:30', 10), item('2026-12-01', '08:50', 10)], columns);
  const go = (...keys: string[]) => keys.reduce((at, key) => step(key, rows, 2, at) ?? at, { row: 0, column: 0, item: 0 });

  test('down goes through the items of a cell', () => {
    expect(go('ArrowDown')).toEqual({ row: 1, column: 0, item: 0 });
    expect(go('ArrowDown', 'ArrowDown')).toEqual({ row: 1, column: 0, item: 1 });
    expect(go('ArrowDown', 'ArrowDown', 'ArrowDown')).toEqual({ row: 2, column: 0, item: 0 });
    expect(go('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp')).toEqual({ row: 1, column: 0, item: 1 });
  });

  test('nothing leads out', () => {
    expect(go('ArrowUp', 'ArrowLeft')).toEqual({ row: 0, column: 0, item: 0 });
    expect(go('End', 'ArrowRight')).toEqual({ row: 0, column: 1, item: 0 });
    expect(step('x', rows, 2, { row: 0, column: 0, item: 0 })).toBeNull();
  });
});
