// The settings as they are published and as they are being typed. What is typed outlives a change of view and a lock, in
// this page's memory only; it is what any patient will see, so no secret. What another device publishes meanwhile is
// taken in, with what was typed here on top.

import type { BookingLink, Failure, Id, Settings } from '../../sealed/contract.ts';
import { Attempt } from '../attempt.svelte.ts';
import { session } from '../session.svelte.ts';
import { partOf, problemOf, problemsOf, type Part, type Problem } from './check.ts';
import { firstOffer, type Offer } from './defaults.ts';
import { merge } from './merge.ts';
import { tidy } from './tidy.ts';

/** The zone's text is the sealed side's and changes by itself as time goes by. */
const written = (offer: Offer | null): string => JSON.stringify(offer, (key, value: unknown) => (key === 'vtimezone' ? '' : value));
const same = (a: Offer | null, b: Offer | null): boolean => written(a) === written(b);
const offerOf = ({ catalogue, rules }: Settings): Offer | null => (catalogue === null || rules === null ? null : { catalogue, rules });

/** How often a change is made to what another device has just published. */
const TRIES = 3;

/** What another device published while something was being typed here. */
export type Meanwhile =
  /** Both are here now; `both`: where either side changed the same, and what was typed stands. */
  | { readonly kind: 'merged'; readonly both: readonly Part[] }
  /** It was set up there first, so that what was typed here could not be kept. */
  | { readonly kind: 'replaced' };

type Undo = { readonly sentence: string; readonly before: Offer; readonly after: Offer };

class Draft {
  /** Whether `published` is what the practice has. */
  loaded = $state(false);
  /** Null before the first publishing. */
  published = $state.raw<Offer | null>(null);
  /** As it is being typed. */
  typed = $state<Offer | null>(null);
  problems = $state.raw<readonly Problem[]>([]);
  /** Told until it is published or discarded. */
  meanwhile = $state.raw<Meanwhile | null>(null);
  /** The last thing that a press took away. */
  undoable = $state.raw<Undo | null>(null);
  readonly loading = new Attempt();
  readonly publishing = new Attempt();
  readonly errors = $derived<ReadonlyMap<string, string>>(new Map(this.problems.map(({ field, sentence }) => [field, sentence])));
  readonly changed = $derived(this.typed !== null && this.published !== null && !same(tidy($state.snapshot(this.typed)), this.published));
  /** What a new practice began with: as good as nothing typed. */
  #first: Offer | null = null;
  /** Whose settings these are. */
  #calendar: Id | null = null;

  async load(): Promise<void> {
    this.loaded = false;
    const found = await this.loading.run(() => session.call('settings', {}));
    if (found === null) return;
    if (found.calendar !== this.#calendar) this.forget();
    this.#calendar = found.calendar;
    this.#takeIn(offerOf(found));
    this.typed ??= this.published === null ? await this.#begin() : structuredClone(this.published);
    this.loaded = true;
  }

  /** Looks whether another device has published; a failure is told when something is published here. */
  async renew(): Promise<void> {
    const found = await session.call('settings', {});
    if (found.ok && !this.publishing.busy) this.#takeIn(offerOf(found.value));
  }

  async #begin(): Promise<Offer> {
    this.#first = firstOffer([await this.newId(), await this.newId(), await this.newId()]);
    return structuredClone(this.#first);
  }

  #takeIn(theirs: Offer | null): void {
    const base = this.published;
    this.published = theirs;
    if (theirs === null || this.typed === null || same(base, theirs)) return;
    const mine = tidy($state.snapshot(this.typed));
    // Published here, and the answer was lost; or the same was done there.
    if (same(mine, theirs)) {
      this.#begun(theirs);
      return;
    }
    const untouched = same(mine, base ?? (this.#first === null ? null : tidy(this.#first)));
    this.problems = [];
    this.undoable = null;
    if (untouched || base === null) {
      this.typed = structuredClone(theirs);
      if (!untouched) this.meanwhile = { kind: 'replaced' };
      return;
    }
    const { offer, both } = merge(base, mine, theirs);
    this.typed = offer;
    this.meanwhile = { kind: 'merged', both: [...new Set(both.map(partOf))] };
  }

  /** Whether leaving the page would lose something. */
  get unsaved(): boolean {
    if (this.typed === null) return false;
    return this.published === null ? !same($state.snapshot(this.typed), this.#first) : this.changed;
  }

  discard(): void {
    if (this.published === null) return;
    this.#begun(this.published);
  }

  /** Nothing is typed yet on top of an offer. */
  #begun(offer: Offer): void {
    this.typed = structuredClone(offer);
    this.problems = [];
    this.meanwhile = null;
    this.undoable = null;
  }

  /** Another practice: nothing that was typed is its. */
  forget(): void {
    this.loaded = false;
    this.published = null;
    this.typed = null;
    this.problems = [];
    this.meanwhile = null;
    this.undoable = null;
  }

  /** Takes something away that can be brought back: by the sentence that says so. */
  takeAway(sentence: string, change: (offer: Offer) => void): void {
    if (this.typed === null) return;
    const before = $state.snapshot(this.typed);
    change(this.typed);
    this.problems = [];
    this.undoable = { sentence, before, after: $state.snapshot(this.typed) };
  }

  /** Brings it back; what was typed since stays. */
  undo(): void {
    if (this.undoable === null || this.typed === null) return;
    const { before, after } = this.undoable;
    const mine = $state.snapshot(this.typed);
    this.typed = same(mine, after) ? structuredClone(before) : merge(after, mine, before).offer;
    this.problems = [];
    this.undoable = null;
  }

  /** An id of the sealed side's making; a draft without ids could not be published. */
  async newId(): Promise<Id> {
    const made = await session.call('newId', {});
    if (!made.ok) throw new Error(made.failure.code);
    return made.value.id;
  }

  /** Looks for what must be mended in the fields that pass. */
  check(passes: (field: string) => boolean = () => true): boolean {
    if (this.typed === null) return false;
    const { catalogue, rules } = tidy($state.snapshot(this.typed));
    const found = problemsOf(catalogue, rules).filter(({ field }) => passes(field));
    // One sentence a field: the first one.
    this.problems = found.filter(({ field }, at) => found.findIndex((other) => other.field === field) === at);
    return this.problems.length === 0;
  }

  /**
   * Publishes what is typed. Null where something is to be mended, where another device published first (what was typed
   * then stands on top of that, to be looked at), or where the attempt failed; nothing typed is lost.
   */
  async publish(): Promise<BookingLink | null> {
    if (this.typed === null || !this.check()) return null;
    const offer = tidy($state.snapshot(this.typed));
    return this.#send(offer, () => this.#begun(offer));
  }

  /** Publishes other rules with what is published now: an unfinished draft stays, and gets the same rules. */
  async publishRules(change: (rules: Offer['rules']) => void): Promise<boolean> {
    for (let attempt = 0; attempt < TRIES && this.published !== null; attempt += 1) {
      const offer = structuredClone(this.published);
      const unfinished = this.changed;
      change(offer.rules);
      const sent = await this.#send(offer, () => {
        if (unfinished && this.typed !== null) change(this.typed.rules);
        else this.#begun(offer);
      });
      if (sent !== null) return true;
      // Another device published first: its settings are here now, and get the same rules.
      if (this.problems.length > 0 || this.publishing.failure !== null) return false;
    }
    return false;
  }

  async #send(offer: Offer, onsent: () => void): Promise<BookingLink | null> {
    const sent = await this.publishing.run((onProgress) => session.call('publish', offer, onProgress));
    if (sent === null) {
      await this.#tell(this.publishing.failure);
      return null;
    }
    this.published = offer;
    onsent();
    // Read again: the sealed side writes a part of it.
    const found = await session.call('settings', {});
    if (found.ok) this.#takeIn(offerOf(found.value));
    return sent.link;
  }

  /** What the sealed side refused: at its field, or as what another device published. */
  async #tell(failure: Failure | null): Promise<void> {
    if (failure === null) return;
    if (failure.code === 'settings_changed') {
      const found = await session.call('settings', {});
      if (!found.ok) return;
      this.publishing.failure = null;
      this.#takeIn(offerOf(found.value));
      return;
    }
    const problem = problemOf(failure);
    if (problem === null) return;
    this.problems = [problem];
    this.publishing.failure = null;
  }
}

export const draft = new Draft();
