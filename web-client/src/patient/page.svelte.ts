// What the page shows as a whole: the landing, a booking page, an appointment, or why it is none of them.

import type { Booking, Failure, Limits, PracticeView } from '../sealed/contract.ts';
import { openPatient, type PatientSealed } from '../sealed/patient.ts';
import { forgetFragment, holdFragment, onAnotherFragment, takeFragment } from '../sealed/private-link.ts';

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
      /** Whether it has just been booked here: the session then still stands on the booking link. */
      readonly justBooked: boolean;
    };

const NOT_TAKING = { code: 'not_taking_bookings', field: null, numbers: {}, nearest: [] } as const;

export class PatientPage {
  view = $state.raw<View>({ kind: 'opening' });
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

  booked(booking: Booking, practice: PracticeView, limits: Limits, sealed: PatientSealed): void {
    this.#bookingFragment = takeFragment();
    // From here on a reload shows the appointment.
    if (booking.manageLink !== null) holdFragment(booking.manageLink);
    this.view = { kind: 'appointment', practice, limits, sealed, booking, justBooked: true };
  }

  get canBookAgain(): boolean {
    return this.#bookingFragment !== null;
  }

  async bookAgain(): Promise<void> {
    if (this.#bookingFragment === null) return;
    holdFragment(this.#bookingFragment);
    await this.#open(this.#bookingFragment);
  }

  leave(): void {
    forgetFragment();
    this.#bookingFragment = null;
    this.#sealed?.close();
    this.#sealed = null;
    this.view = { kind: 'landing' };
  }

  async #open(fragment: string): Promise<void> {
    this.view = { kind: 'opening' };
    // A new worker for each link: nothing of the one before stays in memory.
    this.#sealed?.close();
    const sealed = openPatient();
    this.#sealed = sealed;
    const view = await viewOf(sealed, fragment);
    // Another link may have been opened meanwhile.
    if (this.#sealed === sealed) this.view = view;
  }
}

const viewOf = async (sealed: PatientSealed, fragment: string): Promise<View> => {
  const opened = await sealed.call('open', { fragment });
  if (!opened.ok) return { kind: 'failed', failure: opened.failure, practice: null };
  const { opens, practice, acceptsBookings } = opened.value;
  const limits = await sealed.call('limits', {});
  if (!limits.ok) return { kind: 'failed', failure: limits.failure, practice };
  if (opens !== 'book') {
    const booking = await sealed.call('read', {});
    if (!booking.ok) return { kind: 'failed', failure: booking.failure, practice };
    return { kind: 'appointment', practice, limits: limits.value, sealed, booking: booking.value, justBooked: false };
  }
  if (practice === null) return { kind: 'failed', failure: NOT_TAKING, practice };
  // A booking that was on its way when the page was reloaded or the connection lost.
  const resumed = await sealed.call('resume', {});
  const booking = resumed.ok ? resumed.value.bookings[0] : undefined;
  if (booking === undefined) {
    const unfinished = resumed.ok ? null : resumed.failure;
    return acceptsBookings ? { kind: 'book', practice, limits: limits.value, sealed, unfinished } : { kind: 'closed', practice };
  }
  if (booking.manageLink !== null) holdFragment(booking.manageLink);
  return { kind: 'appointment', practice, limits: limits.value, sealed, booking, justBooked: true };
};
