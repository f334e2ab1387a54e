// What someone pointed at in the agenda before "new appointment".

import type { Id, LocalDate } from '../../sealed/contract.ts';

class Wanted {
  date = $state<LocalDate | null>(null);
  practitioner = $state<Id | null>(null);
  /** "Find a time", with nobody to book for yet. */
  justLooking = $state(false);

  set(date: LocalDate | null, practitioner: Id | null, justLooking = false): void {
    this.date = date;
    this.practitioner = practitioner;
    this.justLooking = justLooking;
  }

  clear(): void {
    this.set(null, null);
  }
}

export const wanted = new Wanted();
