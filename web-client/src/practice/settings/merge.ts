// Two people change the settings on two devices. What one of them changed since both began is taken over; where both
// changed the same thing, what was typed here stays, and the place is told, so that nothing goes unseen.

import type { Catalogue, Id, Rules } from '../../sealed/contract.ts';
import type { Offer, WeeklyDraft } from './defaults.ts';

export type Merged = {
  readonly offer: Offer;
  /** Fields, as the sealed side calls them, that both changed to something different. */
  readonly both: readonly string[];
  /** Whether anything of theirs was taken over. */
  readonly taken: boolean;
};

type Item = { readonly id: Id };

const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

class Merge {
  readonly both: string[] = [];
  taken = false;

  /** One thing that is changed whole. */
  value<T>(base: T, mine: T, theirs: T, field: string): T {
    if (alike(mine, theirs) || alike(theirs, base)) return mine;
    if (alike(mine, base)) {
      this.taken = true;
      return theirs;
    }
    this.both.push(field);
    return mine;
  }

  /** Each field of a thing by itself, but for those that are merged otherwise. */
  fields<T extends object>(base: T, mine: T, theirs: T, prefix: string, others: readonly string[] = []): T {
    const merged = { ...mine };
    for (const key of Object.keys(theirs) as (keyof T & string)[]) {
      if (!others.includes(key)) merged[key] = this.value(base[key], mine[key], theirs[key], `${prefix}${key}`);
    }
    return merged;
  }

  /** Things with an id: added and removed ones are taken over; one that was changed here is never removed. */
  items<T extends Item>(base: readonly T[], mine: readonly T[], theirs: readonly T[], list: string): T[] {
    const find = (items: readonly T[], id: Id): T | undefined => items.find((item) => item.id === id);
    const kept = mine.flatMap((item) => {
      const [before, there] = [find(base, item.id), find(theirs, item.id)];
      if (before === undefined) return [item];
      if (there !== undefined) return [this.fields(before, item, there, `${list}[${mine.indexOf(item)}].`)];
      if (alike(before, item)) {
        this.taken = true;
        return [];
      }
      this.both.push(`${list}[${mine.indexOf(item)}].name`);
      return [item];
    });
    const added = theirs.filter(({ id }) => find(mine, id) === undefined && (find(base, id) === undefined || !alike(find(base, id), find(theirs, id))));
    if (added.length > 0) this.taken = true;
    return [...kept, ...added];
  }

  /** Things without an id: each is there or not. */
  set<T>(base: readonly T[], mine: readonly T[], theirs: readonly T[]): T[] {
    const has = (items: readonly T[], item: T): boolean => items.some((one) => alike(one, item));
    const kept = mine.filter((item) => !has(base, item) || has(theirs, item));
    const added = theirs.filter((item) => !has(base, item) && !has(mine, item));
    if (kept.length < mine.length || added.length > 0) this.taken = true;
    return [...kept, ...added];
  }

  /** The hours of a practitioner's weekday are one thing. */
  weekly(base: Rules, mine: Rules, theirs: Rules): WeeklyDraft[] {
    const dayOf = ({ practitioner, weekday }: WeeklyDraft): string => `${practitioner} ${weekday}`;
    const days = new Set([...mine.weekly, ...theirs.weekly].map(dayOf));
    return [...days].flatMap((day) => {
      const on = (rules: Rules): WeeklyDraft[] => rules.weekly.filter((rule) => dayOf(rule) === day);
      const at = mine.weekly.findIndex((rule) => dayOf(rule) === day);
      return this.value(on(base), on(mine), on(theirs), at < 0 ? 'weekly' : `weekly[${at}].hours.start`);
    });
  }
}

/** Lists are merged by their items; the zone's text is the sealed side's. */
const OTHERS: readonly (keyof Catalogue)[] = ['practitioners', 'rooms', 'visitTypes', 'vtimezone'];

/** Nothing names what is no longer there. */
const consistent = ({ catalogue, rules }: Offer): Offer => {
  const has = (items: readonly Item[], id: Id): boolean => items.some((item) => item.id === id);
  const stretch = <T extends { visitTypes: Id[] }>(hours: T): T => ({ ...hours, visitTypes: hours.visitTypes.filter((id) => has(catalogue.visitTypes, id)) });
  // One for nothing but what is gone would turn into one for all.
  const open = ({ visitTypes }: { visitTypes: Id[] }): boolean => visitTypes.length === 0 || visitTypes.some((id) => has(catalogue.visitTypes, id));
  return {
    catalogue: {
      ...catalogue,
      visitTypes: catalogue.visitTypes.map((visit) => ({
        ...visit,
        practitioners: visit.practitioners.filter((id) => has(catalogue.practitioners, id)),
        rooms: visit.rooms.filter((id) => has(catalogue.rooms, id)),
      })),
    },
    rules: {
      weekly: rules.weekly.filter(({ practitioner, hours }) => has(catalogue.practitioners, practitioner) && open(hours)).map((rule) => ({ ...rule, hours: stretch(rule.hours) })),
      exceptions: rules.exceptions.filter(({ practitioner }) => practitioner === null || has(catalogue.practitioners, practitioner)).map((exception) => ({ ...exception, open: exception.open.map(stretch) })),
    },
  };
};

/** `base` is what both began with. */
export const merge = (base: Offer, mine: Offer, theirs: Offer): Merged => {
  const work = new Merge();
  const { catalogue } = mine;
  const offer = {
    catalogue: {
      ...work.fields(base.catalogue, catalogue, theirs.catalogue, '', OTHERS),
      practitioners: work.items(base.catalogue.practitioners, catalogue.practitioners, theirs.catalogue.practitioners, 'practitioners'),
      rooms: work.items(base.catalogue.rooms, catalogue.rooms, theirs.catalogue.rooms, 'rooms'),
      visitTypes: work.items(base.catalogue.visitTypes, catalogue.visitTypes, theirs.catalogue.visitTypes, 'visitTypes'),
    },
    rules: { weekly: work.weekly(base.rules, mine.rules, theirs.rules), exceptions: work.set(base.rules.exceptions, mine.rules.exceptions, theirs.rules.exceptions) },
  };
  return { offer: consistent(offer), both: work.both, taken: work.taken };
};
