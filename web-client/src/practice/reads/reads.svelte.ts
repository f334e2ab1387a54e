// The journal of reads as the page shows it: one line for each key and hour, newest first (docs/spec/log.md §7).

import type { Journal, LocalDate, ReadLine } from '../../sealed/contract.ts';
import { addDays } from '../../ui/format.ts';
import { agenda } from '../agenda/agenda.svelte.ts';
import { Attempt } from '../attempt.svelte.ts';
import { session } from '../session.svelte.ts';

/** Days back that can be chosen; 0 is everything. */
export const PERIODS = [7, 30, 90, 0] as const;
export type Period = (typeof PERIODS)[number];

/** The lines of one day. */
export type Day = { readonly date: LocalDate; readonly lines: readonly ReadLine[] };

class Reads {
  journal = $state.raw<Journal | null>(null);
  period = $state<Period>(7);
  /** The key whose lines are shown; empty: all. */
  key = $state('');
  readonly loading = new Attempt();
  /** Another time was chosen while one was read. */
  #again = false;

  readonly lines = $derived([...(this.journal?.lines ?? [])].reverse());
  readonly shown = $derived(this.lines.filter((line) => this.key === '' || line.key === this.key));
  /** Each key once, as it was met last. */
  readonly readers = $derived([...new Map(this.lines.toReversed().map((line) => [line.key, line])).values()]);
  readonly strangers = $derived(this.readers.filter(({ who }) => who.kind === 'unknown'));

  clear(): void {
    this.journal = null;
    this.period = 7;
    this.key = '';
    this.loading.failure = null;
  }

  /** Fetches what is new of it and reads the chosen time. */
  async load(): Promise<void> {
    if (this.loading.busy) {
      this.#again = true;
      return;
    }
    await this.#read();
    if (!this.#again) return;
    this.#again = false;
    await this.load();
  }

  async #read(): Promise<void> {
    const since = this.period === 0 ? null : addDays(agenda.today, 1 - this.period);
    const found = await this.loading.run((onProgress) => session.call('journal', { since, until: null }, onProgress));
    if (found === null) return;
    this.journal = found;
    if (!this.readers.some(({ key }) => key === this.key)) this.key = '';
    await agenda.bring(found.changed);
  }
}

export const reads = new Reads();

/** Lines that follow one another, by their days. */
export const byDay = (lines: readonly ReadLine[]): Day[] => {
  const days: { date: LocalDate; lines: ReadLine[] }[] = [];
  for (const line of lines) {
    const day = days.at(-1);
    if (day?.date === line.date) day.lines.push(line);
    else days.push({ date: line.date, lines: [line] });
  }
  return days;
};
