// What the page shows as a whole: the landing, a booking page, an appointment, or why it is none of them.

import type { Booking, Failure, Limits, PracticeView } from '../sealed/contract.ts';
import { openPatient, type PatientSealed } from '../sealed/patient.ts';
import { forgetFragment, holdFragment, keepHold, keptHold, onAnotherFragment, takeFragment } from '../sealed/private-link.ts';

export type View =
  | { readonly kind: 'landing' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly practice: PracticeView | null }
  | { readonly kind: 'closed'; readonly practice: PracticeView }
  | {
      readonly kind: 'book';
      readonly practice: PracticeView;
      readonly limits: Limits;
      readonly sealed: PatientSealed;
      /** Why a booking that was on its way could not be finished. */
      readonly unfinished: Failure | null;
    }
  | {
      readonly kind: 'appointment';
      readonly practice: PracticeView | null;
      readonly limits: Limits;
      readonly sealed: PatientSealed;
      readonly booking: Booking;
      /** More that were on their way and have arrived. */
      readonly others: readonly Booking[];
      /** Whether it has just been booked here: the session then still stands on the booking link. */
      readonly justBooked: boolean;
    };

const NOT_TAKING = { code: 'not_taking_bookings', field: null, numbers: {}, nearest: [] } as const;

export class PatientPage {
  view = $state.raw<View>({ kind: 'opening' });
  /** Whether a form holds something that is nowhere else. */
  typed = $state(false);
  /** Whether the person is asked before the link is forgotten. */
  asksToLeave = $state(false);
  /** Whether a link was left: the start page then takes the focus. */
  left = false;
  #sealed: PatientSealed | null = null;
  /** The booking link that an appointment was made with, for another one; only in memory. */
  #bookingFragment: string | null = null;

  constructor() {
    onAnotherFragment(() => void this.start());
    void this.start();
  }

  /** Opens the link of the address bar or of this tab; without one, the landing. */
  async start(): Promise<void> {
    const fragment = takeFragment();
    if (fragment === null) this.view = { kind: 'landing' };
    else await this.#open(fragment);
  }

  /** Opens a link that was pasted, whole or from its `#` on. */
  async openPasted(text: string): Promise<void> {
    const fragment = text.trim().replace(/^[^#]*#/u, '');
    holdFragment(fragment);
    await this.#open(fragment);
  }

  booked(bookings: readonly Booking[], practice: PracticeView, limits: Limits, sealed: PatientSealed): void {
    this.#bookingFragment = takeFragment();
    this.view = booked(bookings, practice, limits, sealed) ?? this.view;
  }

  get canBookAgain(): boolean {
    return this.#bookingFragment !== null;
  }

  async bookAgain(): Promise<void> {
    if (this.#bookingFragment === null) return;
    holdFragment(this.#bookingFragment);
    await this.#open(this.#bookingFragment);
  }

  /** Asks first where something would be lost: what was typed, or the way back to an appointment. */
  wishToLeave(): void {
    const { view } = this;
    if (this.typed || (view.kind === 'appointment' && view.booking.manageLink !== null)) this.asksToLeave = true;
    else this.leave();
  }

  leave(): void {
    forgetFragment();
    this.asksToLeave = false;
    this.left = true;
    this.#bookingFragment = null;
    this.#end();
    this.view = { kind: 'landing' };
  }

  /** Ends the session; a time that it holds is given back first. */
  #end(): void {
    const sealed = this.#sealed;
    this.#sealed = null;
    keepHold(null);
    void sealed?.call('releaseHold', {}).then(() => sealed.close());
  }

  async #open(fragment: string): Promise<void> {
    this.view = { kind: 'opening' };
    const before = keptHold();
    // A new worker for each link: nothing of the one before stays in memory.
    this.#end();
    const sealed = openPatient();
    this.#sealed = sealed;
    const view = await viewOf(sealed, fragment, before);
    // Another link may have been opened meanwhile.
    if (this.#sealed === sealed) this.view = view;
  }
}

/** `held` is what this tab held before it was loaded anew. */
const viewOf = async (sealed: PatientSealed, fragment: string, held: string | null): Promise<View> => {
  const opened = await sealed.call('open', { fragment });
  if (!opened.ok) return { kind: 'failed', failure: opened.failure, practice: null };
  const { opens, practice, acceptsBookings } = opened.value;
  const limits = await sealed.call('limits', {});
  if (!limits.ok) return { kind: 'failed', failure: limits.failure, practice };
  if (opens !== 'book') {
    const booking = await sealed.call('read', {});
    if (!booking.ok) return { kind: 'failed', failure: booking.failure, practice };
    return { kind: 'appointment', practice, limits: limits.value, sealed, booking: booking.value, others: [], justBooked: false };
  }
  if (practice === null) return { kind: 'failed', failure: NOT_TAKING, practice };
  // A booking that was on its way when the page was reloaded or the connection lost.
  const resumed = await sealed.call('resume', {});
  const arrived = resumed.ok ? booked(resumed.value.bookings, practice, limits.value, sealed) : null;
  if (arrived !== null) return arrived;
  // Not while a booking that quotes it is on its way still.
  if (resumed.ok && held !== null) await sealed.call('letGo', { session: held });
  const unfinished = resumed.ok ? null : resumed.failure;
  return acceptsBookings ? { kind: 'book', practice, limits: limits.value, sealed, unfinished } : { kind: 'closed', practice };
};

/** The first of them is shown, and from here on a reload shows it too. */
const booked = ([booking, ...others]: readonly Booking[], practice: PracticeView, limits: Limits, sealed: PatientSealed): View | null => {
  if (booking === undefined) return null;
  if (booking.manageLink !== null) holdFragment(booking.manageLink);
  return { kind: 'appointment', practice, limits, sealed, booking, others, justBooked: true };
};
