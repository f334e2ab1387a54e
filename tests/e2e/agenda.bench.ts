// Opening a full agenda with two workers and with one, in turns, and once more from what the device has kept sealed.
// `cargo xtask bench agenda` fills the practice and says where it is.

import { expect, test, type Browser, type BrowserContext, type Page, type Route } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { open, typeKeys } from './practice-page';

const ROUNDS = 5;
/** Two workers' time as a part of one worker's. */
const AIM = 0.65;

type Title = { readonly title: string; readonly at: number };
type Titles = { __titles?: Title[]; __wanted?: { readonly start: string; readonly there: () => void } };

const told = (name: string): string => {
  const value = process.env[`SOUSPLI_BENCH_${name}`];
  if (value === undefined) throw new Error(`SOUSPLI_BENCH_${name} is not set: run cargo xtask bench agenda`);
  return value;
};

/** The page's title says when the agenda is there and how many bookings wait in it; read where it changes. */
const watchTitles = (): void => {
  const page = globalThis as Titles;
  const titles: Title[] = [];
  page.__titles = titles;
  document.addEventListener('DOMContentLoaded', () => {
    const note = (): void => {
      titles.push({ title: document.title, at: performance.now() });
      if (page.__wanted !== undefined && document.title.startsWith(page.__wanted.start)) page.__wanted.there();
    };
    new MutationObserver(note).observe(document.head, { subtree: true, childList: true, characterData: true });
  });
};

/** Gives the titles once one begins so. The page is not asked again and again meanwhile: that takes its time. */
const titlesUntil = (start: string): Promise<readonly Title[]> => {
  const page = globalThis as Titles;
  return new Promise((settle) => {
    const there = (): void => settle(page.__titles ?? []);
    page.__wanted = { start, there };
    if (document.title.startsWith(start)) there();
  });
};

/** What a device with one core says of itself: the page then works with one worker, as it does there. */
const haveOneCore = (): void => {
  Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 1 });
};

const device = async (browser: Browser, workers: 1 | 2): Promise<BrowserContext> => {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Paris', baseURL: told('HOST'), viewport: { width: 1280, height: 900 } });
  await context.addInitScript(watchTitles);
  if (workers === 1) await context.addInitScript(haveOneCore);
  return context;
};

/** Unlocks, and gives the milliseconds from the empty agenda to the full one. */
const unlock = async (page: Page, workers: 1 | 2): Promise<number> => {
  await typeKeys(page, { accountKey: told('ACCOUNT_KEY'), passphrase: told('PASSPHRASE'), recoveryCode: '' });
  const full = `(${told('BOOKINGS')}) Agenda`;
  const titles = await page.evaluate(titlesUntil, full);
  expect(page.workers(), 'workers of this page').toHaveLength(workers);
  const at = (start: string): number => titles.find(({ title }) => title.startsWith(start))?.at ?? Number.NaN;
  return at(full) - at('Agenda');
};

/** A first opening on a device that has nothing yet. */
const first = async (browser: Browser, workers: 1 | 2): Promise<number> => {
  const context = await device(browser, workers);
  const page = await context.newPage();
  await open(page);
  const took = await unlock(page, workers);
  await context.close();
  return took;
};

/** Opens twice on one device; gives the second time, and the events that the second opening had to fetch and open. */
const second = async (browser: Browser): Promise<{ took: number; opened: number }> => {
  const context = await device(browser, 2);
  const page = await context.newPage();
  await open(page);
  await unlock(page, 2);
  let [answers, opened] = [0, 0];
  // Each answer begins with the last entry that the device has already.
  const count = async (route: Route): Promise<void> => {
    const response = await route.fetch();
    const { entries } = (await response.json()) as { entries: readonly { readonly event: string | null }[] };
    answers += 1;
    opened += entries.slice(1).filter(({ event }) => event !== null).length;
    await route.fulfill({ response });
  };
  await open(page);
  await context.route('**/sync', count);
  const took = await unlock(page, 2);
  expect(answers, 'answers about what is new').toBeGreaterThan(0);
  await context.unrouteAll({ behavior: 'ignoreErrors' });
  await context.close();
  return { took, opened };
};

/** What two cores of this machine are worth: two busy loops beside each other, as a part of both one after the other. */
const twoLoops = async (browser: Browser): Promise<number> => {
  const page = await browser.newPage();
  const ratio = await page.evaluate(async () => {
    const loop = 'onmessage = () => { let x = 1; for (let i = 0; i < 5e7; i++) x = (x * 48271) % 2147483647; postMessage(x); }';
    const script = URL.createObjectURL(new Blob([loop], { type: 'text/javascript' }));
    const [first, second] = [new Worker(script), new Worker(script)] as const;
    const run = (worker: Worker): Promise<unknown> =>
      new Promise((done) => {
        worker.onmessage = done;
        worker.postMessage(null);
      });
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const begin = performance.now();
      await work();
      return performance.now() - begin;
    };
    await Promise.all([run(first), run(second)]);
    const after = await timed(async () => run(first).then(() => run(second)));
    return (await timed(() => Promise.all([run(first), run(second)]))) / after;
  });
  await page.close();
  return ratio;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const say = (line: string): unknown => process.stdout.write(`${line}\n`);
const figure = (name: string, words: string, aim: string, met: boolean): unknown => say(`figure | ${name} | ${words} | ${aim} | ${met ? 'met' : 'missed'}`);

test('the agenda of a full practice', async ({ browser }) => {
  const bookings = Number(told('BOOKINGS')).toLocaleString('en');
  if (availableParallelism() < 2) say('    this machine has one core: two workers cannot be faster than one here');
  // Keys are renewed and hours published by whoever opens first; that opening is not counted.
  await first(browser, 2);
  const two: number[] = [];
  const one: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    two.push(await first(browser, 2));
    one.push(await first(browser, 1));
    say(`    round ${round}: two workers ${seconds(two.at(-1) ?? 0)}, one worker ${seconds(one.at(-1) ?? 0)}`);
  }
  const again: number[] = [];
  let opened = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const { took, opened: now } = await second(browser);
    again.push(took);
    opened = Math.max(opened, now);
    say(`    second opening ${round}: ${seconds(took)}, ${now} envelopes opened`);
  }
  const loops = [await twoLoops(browser), await twoLoops(browser), await twoLoops(browser)];
  say(`    two busy loops beside each other take ${median(loops).toFixed(2)} of their time one after the other, here and now`);
  // Of each round by itself: a machine is not as fast in one minute as in the next.
  const ratio = median(two.map((took, round) => took / (one[round] ?? Number.NaN)));
  figure(`agenda, ${bookings} bookings`, `two workers take ${ratio.toFixed(2)} of one's time (${seconds(median(two))} of ${seconds(median(one))})`, `at most ${AIM}`, ratio <= AIM);
  figure('agenda, opened again', `${opened} envelopes opened (${seconds(median(again))})`, 'at most 0', opened === 0);
});
