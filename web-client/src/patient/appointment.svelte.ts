// An appointment behind its private link: seen, moved, cancelled. Seeing changes nothing; the other two are presses,
// each with a question before it.

import type { Booking, Failure, FreeDays, FreeTime, LocalDate, PatientCalls, Result } from '../sealed/contract.ts';
import type { PatientSealed } from '../sealed/patient.ts';
import { weightOf } from '../ui/failures.ts';
import { Trail } from '../ui/trail.ts';

export type Mode = 'see' | 'day' | 'time';

export class Appointment {
  booking: Booking;
  mode = $state<Mode>('see');
  /** Whether something was done here: only then do headings take the focus. */
  begun = $state(false);
  asks = $state<'move' | 'cancel' | null>(null);
  days = $state.raw<FreeDays | null>(null);
  date = $state<LocalDate | null>(null);
  time = $state.raw<FreeTime | null>(null);
  anybody = $state(false);
  cancelText = $state('');
  failure = $state.raw<Failure | null>(null);
  busy = $state<'times' | 'move' | 'cancel' | 'read' | null>(null);
  /** Minute of the last look. */
  lookedAt = $state(Math.floor(Date.now() / 60_000));
  /** How often it was moved here. */
  moves = $state(0);
  /** A change was sent, and nobody knows yet whether it arrived. */
  unsure = $state(false);

  readonly #sealed: PatientSealed;
  readonly #trail: Trail<Mode>;
  /** To be said where Back leads. */
  #told: Failure | null = null;
  /** Once the session stands on the private link; a booking that was just made still stands on the booking link. */
  #opened: boolean;

  constructor(booking: Booking, sealed: PatientSealed, justBooked: boolean) {
    this.booking = $state.raw(booking);
    this.#sealed = sealed;
    this.#opened = !justBooked;
    this.#trail = new Trail<Mode>('see', (mode) => this.#arrive(mode));
  }

  close(): void {
    this.#trail.close();
  }

  async read(): Promise<void> {
    if (this.busy !== null) return;
    this.busy = 'read';
    const booking = await this.#call('read', {});
    this.#looked();
    this.failure = booking.ok ? null : booking.failure;
    if (booking.ok) this.#show(booking.value);
  }

  /** Unasked: disturbs nobody who is choosing, and a lost connection is no news. */
  async look(): Promise<void> {
    if (this.busy !== null || this.mode !== 'see' || this.asks !== null) return;
    this.busy = 'read';
    const booking = await this.#call('read', {});
    this.#looked();
    if (!booking.ok) {
      if (weightOf(booking.failure) !== 'again') this.failure = booking.failure;
      return;
    }
    this.#show(booking.value);
    // What was lost on its way is known by now.
    if (this.failure !== null && weightOf(this.failure) === 'again') this.failure = null;
  }

  /** A press may have come meanwhile: it is served after the look. */
  #looked(): void {
    if (this.busy === 'read') this.busy = null;
  }

  beginMove(): void {
    this.days = null;
    this.anybody = false;
    this.#advance('day');
    void this.loadTimes();
  }

  async loadTimes(): Promise<void> {
    this.busy = 'times';
    const { visitType, practitioner } = this.booking.appointment;
    const days = await this.#call('times', { visitType, practitioner: this.anybody ? null : practitioner });
    this.busy = null;
    if (days.ok) this.days = days.value;
    else {
      this.failure = days.failure;
      if (weightOf(days.failure) === 'stop') this.days = null;
    }
  }

  pickDay(date: LocalDate): void {
    this.date = date;
    this.#advance('time');
  }

  pickTime(time: FreeTime): void {
    this.time = time;
    this.asks = 'move';
  }

  /** What was pressed is on its way. */
  get acts(): boolean {
    return this.busy === 'move' || this.busy === 'cancel';
  }

  async move(): Promise<void> {
    if (this.time === null || this.acts) return;
    this.busy = 'move';
    this.failure = null;
    const { start } = this.time;
    const practitioner = this.anybody ? null : this.booking.appointment.practitioner;
    const moved = await this.#call('move', { start, practitioner });
    this.busy = null;
    this.asks = null;
    if (!moved.ok) {
      await this.#refused(moved.failure);
      return;
    }
    this.moves += 1;
    this.#show(moved.value);
    this.#trail.go('see');
  }

  async cancel(): Promise<void> {
    if (this.acts) return;
    this.busy = 'cancel';
    this.failure = null;
    const cancelled = await this.#call('cancel', { text: this.cancelText });
    this.busy = null;
    this.asks = null;
    this.begun = true;
    if (cancelled.ok) this.#show(cancelled.value);
    else await this.#refused(cancelled.failure);
  }

  async #refused(failure: Failure): Promise<void> {
    this.failure = failure;
    this.unsure = failure.code === 'change_unknown';
    if (['slot_taken', 'stale_version'].includes(failure.code) && this.mode !== 'see') await this.loadTimes();
    const changed = failure.code === 'revision_conflict';
    if (!changed && !this.unsure) return;
    const now = changed ? await this.#call('read', {}) : null;
    if (now?.ok === true) this.#show(now.value);
    if (this.mode === 'see') return;
    this.#told = failure;
    this.#trail.go('see');
  }

  go(mode: Mode): void {
    this.#trail.go(mode);
  }

  #advance(mode: Mode): void {
    this.begun = true;
    this.failure = null;
    this.mode = mode;
    this.#trail.push(mode);
  }

  #arrive(mode: Mode): void {
    this.asks = null;
    this.failure = this.#told;
    this.#told = null;
    this.begun = true;
    this.mode = mode === 'time' && this.date === null ? 'see' : mode === 'day' && this.days === null ? 'see' : mode;
  }

  #show(booking: Booking): void {
    this.booking = booking;
    this.unsure = false;
    this.lookedAt = Math.floor(Date.now() / 60_000);
  }

  async #call<K extends 'read' | 'times' | 'move' | 'cancel'>(name: K, args: PatientCalls[K]['args']): Promise<Result<PatientCalls[K]['value']>> {
    if (!this.#opened && this.booking.manageLink !== null) {
      const opened = await this.#sealed.call('open', { fragment: this.booking.manageLink });
      if (!opened.ok) return opened;
      this.#opened = true;
    }
    return this.#sealed.call(name, args);
  }
}
