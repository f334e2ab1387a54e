// How the agenda is looked at: which days, as what, and whose.

import type { AgendaItem, Id, LocalDate } from '../../sealed/contract.ts';
import { addDays, weekday } from '../../ui/format.ts';
import { agenda } from './agenda.svelte.ts';
import { isOver } from './states.ts';

export type Shape = 'list' | 'day' | 'week';

/** Below this a week's columns are too narrow to be read. */
const WIDE = '(min-width: 40rem)';
/** Days that the list shows at once. */
const LIST_DAYS = 14;

class View {
  shape = $state<Shape>(matchMedia(WIDE).matches ? 'week' : 'list');
  /** The day that was looked at last; null: today, whatever day that becomes. */
  #date = $state<LocalDate | null>(null);
  /** Empty: everyone's. */
  practitioner = $state<Id>('');
  withOver = $state(false);

  get date(): LocalDate {
    return this.#date ?? agenda.today;
  }

  set date(date: LocalDate) {
    this.#date = date === agenda.today ? null : date;
    void agenda.reach(this.first);
  }

  readonly first = $derived.by(() => (this.shape === 'week' ? addDays(this.date, 1 - weekday(this.date)) : this.date));
  readonly days = $derived.by(() => Array.from({ length: { list: LIST_DAYS, day: 1, week: 7 }[this.shape] }, (_, day) => addDays(this.first, day)));
  readonly last = $derived.by(() => this.days.at(-1) ?? this.first);
  readonly items = $derived.by(() => agenda.items.filter((item) => this.shows(item) && item.appointment.date >= this.first && item.appointment.date <= this.last));

  shows(item: AgendaItem): boolean {
    return (this.practitioner === '' || item.appointment.practitioner === this.practitioner) && (this.withOver || !isOver(item.state));
  }

  /** To the next or the previous day, week or two weeks. */
  turn(direction: 1 | -1): void {
    this.date = addDays(this.date, direction * this.days.length);
  }
}

export const view = new View();
