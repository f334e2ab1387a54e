// The steps that a person went through, as entries of the tab's history, so that Back goes one step back. An entry
// holds the name of a step and its place: nothing that was chosen or typed.

type Entry<Step> = { readonly step: Step; readonly at: number };

export class Trail<Step extends string> {
  readonly #first: Step;
  #steps: Step[];
  #at = 0;
  readonly #arrive: (step: Step) => void;

  /** `arrive` is called with the step that Back or Forward leads to. */
  constructor(first: Step, arrive: (step: Step) => void) {
    this.#first = first;
    this.#steps = [first];
    this.#arrive = arrive;
    this.#write('replaceState');
    addEventListener('popstate', this.#popped);
  }

  push(step: Step): void {
    this.#steps = [...this.#steps.slice(0, this.#at + 1), step];
    this.#at += 1;
    this.#write('pushState');
  }

  /** Goes back to where `step` was last; forward to it where it never was. */
  go(step: Step): void {
    const place = this.#steps.slice(0, this.#at).lastIndexOf(step);
    if (place >= 0) history.go(place - this.#at);
    else {
      this.push(step);
      this.#arrive(step);
    }
  }

  close(): void {
    removeEventListener('popstate', this.#popped);
  }

  readonly #popped = ({ state }: PopStateEvent): void => {
    const entry = state as Partial<Entry<Step>> | null;
    // An entry from before a reload has no place in this trail: the page decides what it can still show.
    this.#at = Math.min(entry?.at ?? 0, this.#steps.length - 1);
    this.#arrive(entry?.step ?? this.#first);
  };

  #write(how: 'pushState' | 'replaceState'): void {
    const entry: Entry<Step> = { step: this.#steps[this.#at] ?? this.#first, at: this.#at };
    history[how](entry, '', location.pathname);
  }
}
