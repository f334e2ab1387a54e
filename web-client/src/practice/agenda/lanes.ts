// Items that overlap stand side by side: each gets a lane, and each group of items that touch one another as many lanes
// as it needs.

export type Timed = { readonly start: number; readonly end: number };
export type Placed<T> = { readonly item: T; readonly lane: number; readonly lanes: number };

/** `times` in minutes; any order. */
export const place = <T>(items: readonly T[], times: (item: T) => Timed): Placed<T>[] => {
  const sorted = items.map((item) => ({ item, ...times(item) })).sort((a, b) => a.start - b.start || b.end - a.end);
  const placed: Placed<T>[] = [];
  let group: { item: T; lane: number }[] = [];
  let ends: number[] = [];
  const close = () => {
    placed.push(...group.map(({ item, lane }) => ({ item, lane, lanes: ends.length })));
    group = [];
    ends = [];
  };
  for (const { item, start, end } of sorted) {
    if (ends.every((before) => before <= start)) close();
    const free = ends.findIndex((before) => before <= start);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = end;
    group.push({ item, lane });
  }
  close();
  return placed;
};
