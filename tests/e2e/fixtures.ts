// One host and one practice for all tests of a worker, and pages that are watched, in every window of the browser:
// whatever a policy refused, a console complained of or another origin was asked for fails the test. A refusal counts
// when it happens, also on a page that is reloaded or closed afterwards.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { startHost, type Host } from './host';
import { Practice } from './practice';

/** What the tests ask of a page beyond the browser's own. */
export type Watched = {
  /** Complaints to come, that a test brings about on purpose. */
  readonly expectComplaints: (pattern: RegExp) => void;
  /** What was complained of so far, and not expected. */
  readonly complaints: string[];
  /** Watches a window that the test opens without the fixtures' browser. */
  readonly watch: (context: BrowserContext) => Promise<void>;
};

type WorkerFixtures = { readonly host: Host; readonly practice: Practice };
type TestFixtures = { readonly watched: Watched };

/** What a test's pages may ask for: its hosts, which are on this machine. */
const OWN = /^(?:http:\/\/127\.0\.0\.1:\d+\/|blob:|data:)/u;

/** `console` false: in windows that a test opens beside the first, which it may cut off from their host. */
const watch = async (context: BrowserContext, add: (complaint: string) => void, console: boolean): Promise<void> => {
  await context.exposeFunction('__complain', add);
  await context.addInitScript(() => {
    // The page's own list (`src/sealed/violations.ts`), into which go those of its workers too.
    const list: string[] = [];
    list.push = (...found) => {
      const told = globalThis as unknown as { __complain: (text: string) => void };
      for (const violation of found) told.__complain(`refused by policy: ${violation}`);
      return Array.prototype.push.apply(list, found);
    };
    globalThis.__violations = list;
  });
  const attach = (page: Page): void => {
    page.on('console', (message) => {
      if (console && (message.type() === 'error' || message.type() === 'warning')) add(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => add(`error: ${error.message}`));
  };
  for (const page of context.pages()) attach(page);
  context.on('page', attach);
  context.on('request', (request) => {
    const url = request.url();
    if (!OWN.test(url)) add(`another origin was asked: ${url}`);
    if (url.includes('#')) add(`a fragment was sent: ${url}`);
  });
};

export const test = base.extend<TestFixtures, WorkerFixtures>({
  host: [
    // Playwright reads the pattern to learn what a fixture needs: nothing, here.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const host = await startHost();
      await use(host);
      await host.stop();
    },
    { scope: 'worker' },
  ],
  practice: [
    async ({ host }, use) => {
      await use(await Practice.create(host.address));
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ host }, use) => {
    await use(host.address);
  },
  watched: [
    async ({ browser, context }, use) => {
      const complaints: string[] = [];
      const expected: RegExp[] = [];
      const add = (complaint: string): void => {
        if (!expected.some((pattern) => pattern.test(complaint))) complaints.push(complaint);
      };
      const watching = (another: BrowserContext): Promise<void> => watch(another, add, false);
      await watch(context, add, true);
      const open = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const another = await open(options);
        await watching(another);
        return another;
      };
      await use({ expectComplaints: (pattern) => expected.push(pattern), complaints, watch: watching });
      browser.newContext = open;
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Nothing that axe finds, nothing wider than the window. On paper nobody jumps to a heading. */
export const expectAccessible = async (page: Page, state: string, onPaper = false): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).disableRules(onPaper ? ['page-has-heading-one'] : []).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  expect(found, `axe: ${state}`).toEqual([]);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider, `wider than the window: ${state}`).toBeLessThanOrEqual(0);
};
