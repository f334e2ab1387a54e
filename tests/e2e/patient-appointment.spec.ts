import { readFile } from 'node:fs/promises';
import { expect, expectAccessible, test } from './fixtures';
import { book, chooseFreeDay, heading, lookUntil, times } from './booking';

test('the private link opens the appointment on another device, and looking changes nothing', async ({ page, practice, browser, host }) => {
  const link = await book(page, practice.link, 'Other Device');
  expect(link).toMatch(new RegExp(`^${host.address}/#1r\\.`, 'u'));
  const other = await (await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Paris' })).newPage();
  await other.goto(link);
  await expect(heading(other, 'Your time is reserved')).toBeVisible();
  await expect(other.getByText('Other Device').first()).toBeVisible();
  expect(other.url()).toBe(`${host.address}/`);
  await expectAccessible(other, 'appointment on another device');
  await other.reload();
  await expect(heading(other, 'Your time is reserved')).toBeVisible();
  expect((await practice.bookingOf('Other Device')).state).toBe('reserved');
  await other.context().close();
});

test('cancelled, after a question', async ({ page, practice }) => {
  await book(page, practice.link, 'Cancels It');
  await page.getByRole('button', { name: 'Cancel the appointment' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await expectAccessible(page, 'cancel');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Cancel the appointment' })).toBeFocused();
  expect((await practice.bookingOf('Cancels It')).state).toBe('reserved');

  await page.getByRole('button', { name: 'Cancel the appointment' }).click();
  await dialog.getByLabel('A word to the practice').fill('I feel better.');
  await dialog.getByRole('button', { name: 'Cancel the appointment' }).click();
  await expect(heading(page, 'This appointment is cancelled')).toBeVisible();
  await expectAccessible(page, 'cancelled');
  expect((await practice.bookingOf('Cancels It')).state).toBe('cancelled');
});

test('a press while the page is looking by itself is served after the look', async ({ page, practice }) => {
  await book(page, practice.link, 'Presses Early');
  let release: () => void = () => undefined;
  const released = new Promise<void>((settle) => (release = settle));
  await page.route('**/records/**', async (route) => {
    await released;
    await route.continue();
  });
  const looking = page.waitForRequest('**/records/**');
  await page.getByRole('button', { name: 'Look now' }).click();
  await looking;
  await page.getByRole('button', { name: 'Cancel the appointment' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the appointment' }).click();
  release();
  await expect(heading(page, 'This appointment is cancelled')).toBeVisible();
});

test('the page goes on looking once it has read a yes: the host must not learn which event was one', async ({ page, practice }) => {
  await book(page, practice.link, 'Is Confirmed');
  const { record } = await practice.bookingOf('Is Confirmed');
  await practice.call('confirm', { record, text: '' });
  await lookUntil(page, 'Your appointment is confirmed');
  await page.waitForRequest('**/records/read', { timeout: 60_000 });
  await expect(heading(page, 'Your appointment is confirmed')).toBeVisible();
});

test('moved, after a question', async ({ page, practice }) => {
  await book(page, practice.link, 'Moves It');
  const before = await page.locator('dd').first().innerText();
  await page.getByRole('button', { name: 'Move to another time' }).click();
  await chooseFreeDay(page, 1);
  await expectAccessible(page, 'move, time');
  await times(page).nth(2).click();
  await expectAccessible(page, 'move, question');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it as it is' }).click();
  await times(page).nth(2).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Move it' }).click();
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  await expect(page.getByText('Moved. The new time is reserved.')).toBeVisible();
  expect(await page.locator('dd').first().innerText()).not.toBe(before);
});

test('the files hold the appointment and no secret', async ({ page, practice }) => {
  const link = await book(page, practice.link, 'Keeps Files');
  const secret = link.slice(link.lastIndexOf('.') + 1);
  const saved = async (button: string): Promise<string> => {
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    return readFile(await (await waiting).path(), 'utf8');
  };
  const calendar = await saved('Add to my calendar');
  expect(calendar).toMatch(/^BEGIN:VCALENDAR\r\n/u);
  for (const part of ['BEGIN:VTIMEZONE', 'TZID:Europe/Paris', 'UID:', 'SEQUENCE:', 'BEGIN:VALARM', 'METHOD:PUBLISH']) expect(calendar).toContain(part);
  expect(calendar.replaceAll('\r\n ', '')).not.toContain(secret);
  expect(await saved('Save the link as a file')).toContain(link);
});

test('a decline says what the practice wrote', async ({ page, practice }) => {
  await book(page, practice.link, 'Is Declined');
  const { record } = await practice.bookingOf('Is Declined');
  await practice.call('decline', { record, text: 'Please call us first.' });
  await lookUntil(page, 'The practice has declined');
  await expect(page.getByText('Please call us first.')).toBeVisible();
  await expectAccessible(page, 'declined');
});

test('print shows the link and the appointment, without buttons', async ({ page, practice }) => {
  const link = await book(page, practice.link, 'Prints It');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText(link)).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
});
