// The settings as they are published and as they are being typed. What is typed outlives a change of view and a lock, in
// this page's memory only; it is what any patient will see, so no secret.

import type { BookingLink, Failure, Id } from '../../sealed/contract.ts';
import { Attempt } from '../attempt.svelte.ts';
import { session } from '../session.svelte.ts';
import { problemOf, problemsOf, type Problem } from './check.ts';
import { firstOffer, type Offer } from './defaults.ts';
import { tidy } from './tidy.ts';

/** The zone's text is the sealed side's and changes by itself as time goes by. */
const written = (offer: Offer | null): string => JSON.stringify(offer, (key, value: unknown) => (key === 'vtimezone' ? '' : value));
const same = (a: Offer | null, b: Offer | null): boolean => written(a) === written(b);

class Draft {
  /** Whether `published` is what the practice has. */
  loaded = $state(false);
  /** Null before the first publishing. */
  published = $state.raw<Offer | null>(null);
  /** As it is being typed. */
  typed = $state<Offer | null>(null);
  problems = $state.raw<readonly Problem[]>([]);
  readonly loading = new Attempt();
  readonly publishing = new Attempt();
  readonly errors = $derived<ReadonlyMap<string, string>>(new Map(this.problems.map(({ field, sentence }) => [field, sentence])));
  readonly changed = $derived(this.typed !== null && this.published !== null && !same(tidy($state.snapshot(this.typed)), this.published));
  /** What a new practice began with: as good as nothing typed. */
  #first: Offer | null = null;

  async load(): Promise<void> {
    const before = this.published;
    this.loaded = false;
    const found = await this.loading.run(() => session.call('settings', {}));
    if (found === null) return;
    this.published = found.catalogue === null || found.rules === null ? null : { catalogue: found.catalogue, rules: found.rules };
    // Typed before a lock, and nobody has published anything else since.
    const kept = this.typed !== null && same(before, this.published);
    if (!kept) {
      this.problems = [];
      this.typed = this.published === null ? await this.#begin() : structuredClone(this.published);
    }
    this.loaded = true;
  }

  async #begin(): Promise<Offer> {
    this.#first = firstOffer([await this.newId(), await this.newId(), await this.newId()]);
    return structuredClone(this.#first);
  }

  /** Whether leaving the page would lose something. */
  get unsaved(): boolean {
    if (this.typed === null) return false;
    return this.published === null ? !same($state.snapshot(this.typed), this.#first) : this.changed;
  }

  discard(): void {
    if (this.published === null) return;
    this.typed = structuredClone(this.published);
    this.problems = [];
  }

  /** Another practice: nothing that was typed is its. */
  forget(): void {
    this.loaded = false;
    this.published = null;
    this.typed = null;
    this.problems = [];
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

  /** Publishes what is typed. Null where something is to be mended or the attempt failed; nothing typed is lost. */
  async publish(): Promise<BookingLink | null> {
    if (this.typed === null || !this.check()) return null;
    const link = await this.#send(tidy($state.snapshot(this.typed)));
    if (link !== null) this.typed = structuredClone(this.published);
    return link;
  }

  /** Publishes other rules with what is published: an unfinished draft stays, and gets the same rules. */
  async publishRules(change: (rules: Offer['rules']) => void): Promise<boolean> {
    if (this.published === null) return false;
    const offer = structuredClone(this.published);
    const unfinished = this.changed;
    change(offer.rules);
    if ((await this.#send(offer)) === null) return false;
    if (unfinished && this.typed !== null) change(this.typed.rules);
    else this.typed = structuredClone(this.published);
    return true;
  }

  async #send(offer: Offer): Promise<BookingLink | null> {
    const sent = await this.publishing.run((onProgress) => session.call('publish', offer, onProgress));
    if (sent === null) {
      this.#tellAtField(this.publishing.failure);
      return null;
    }
    // Read again: the sealed side writes a part of it.
    const found = await session.call('settings', {});
    this.published = found.ok && found.value.catalogue !== null && found.value.rules !== null ? { catalogue: found.value.catalogue, rules: found.value.rules } : offer;
    return sent.link;
  }

  #tellAtField(failure: Failure | null): void {
    const problem = failure === null ? null : problemOf(failure);
    if (problem === null) return;
    this.problems = [problem];
    this.publishing.failure = null;
  }
}

export const draft = new Draft();
