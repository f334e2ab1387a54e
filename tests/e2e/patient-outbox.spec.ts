// The outbox: what was sealed outlives a reload, a crash of the browser and a lost connection. Afterwards the same bytes
// are sent again, the practice has one booking, and the page says so.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions, type LaunchOptions, type Page, type Route } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { chooseTime, fillForm, heading, openLink, send } from './booking';
import type { Practice } from './practice';

/** What becomes of the booking's request, while `lost`; its bytes are noted each time. */
type Line = { lost: boolean; readonly sent: string[] };

/** The two ways in which a connection is lost: before the host has the request, and after. */
const LOSSES = [
  ['the request never leaves', () => Promise.resolve()],
  ['the host takes it and its answer is lost', (route: Route) => route.fetch().then(() => undefined)],
] as const;

const tap = async (pages: Page | BrowserContext, lose: (route: Route) => Promise<void>): Promise<Line> => {
  const line: Line = { lost: true, sent: [] };
  await pages.route('**/events', async (route) => {
    line.sent.push(route.request().postData() ?? '');
    if (!line.lost) return route.continue();
    await lose(route);
  });
  return line;
};

const expectSentAgain = ({ sent }: Line): void => {
  expect(sent.length).toBeGreaterThan(1);
  expect(sent[0]).toContain('"event"');
  expect(new Set(sent).size).toBe(1);
};

const expectOne = async (practice: Practice, name: string): Promise<void> => {
  await practice.call('sync', {});
  const { items } = await practice.call('search', { text: name });
  expect(items.map(({ state }) => state)).toEqual(['reserved']);
};

const toForm = async (page: Page, practice: Practice, name: string): Promise<void> => {
  await openLink(page, practice.link);
  await chooseTime(page, 3);
  await fillForm(page, name);
};

const saysReserved = async (page: Page, name: string): Promise<void> => {
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  await expect(page.getByText(name).first()).toBeVisible();
};

for (const [how, [loss, lose]] of LOSSES.entries()) {
  const name = (fault: string): string => `${fault} ${how === 0 ? 'Before' : 'After'}`;

  test(`connection lost, ${loss}: what was typed stays, and a press sends the same bytes`, async ({ page, practice, watched }) => {
    watched.expectComplaints(/ERR_FAILED/u);
    await toForm(page, practice, name('Lost'));
    const line = await tap(page, async (route) => {
      await lose(route);
      await route.abort();
    });
    await send(page);
    await expect(heading(page, 'Not certain yet')).toBeVisible();
    await expectAccessible(page, 'not certain');
    line.lost = false;
    await page.getByRole('button', { name: 'Look again' }).click();
    await saysReserved(page, name('Lost'));
    expectSentAgain(line);
    await expectOne(practice, name('Lost'));
  });

  test(`reloaded while it is being sent, ${loss}`, async ({ page, practice }) => {
    await toForm(page, practice, name('Reloads'));
    let held: (() => void) | null = null;
    const holding = new Promise<void>((settle) => (held = settle));
    // Never answered: the page is still waiting when it is reloaded.
    const line = await tap(page, async (route) => {
      await lose(route);
      held?.();
    });
    await send(page);
    await holding;
    await expect(heading(page, 'Sending')).toBeVisible();
    await expectAccessible(page, 'sending');
    line.lost = false;
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await saysReserved(page, name('Reloads'));
    expectSentAgain(line);
    await expectOne(practice, name('Reloads'));
  });

  test(`the browser is killed while it is being sent, ${loss}`, async ({ practice, host, watched, contextOptions, launchOptions }) => {
    const folder = await mkdtemp(join(tmpdir(), 'souspli-browser-'));
    const options = { ...contextOptions, baseURL: host.address, locale: 'en-GB', timezoneId: 'Europe/Paris' };
    try {
      const before = await launch(folder, launchOptions, options);
      await watched.watch(before);
      const page = before.pages()[0] ?? (await before.newPage());
      await toForm(page, practice, name('Crashes'));
      let held: (() => void) | null = null;
      const holding = new Promise<void>((settle) => (held = settle));
      const line = await tap(before, async (route) => {
        await lose(route);
        held?.();
      });
      await send(page);
      await holding;
      const closed = new Promise((settle) => before.once('close', settle));
      process.kill(await browserOf(folder), 'SIGKILL');
      await closed;

      const after = await launch(folder, launchOptions, options);
      await watched.watch(after);
      const again = await tap(after, () => Promise.resolve());
      again.lost = false;
      const opened = after.pages()[0] ?? (await after.newPage());
      await openLink(opened, practice.link);
      await saysReserved(opened, name('Crashes'));
      expectSentAgain({ lost: false, sent: [...line.sent, ...again.sent] });
      expect(again.sent).toHaveLength(1);
      await expectOne(practice, name('Crashes'));
      await after.close();
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

const launch = (folder: string, launchOptions: LaunchOptions, options: BrowserContextOptions): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, { ...launchOptions, ...options });

/** The browser's own process, which the others die with: the one of this folder that is of no type. */
const browserOf = async (folder: string): Promise<number> => {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/u.test(entry)) continue;
    const words = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words.includes(`--user-data-dir=${folder}`) && !words.some((word) => word.startsWith('--type='))) return Number(entry);
  }
  throw new Error('no browser has this folder');
};
