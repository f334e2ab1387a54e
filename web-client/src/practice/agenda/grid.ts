// The agenda as rows of half an hour and columns of days or people.

import type { AgendaItem, Id, LocalDate } from '../../sealed/contract.ts';
import { minutesOf } from '../settings/clock-text.ts';
import { place, type Placed } from './lanes.ts';

export const ROW_MINUTES = 30;
/** The least that an item's words need, in minutes of height. */
const LEAST_MINUTES = 20;
/** Shown even where nothing is booked. */
const MORNING = 8 * 60;
const EVENING = 18 * 60;

export type Column = { readonly key: string; readonly date: LocalDate; readonly practitioner: Id | null };

export type GridItem = Placed<AgendaItem> & {
  /** Minutes after the beginning of its row, and minutes of height. */
  readonly offset: number;
  readonly height: number;
};

/** A row begins at `minutes`; its cells stand in the order of the columns. */
export type Row = { readonly minutes: number; readonly cells: readonly (readonly GridItem[])[] };

const startOf = (item: AgendaItem): number => minutesOf(item.appointment.time) ?? 0;

export const spanOf = (item: AgendaItem): { start: number; end: number } => {
  const start = startOf(item);
  return { start, end: start + Math.max(item.appointment.duration, LEAST_MINUTES) };
};

export const belongs = (item: AgendaItem, column: Column): boolean =>
  item.appointment.date === column.date && (column.practitioner === null || item.appointment.practitioner === column.practitioner);

/** Which minutes the rows cover: office hours, and whatever stands outside them. */
const bounds = (items: readonly AgendaItem[]): readonly [number, number] => {
  const spans = items.map(spanOf);
  const first = Math.min(MORNING, ...spans.map(({ start }) => start));
  const last = Math.max(EVENING, ...spans.map(({ end }) => end));
  return [first - (first % 60), Math.min(1_440, Math.ceil(last / 60) * 60)];
};

export const rowsOf = (items: readonly AgendaItem[], columns: readonly Column[]): Row[] => {
  const [first, last] = bounds(items);
  const placed = columns.map((column) => place(items.filter((item) => belongs(item, column)), spanOf));
  return Array.from({ length: Math.ceil((last - first) / ROW_MINUTES) }, (_, row) => {
    const minutes = first + row * ROW_MINUTES;
    const inRow = (one: Placed<AgendaItem>): boolean => {
      const start = startOf(one.item);
      return start >= minutes && start < minutes + ROW_MINUTES;
    };
    return {
      minutes,
      cells: placed.map((column) =>
        column
          .filter(inRow)
          .map((one) => ({ ...one, offset: startOf(one.item) - minutes, height: spanOf(one.item).end - spanOf(one.item).start }))
          .sort((a, b) => a.offset - b.offset || a.lane - b.lane),
      ),
    };
  });
};

/** A place that the keyboard can stand on: a cell without items, or one of its items. */
export type Stop = { readonly row: number; readonly column: number; readonly item: number };

const itemsAt = (rows: readonly Row[], { row, column }: Stop): number => rows[row]?.cells[column]?.length ?? 0;

/** A stop that exists, the nearest to what was wanted. */
export const clamp = (rows: readonly Row[], columns: number, stop: Stop): Stop => {
  const row = Math.max(0, Math.min(stop.row, rows.length - 1));
  const column = Math.max(0, Math.min(stop.column, columns - 1));
  const count = itemsAt(rows, { row, column, item: 0 });
  return { row, column, item: Math.max(0, Math.min(stop.item, count - 1)) };
};

/** Where an arrow, Home or End leads; null for other keys. Up and down go through the items of a cell. */
export const step = (key: string, rows: readonly Row[], columns: number, at: Stop): Stop | null => {
  const to = (stop: Stop): Stop => clamp(rows, columns, stop);
  switch (key) {
    case 'ArrowDown':
      if (at.item + 1 < itemsAt(rows, at)) return to({ ...at, item: at.item + 1 });
      return at.row + 1 < rows.length ? to({ ...at, row: at.row + 1, item: 0 }) : at;
    case 'ArrowUp':
      if (at.item > 0) return to({ ...at, item: at.item - 1 });
      return at.row > 0 ? to({ ...at, row: at.row - 1, item: Number.MAX_SAFE_INTEGER }) : at;
    case 'ArrowLeft':
      return to({ ...at, column: at.column - 1, item: 0 });
    case 'ArrowRight':
      return to({ ...at, column: at.column + 1, item: 0 });
    case 'Home':
      return to({ ...at, column: 0, item: 0 });
    case 'End':
      return to({ ...at, column: columns - 1, item: 0 });
    default:
      return null;
  }
};
