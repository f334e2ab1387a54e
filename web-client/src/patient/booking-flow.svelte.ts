// From the kind of visit to the sent booking. Everything chosen and typed lives here, in memory only, and outlives
// every failure: a failed call changes what is known about times and holds, never what the person wrote.

import type { Booking, Failure, FreeDays, FreeTime, Id, LocalDate, PatientCalls, PracticeView, VisitType } from '../sealed/contract.ts';
import type { PatientSealed } from '../sealed/patient.ts';
import { keepHold } from '../sealed/private-link.ts';
import type { Progress } from '../sealed/channel.ts';
import { weightOf } from '../ui/failures.ts';
import { language } from '../ui/language.svelte.ts';
import { Trail } from '../ui/trail.ts';
import { emptyDraft, toForm, type Draft } from './details.ts';
import { endOf, extended, type Hold } from './hold.ts';

export const STEPS = ['visit', 'practitioner', 'day', 'time', 'details'] as const;
export type StepName = (typeof STEPS)[number];

type Busy = 'times' | 'hold' | 'extend' | 'send';

export class BookingFlow {
  step = $state<StepName>('visit');
  /** Whether the person has left the first step at least once: only then do headings take the focus. */
  begun = $state(false);
  visitType = $state.raw<VisitType | null>(null);
  /** null is anybody; undefined is not chosen yet. */
  practitioner = $state.raw<Id | null | undefined>(undefined);
  days = $state.raw<FreeDays | null>(null);
  date = $state<LocalDate | null>(null);
  time = $state.raw<FreeTime | null>(null);
  hold = $state.raw<Hold | null>(null);
  draft = $state<Draft>(emptyDraft());
  failure = $state.raw<Failure | null>(null);
  busy = $state<Busy | null>(null);
  progress = $state.raw<Progress>({ done: 0, total: 0 });
  /** Sent, and nobody knows yet whether it arrived. */
  undecided = $state(false);

  /** As it was last verified: it may change while a form is open. */
  practice: PracticeView;
  readonly #sealed: PatientSealed;
  readonly #onbooked: (bookings: readonly Booking[]) => void;
  readonly #trail: Trail<StepName>;
  /** How often Back or Forward was pressed: what was under way before is not what is wanted after. */
  #arrivals = 0;
  /** Answers of `times` that are still to come. */
  #loads = 0;

  constructor(practice: PracticeView, sealed: PatientSealed, onbooked: (bookings: readonly Booking[]) => void) {
    this.practice = $state.raw(practice);
    this.#sealed = sealed;
    this.#onbooked = onbooked;
    this.#trail = new Trail<StepName>('visit', (step) => this.#arrive(step));
  }

  close(): void {
    this.#trail.close();
  }

  /** What the host gave is not to be trusted: nothing more is sent. */
  get stopped(): boolean {
    return this.failure !== null && weightOf(this.failure) === 'stop';
  }

  /** Steps that the choices so far ask for: no choice of practitioner where there is one only. */
  get steps(): readonly StepName[] {
    return this.visitType?.practitioners.length === 1 ? STEPS.filter((step) => step !== 'practitioner') : STEPS;
  }

  pickVisit(visitType: VisitType): void {
    if (visitType.id !== this.visitType?.id) this.#forgetTimes();
    this.visitType = visitType;
    const [only, ...others] = visitType.practitioners;
    if (only === undefined || others.length > 0) {
      this.practitioner = undefined;
      this.#advance('practitioner');
    } else this.pickPractitioner(only);
  }

  pickPractitioner(practitioner: Id | null): void {
    if (practitioner !== this.practitioner) this.#forgetTimes();
    this.practitioner = practitioner;
    this.#advance('day');
    void this.loadTimes();
  }

  pickDay(date: LocalDate): void {
    this.date = date;
    this.#advance('time');
  }

  /** Holds a time; on success the form opens, or stays open with this time. */
  async pickTime(time: FreeTime): Promise<void> {
    if (this.busy !== null) return;
    this.busy = 'hold';
    this.failure = null;
    const arrivals = this.#arrivals;
    const held = await this.#sealed.call('hold', { ...this.#wanted(), start: time.start });
    this.#done('hold');
    // Back was pressed meanwhile, and gives the time free again.
    if (arrivals !== this.#arrivals) return;
    if (held.ok) {
      keepHold(held.value.session);
      this.hold = { ...held.value, until: endOf(held.value.expires, Date.now()) };
      this.date = time.date;
      this.time = time;
      if (this.step !== 'details') this.#advance('details');
    } else {
      this.hold = null;
      await this.#failed(held.failure);
    }
  }

  async extend(): Promise<void> {
    if (this.busy !== null) return;
    this.busy = 'extend';
    this.failure = null;
    const longer = await this.#sealed.call('extendHold', {});
    this.#done('extend');
    if (this.hold === null) return;
    if (longer.ok) this.hold = extended(this.hold, longer.value.expires);
    // The first answer was lost on its way.
    else if (longer.failure.code === 'hold_extended') this.hold = extended(this.hold);
    else await this.#failed(longer.failure);
  }

  holdOver(): void {
    this.hold = null;
  }

  async send(): Promise<void> {
    if (this.busy !== null || this.visitType === null || this.hold === null) return;
    this.busy = 'send';
    this.failure = null;
    this.progress = { done: 0, total: 0 };
    const form = toForm(this.draft, this.visitType.questions, language());
    const booked = await this.#sealed.call('book', { form }, (progress) => {
      this.progress = progress;
    });
    this.#done('send');
    if (booked.ok) this.#booked([booked.value]);
    else await this.#failed(booked.failure);
  }

  /** Sends the kept bytes again and reads what came of it. */
  async lookAgain(): Promise<void> {
    if (this.busy !== null) return;
    this.busy = 'send';
    this.failure = null;
    const resumed = await this.#sealed.call('resume', {});
    this.#done('send');
    if (resumed.ok && resumed.value.bookings.length > 0) this.#booked(resumed.value.bookings);
    else if (!resumed.ok) await this.#failed(resumed.failure);
    else {
      // Nothing waits any more, and nothing is held.
      this.undecided = false;
      this.hold = null;
    }
  }

  async loadTimes(): Promise<void> {
    const wanted = this.#wanted();
    this.busy = 'times';
    this.#loads += 1;
    const days = await this.#sealed.call('times', wanted);
    this.#loads -= 1;
    if (this.#loads === 0) this.#done('times');
    const now = this.#wanted();
    if (now.visitType !== wanted.visitType || now.practitioner !== wanted.practitioner) return;
    if (days.ok) {
      this.days = days.value;
      if (days.value.practice !== null) this.#follow(days.value.practice);
    } else {
      this.failure = days.failure;
      if (this.stopped) this.days = null;
    }
  }

  /** To an earlier step, by the list of steps. */
  go(step: StepName): void {
    if (this.busy !== 'send') this.#trail.go(step);
  }

  #advance(step: StepName): void {
    this.begun = true;
    this.failure = null;
    this.step = step;
    this.#trail.push(step);
  }

  /** Back or Forward, as far as what was chosen still carries it. */
  #arrive(wanted: StepName): void {
    const step = this.#reachable(wanted);
    this.#arrivals += 1;
    this.begun = true;
    if (!this.undecided) this.failure = null;
    if (step !== 'details') void this.#release();
    this.step = step;
    if (step === 'details' && this.hold === null && this.time !== null && !this.undecided) void this.pickTime(this.time);
  }

  #reachable(wanted: StepName): StepName {
    if (this.busy === 'send' || this.undecided) return 'details';
    if (wanted === 'visit' || this.visitType === null) return 'visit';
    if (wanted === 'practitioner') return this.steps.includes('practitioner') ? 'practitioner' : 'visit';
    if (this.practitioner === undefined) return 'practitioner';
    if (wanted === 'day' || this.days === null || this.date === null) return 'day';
    return wanted === 'details' && this.time !== null ? 'details' : 'time';
  }

  async #failed(failure: Failure): Promise<void> {
    this.undecided = failure.code === 'outcome_unknown' || (this.undecided && weightOf(failure) === 'again');
    this.failure = failure;
    if (['slot_taken', 'hold_expired', 'no_hold', 'stale_version'].includes(failure.code)) {
      this.hold = null;
      // What is shown as free must follow; the failure and its nearest times stay on the page.
      if (failure.code !== 'hold_expired') await this.loadTimes();
    }
  }

  #done(what: Busy): void {
    if (this.busy === what) this.busy = null;
  }

  #booked(bookings: readonly Booking[]): void {
    keepHold(null);
    this.#onbooked(bookings);
  }

  /** The practice has published anew: what was chosen is looked up again, and what was typed stays. */
  #follow(practice: PracticeView): void {
    this.practice = practice;
    this.visitType = practice.visitTypes.find(({ id }) => id === this.visitType?.id) ?? this.visitType;
  }

  /** Also one that is still on its way: calls run in order. */
  async #release(): Promise<void> {
    this.hold = null;
    keepHold(null);
    // Where the host cannot be reached, the hold ends by itself.
    await this.#sealed.call('releaseHold', {});
  }

  #forgetTimes(): void {
    this.days = null;
    this.date = null;
    this.time = null;
  }

  #wanted(): PatientCalls['times']['args'] {
    return { visitType: this.visitType?.id ?? '', practitioner: this.practitioner ?? null };
  }
}
