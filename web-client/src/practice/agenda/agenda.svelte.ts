// What the agenda shows: everything from some weeks back to the end of what can be booked, opened on this device. It
// asks the sealed side for what is new whenever the host may have something, and keeps what it has when it cannot.

import type { Progress } from '../../sealed/channel.ts';
import type { AgendaDetail, AgendaItem, Failure, File, Id, LocalDate, PaperLink, Resent } from '../../sealed/contract.ts';
import { addDays } from '../../ui/format.ts';
import { Attempt } from '../attempt.svelte.ts';
import { session } from '../session.svelte.ts';
import { isOver } from './states.ts';

/** Days that patients can have booked ahead: seven windows. */
const AHEAD = 200;
const BACK = 35;

/** In the device's zone, until the sealed side says what day it is at the practice. */
const deviceToday = (): LocalDate => new Date().toLocaleDateString('sv-SE');

export type Upkeep =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly progress: Progress }
  | { readonly state: 'done'; readonly epochs: number; readonly windows: number }
  | { readonly state: 'failed'; readonly failure: Failure };

/** Leaves are asked for in rounds of 64: an agenda of years is done in a few visits. */
const LOG_ROUNDS = 8;
const LOG_CODES = ['bad_checkpoint', 'log_forked', 'log_rolled_back', 'bad_tile', 'no_quorum', 'bad_proof', 'broken_promise'];

class Agenda {
  items = $state.raw<readonly AgendaItem[]>([]);
  today = $state<LocalDate>(deviceToday());
  loaded = $state(false);
  opening = $state.raw<Progress>({ done: 0, total: 0 });
  /** Why what is shown may not be the newest; null while it is. */
  failure = $state.raw<Failure | null>(null);
  upkeep = $state.raw<Upkeep>({ state: 'none' });
  /** What is wrong with the host's public log, and the files that show it. */
  log = $state.raw<{ readonly failure: Failure; readonly evidence: readonly File[] } | null>(null);
  /** What came in since the page was opened, for eyes and ears; the newest only. */
  news = $state.raw<readonly AgendaItem[]>([]);
  /** What the last round of news was about. */
  changed = $state.raw<readonly Id[]>([]);
  /** What became of bytes whose answer was lost, until somebody has read it. */
  resent = $state.raw<readonly Resent[]>([]);
  /** Declined by itself, since another appointment has the time or its claims are not those of its time: somebody must call. */
  declined = $state.raw<readonly AgendaItem[]>([]);
  /** Notes and no-shows that wait on this device to be sent with those of the day. */
  later = $state(0);
  readonly sending = new Attempt();
  /** Private links of bookings that were typed in, by record: nobody can make them again once this page is locked. */
  papers = $state.raw<ReadonlyMap<Id, PaperLink>>(new Map());
  /** Appointments whose events do not verify: they are not shown. */
  broken = $state(0);
  readonly waiting = $derived(this.items.filter((item) => item.kind === 'booking' && item.state === 'reserved' && item.appointment.date >= this.today));
  #from: LocalDate = addDays(deviceToday(), -BACK);
  /** The device's day when it was last read: at midnight another day is today, though nothing has changed. */
  #readOn: LocalDate = deviceToday();
  /** Records that another question brought along, to be shown with the next round. */
  #brought: readonly Id[] = [];
  #running: Promise<void> | null = null;
  #again = false;

  /** From nothing: another practice may have been open before. */
  clear(): void {
    this.items = [];
    this.news = [];
    this.changed = [];
    this.resent = [];
    this.declined = [];
    this.#brought = [];
    this.papers = new Map();
    this.later = 0;
    this.loaded = false;
    this.opening = { done: 0, total: 0 };
    this.broken = 0;
    this.failure = null;
    this.upkeep = { state: 'none' };
    this.log = null;
    this.today = deviceToday();
    this.#from = addDays(this.today, -BACK);
  }

  /** Asks for what is new; a second wish while one runs is served after it. */
  async refresh(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#refreshAll();
    await this.#running;
  }

  /** Takes what another question to the host brought along: shown as if it had come by itself. */
  async bring(changed: readonly Id[]): Promise<void> {
    if (changed.length === 0) return;
    this.#brought = [...this.#brought, ...changed];
    await this.refresh();
  }

  async #refreshAll(): Promise<void> {
    await this.#once();
    this.#running = null;
    if (!this.#again) return;
    this.#again = false;
    await this.refresh();
  }

  async #once(): Promise<void> {
    const synced = await session.call('sync', {}, (progress) => {
      this.opening = progress;
    });
    this.failure = synced.ok ? null : synced.failure;
    const known = new Set(this.items.map(({ record }) => record));
    const hadAny = this.loaded;
    if (!synced.ok && hadAny) return;
    if (synced.ok) {
      this.broken = synced.value.broken;
      this.later = synced.value.later;
      this.resent = [...this.resent, ...synced.value.resent];
      for (const { record, link } of synced.value.resent) if (link !== undefined) this.keepPaper(record, link);
    }
    const changed = synced.ok ? [...new Set([...this.#brought, ...synced.value.changed])] : [];
    if (synced.ok && hadAny && changed.length === 0 && this.#readOn === deviceToday()) return;
    await this.#read();
    if (synced.ok) {
      const answered = new Set(synced.value.confirmed);
      const declined = this.items.filter(({ record, state }) => state === 'declined' && answered.has(record));
      if (declined.length > 0) this.declined = [...this.declined, ...declined];
    }
    if (!synced.ok || !hadAny) return;
    this.#brought = this.#brought.filter((record) => !changed.includes(record));
    this.changed = changed;
    const fresh = new Set(changed.filter((record) => !known.has(record)));
    const news = this.items.filter(({ kind, record, state }) => kind === 'booking' && fresh.has(record) && !isOver(state));
    if (news.length > 0) this.news = news;
  }

  async #read(): Promise<void> {
    const found = await session.call('agenda', { from: this.#from, to: addDays(this.today, AHEAD) });
    if (!found.ok) {
      // Before the first publishing there is no agenda, which is no failure.
      if (found.failure.code !== 'not_published') this.failure ??= found.failure;
      return;
    }
    this.#readOn = deviceToday();
    this.items = found.value.items;
    this.today = found.value.today;
    this.loaded = true;
  }

  /** Reads further back when someone looks there. */
  async reach(from: LocalDate): Promise<void> {
    if (from >= this.#from) return;
    this.#from = addDays(from, -BACK);
    await this.#read();
  }

  /** Sends what waits for the day's end. */
  async sendLater(): Promise<void> {
    if (this.sending.busy) return;
    const sent = await this.sending.run(() => session.call('sendLater', {}));
    if (sent === null) return;
    this.later = sent.later;
    this.changed = sent.changed;
    await this.#read();
  }

  /** New keys where they are due and hours to the end of what can be booked. */
  async maintain(): Promise<void> {
    if (this.upkeep.state === 'running') return;
    this.upkeep = { state: 'running', progress: { done: 0, total: 0 } };
    const done = await session.call('maintain', {}, (progress) => {
      this.upkeep = { state: 'running', progress };
    });
    this.upkeep = done.ok ? { state: 'done', ...done.value } : { state: 'failed', failure: done.failure };
  }

  /** The host's public log, once what was asked for is shown; what passes by itself is no news. */
  async followLog(): Promise<void> {
    for (let round = 0; round < LOG_ROUNDS; round += 1) {
      const looked = await session.call('log', {});
      if (!looked.ok) {
        if (!LOG_CODES.includes(looked.failure.code)) return;
        const kept = await session.call('evidence', {});
        this.log = { failure: looked.failure, evidence: kept.ok ? kept.value.files : [] };
        return;
      }
      this.log = null;
      if (!looked.value.more) return;
    }
  }

  /** An item as an action left it, before the next sync tells the same. */
  put(detail: AgendaDetail): void {
    const { record, kind, state, appointment, name, attention, colour } = detail;
    const item: AgendaItem = { record, kind, state, appointment, name, attention, colour };
    const others = this.items.filter((one) => one.record !== record);
    this.items = [...others, item].sort((a, b) => a.appointment.start - b.appointment.start);
  }

  keepPaper(record: Id, paper: PaperLink): void {
    this.papers = new Map([...this.papers, [record, paper]]);
  }

  /** After something was made here: it is read back like anything else. */
  async reread(): Promise<void> {
    await this.#read();
  }

  item(record: Id): AgendaItem | undefined {
    return this.items.find((item) => item.record === record);
  }
}

export const agenda = new Agenda();
