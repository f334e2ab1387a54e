// Whoever books: long names and other scripts, large letters, small windows, no wish for motion, and nothing of what was
// typed kept where it does not belong.

import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { expect, expectAccessible, test } from './fixtures';
import { book, chooseDay, chooseFreeDay, chooseTime, fillForm, heading, openLink, send, times } from './booking';

const NAMES = [
  ['without a place to break', 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4)],
  ['written from right to left', 'محمد بن عبد الله آل سعود'],
  ['with emoji and combined letters', 'Zoë 👩🏽‍⚕️ Nguyễn e\u0301'],
] as const;

test.describe('at 320 pixels', () => {
  test.use({ viewport: { width: 320, height: 640 } });

  for (const [which, [what, name]] of NAMES.entries()) {
    test(`a name ${what} is kept as it was typed, and fits`, async ({ page, practice }) => {
      await openLink(page, practice.link);
      await chooseTime(page, 2 + which);
      await fillForm(page, name);
      await page.getByLabel('Reason for the visit').fill(name);
      await expectAccessible(page, `typed: ${what}`);
      await send(page);
      await expect(heading(page, 'Your time is reserved')).toBeVisible();
      await expect(page.getByRole('definition').filter({ hasText: name }).first()).toBeVisible();
      await page.getByText('What you sent').click();
      await expectAccessible(page, `reserved: ${what}`);
      const { record } = await practice.bookingOf(name);
      const { form } = await practice.call('detail', { record });
      expect([form.name, form.reason]).toEqual([name, name]);
    });
  }
});

for (const [what, viewport] of [
  ['200 %', { width: 640, height: 450 }],
  ['400 %', { width: 320, height: 225 }],
] as const) {
  test.describe(`letters at ${what}`, () => {
    // What a window of 1280 by 900 has left.
    test.use({ viewport, deviceScaleFactor: 2, reducedMotion: 'reduce' });

    test('nothing is cut, nothing covers what has the focus, nothing moves', async ({ page, practice }) => {
      await openLink(page, practice.link);
      await heading(page, 'Choose the kind of visit').waitFor();
      await expectAccessible(page, `visit, ${what}`);
      await chooseDay(page);
      await expectAccessible(page, `time, ${what}`);
      await times(page).first().click();
      await heading(page, 'Your details').waitFor();
      await expectAccessible(page, `details, ${what}`);
      for (let presses = 0; presses < 16; presses += 1) {
        await page.keyboard.press('Tab');
        // Between the page's end and its beginning the focus is the browser's own for a moment.
        await expect.poll(() => isSeen(page), `press ${presses}`).toBe(true);
      }
      const moving = await page.evaluate(() => document.getAnimations().filter((animation) => Number(animation.effect?.getComputedTiming().duration) > 1).length);
      expect(moving).toBe(0);
    });
  });
}

/** Whether the middle of what has the focus is on the page's top, and not below something else. */
const isSeen = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const active = document.activeElement;
    if (active === null || active === document.body) return true;
    const { left, top, width, height } = active.getBoundingClientRect();
    const [x, y] = [left + Math.min(width / 2, 20), top + Math.min(height / 2, 20)];
    const there = document.elementFromPoint(x, y);
    return there !== null && (active.contains(there) || there.contains(active));
  });

test.describe('on a phone', () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test('the held time stays in sight while the form is filled in, and says when it is over', async ({ page, practice }) => {
    await page.clock.install();
    await openLink(page, practice.link);
    await chooseTime(page, 6);
    await page.getByRole('button', { name: 'Book this time' }).scrollIntoViewIfNeeded();
    await expect(page.getByText(/^Held for you/u)).toBeInViewport();
    await page.clock.fastForward('11:00');
    await expect(page.getByText('The time is no longer held')).toBeInViewport();
    await expect(page.getByRole('button', { name: /^Hold \d\d:\d\d again$/u })).toBeInViewport();
  });
});

test('what was typed is nowhere but in the form, and afterwards sealed', async ({ page, practice }) => {
  const canary = 'Canary Typed Here';
  const kept = (): Promise<string> =>
    page.evaluate(async () => {
      const stores = await indexedDB.databases();
      const found: unknown[] = [Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, history.state, location.href, document.title, stores.map(({ name }) => name)];
      for (const { name } of stores) {
        const database = await new Promise<IDBDatabase>((settle, refuse) => {
          const opening = indexedDB.open(name ?? '');
          opening.onsuccess = () => settle(opening.result);
          opening.onerror = () => refuse(new Error('not opened'));
        });
        for (const store of database.objectStoreNames) {
          const all = await new Promise<Uint8Array[]>((settle) => {
            const asked = database.transaction(store).objectStore(store).getAll() as IDBRequest<Uint8Array[]>;
            asked.onsuccess = () => settle(asked.result);
          });
          for (const bytes of all) found.push(bytes.length, new TextDecoder('latin1').decode(bytes));
        }
        database.close();
      }
      return JSON.stringify(found);
    });
  await openLink(page, practice.link);
  await chooseTime(page, 7);
  await fillForm(page, canary);
  await page.getByLabel('Reason for the visit').fill(canary);
  const typed = await kept();
  expect(typed).not.toContain(canary);
  expect(await page.evaluate(() => Object.keys(sessionStorage).sort())).toEqual(['souspli.hold', 'souspli.link']);
  expect(await page.evaluate(() => localStorage.length)).toBe(0);

  await page.route('**/events', (route) => route.abort());
  await send(page);
  await expect(heading(page, 'Not certain yet')).toBeVisible();
  const waiting = await kept();
  // There are sealed bytes now, and they say nothing.
  expect(waiting.length).toBeGreaterThan(typed.length + 8_192);
  expect(waiting).not.toContain(canary);
  expect(waiting).not.toContain('patient@example.org');
  await page.unroute('**/events');
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  const after = await kept();
  expect(after).not.toContain(canary);
  expect(after.length).toBeLessThan(waiting.length - 8_192);
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['souspli.link']);
});

test('the calendar file follows the appointment: one UID, a rising SEQUENCE, and in the end METHOD:CANCEL', async ({ page, practice }) => {
  const saved = async (button: string): Promise<Map<string, string>> => {
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    const text = (await readFile(await (await waiting).path(), 'utf8')).replaceAll('\r\n ', '');
    return new Map(text.split('\r\n').map((line) => [line.split(/[:;]/u)[0] ?? '', line] as const));
  };
  const link = await book(page, practice.link, 'Keeps A Calendar', 8);
  const first = await saved('Add to my calendar');
  await page.getByRole('button', { name: 'Move to another time' }).click();
  await chooseFreeDay(page, 2);
  await times(page).nth(3).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Move it' }).click();
  await expect(page.getByText('Moved. The new time is reserved.')).toBeVisible();
  const moved = await saved('Update my calendar');
  // The private link stays the same.
  expect(await page.getByLabel('Your private link').inputValue()).toBe(link);
  await page.getByRole('button', { name: 'Cancel the appointment' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the appointment' }).click();
  await expect(heading(page, 'This appointment is cancelled')).toBeVisible();
  const cancelled = await saved('Remove from my calendar');

  const sequence = (file: Map<string, string>): number => Number(file.get('SEQUENCE')?.split(':')[1]);
  expect(new Set([first, moved, cancelled].map((file) => file.get('UID'))).size).toBe(1);
  expect(sequence(moved)).toBeGreaterThan(sequence(first));
  expect(sequence(cancelled)).toBeGreaterThan(sequence(moved));
  expect([first, moved, cancelled].map((file) => file.get('METHOD'))).toEqual(['METHOD:PUBLISH', 'METHOD:PUBLISH', 'METHOD:CANCEL']);
  expect(moved.get('DTSTART')).not.toBe(first.get('DTSTART'));
  for (const file of [first, moved]) expect(file.get('TRIGGER')).toBe('TRIGGER:-PT1440M');
  expect(cancelled.get('TRIGGER')).toBeUndefined();
});
