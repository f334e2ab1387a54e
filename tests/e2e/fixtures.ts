// One host and one practice for all tests of a worker, and pages that are watched: whatever a policy refused, a console
// complained of or another origin was asked for fails the test.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { startHost, type Host } from './host';
import { Practice } from './practice';

/** What the tests ask of a page beyond the browser's own. */
export type Watched = {
  /** Console errors to come, that a test brings about on purpose. */
  readonly expectComplaints: (pattern: RegExp) => void;
};

type WorkerFixtures = { readonly host: Host; readonly practice: Practice };
type TestFixtures = { readonly watched: Watched };

const watch = async (context: BrowserContext, address: string): Promise<{ complaints: string[]; expected: RegExp[] }> => {
  const complaints: string[] = [];
  const expected: RegExp[] = [];
  const add = (complaint: string): void => {
    if (!expected.some((pattern) => pattern.test(complaint))) complaints.push(complaint);
  };
  await context.exposeFunction('__complain', add);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const told = globalThis as unknown as { __complain: (text: string) => void };
      told.__complain(`refused by policy: ${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  const attach = (page: Page): void => {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') add(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => add(`error: ${error.message}`));
  };
  context.on('page', attach);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${address}/`) && !url.startsWith('blob:') && !url.startsWith('data:')) add(`another origin was asked: ${url}`);
    if (url.includes('#')) add(`a fragment was sent: ${url}`);
  });
  return { complaints, expected };
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
    async ({ context, host }, use) => {
      const { complaints, expected } = await watch(context, host.address);
      await use({ expectComplaints: (pattern) => expected.push(pattern) });
      for (const page of context.pages()) {
        const violations = await page.evaluate(() => globalThis.__violations ?? []).catch(() => []);
        expect(violations, 'refused by a policy, in the page or a worker').toEqual([]);
      }
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Nothing that axe finds, nothing wider than the window. */
export const expectAccessible = async (page: Page, state: string): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  expect(found, `axe: ${state}`).toEqual([]);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider, `wider than the window: ${state}`).toBeLessThanOrEqual(0);
};
