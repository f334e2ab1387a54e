import { expect, expectAccessible, test } from './fixtures';
import { book, chooseDay, chooseTime, fillForm, freeDays, heading, lookUntil, openLink, send, times } from './booking';

test('a booking, from the link to the confirmation', async ({ page, practice }) => {
  await openLink(page, practice.link);
  await expect(heading(page, 'Practice Example')).toBeVisible();
  await expect(page).toHaveTitle('Choose the kind of visit · Souspli');
  await expectAccessible(page, 'visit');
  await page.getByRole('button', { name: /^First visit/u }).click();
  await expect(heading(page, 'Choose whom to see')).toBeFocused();
  await expectAccessible(page, 'practitioner');
  await page.getByRole('button', { name: /Second Example/u }).click();
  await expect(heading(page, 'Choose a day')).toBeFocused();
  await freeDays(page).first().waitFor();
  await expectAccessible(page, 'day');
  await freeDays(page).first().click();
  await expectAccessible(page, 'time');
  await times(page).first().click();
  await expect(page.getByText(/^Held for you: \d+:\d\d$/u)).toBeVisible();
  await expectAccessible(page, 'details');
  await fillForm(page, 'Booked Whole');
  await page.getByLabel('Remind me by e-mail').check();
  await send(page);
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  await expectAccessible(page, 'reserved');

  const { record, state } = await practice.bookingOf('Booked Whole');
  expect(state).toBe('reserved');
  const detail = await practice.call('detail', { record });
  expect(detail.form).toMatchObject({
    name: 'Booked Whole',
    email: 'patient@example.org',
    phone: '',
    language: 'en',
    reason: 'A sore knee',
    consents: { email: true, sms: false },
  });
  expect(detail.form.answers.map(({ text }) => text)).toEqual(['yes']);

  await practice.call('confirm', { record, text: 'Come ten minutes early.' });
  await lookUntil(page, 'Your appointment is confirmed');
  await expect(page.getByText('Come ten minutes early.')).toBeVisible();
  await expectAccessible(page, 'confirmed');
});

test('the confirmation arrives without a press', async ({ page, practice }) => {
  await book(page, practice.link, 'Waits Quietly');
  const { record } = await practice.bookingOf('Waits Quietly');
  await practice.call('confirm', { record, text: '' });
  await expect(heading(page, 'Your appointment is confirmed')).toBeVisible({ timeout: 30_000 });
});

test('by keyboard alone', async ({ page, practice }) => {
  await openLink(page, practice.link);
  await heading(page, 'Choose the kind of visit').waitFor();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Go to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
      if (name.test(label.trim())) return;
    }
    throw new Error(`Tab does not lead to ${String(name)}`);
  };
  await tabTo(/^First visit/u);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Choose whom to see')).toBeFocused();
  await tabTo(/^Any of them/u);
  await page.keyboard.press('Enter');
  await freeDays(page).first().waitFor();
  await tabTo(/free times?$/u);
  const active = (): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute('data-date') ?? '');
  const start = await active();
  await page.keyboard.press('ArrowDown');
  const week = 7 * 86_400_000;
  expect(Date.parse(await active()) - Date.parse(start)).toBe(week);
  await page.keyboard.press('PageDown');
  await page.keyboard.press('Home');
  expect(new Date(await active()).getUTCDay()).toBe(1);
  await page.keyboard.press('End');
  expect(new Date(await active()).getUTCDay()).toBe(0);
  // A closed day is reached, says so, and opens nothing.
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Sunday \d+ \w+ \d{4}, no free times$/u);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Choose a day')).toBeVisible();
  await tabTo(/^Go to the next day/u);
  await page.keyboard.press('Enter');
  await expect(page.locator(':focus')).toHaveAccessibleName(/free times?$/u);
  await page.keyboard.press('Enter');
  await expect(heading(page, /^Choose a time on/u)).toBeFocused();
  await tabTo(/^\d\d:\d\d, /u);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Your details')).toBeFocused();
  await tabTo(/^Book this time/u);
  await page.keyboard.press('Enter');
  const summary = page.getByRole('alert');
  await expect(summary).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('First and last name of the patient')).toBeFocused();
});

test('what must be mended is listed at the top, and nothing is cut', async ({ page, practice }) => {
  await openLink(page, practice.link);
  await chooseTime(page);
  await send(page);
  const summary = page.getByRole('alert');
  await expect(summary.getByRole('link')).toHaveText(['Write the patient’s name', 'Give an e-mail address or a phone number', 'Answer: Have you been here before?']);
  await expectAccessible(page, 'errors');
  await fillForm(page, 'Long Text');
  const reason = page.getByLabel('Reason for the visit');
  await reason.fill('é'.repeat(301));
  await send(page);
  await expect(summary.getByRole('link')).toHaveText(['Reason for the visit: too long by 2']);
  expect(await reason.inputValue()).toHaveLength(301);
  await expectAccessible(page, 'too long');
});

test('Back goes a step back and gives the time free again', async ({ page, practice, browser, host }) => {
  await openLink(page, practice.link);
  const label = await chooseTime(page);
  await fillForm(page, 'Goes Back');
  const other = await browser.newPage({ baseURL: host.address, locale: 'en-GB' });
  await openLink(other, practice.link);
  await page.goBack();
  await expect(heading(page, /^Choose a time on/u)).toBeVisible();
  await chooseDay(other);
  await expect(other.getByRole('button', { name: label })).toBeVisible();
  await other.close();
  // Forward holds it anew, and what was typed is still there.
  await page.goForward();
  await expect(page.getByLabel('First and last name of the patient')).toHaveValue('Goes Back');
  await expect(page.getByText(/^Held for you/u)).toBeVisible();
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await expect(heading(page, 'Choose the kind of visit')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('');
});

test('a hold is kept ten minutes longer, once', async ({ page, practice }) => {
  await openLink(page, practice.link);
  await chooseTime(page);
  const extend = page.getByRole('button', { name: 'Keep it ten minutes longer' });
  await extend.click();
  await expect(extend).toBeHidden();
  await expect(page.getByText(/now held until \d\d:\d\d/u)).toBeVisible();
  await expect(page.getByText(/^Held for you: (?:19|20):\d\d$/u)).toBeVisible();
});

test('a time that is taken meanwhile: the nearest are offered, the form stays', async ({ page, practice, browser, host }) => {
  await openLink(page, practice.link);
  await page.getByRole('button', { name: /^Follow-up/u }).click();
  await freeDays(page).first().click();
  const first = times(page).first();
  const label = (await first.getAttribute('aria-label')) ?? '';
  // Somebody else holds it while this page still shows it as free.
  const other = await browser.newPage({ baseURL: host.address, locale: 'en-GB', timezoneId: 'Europe/Paris' });
  await openLink(other, practice.link);
  await other.getByRole('button', { name: /^Follow-up/u }).click();
  await freeDays(other).first().click();
  await other.getByRole('button', { name: label }).first().click();
  await heading(other, 'Your details').waitFor();
  await first.click();
  await expect(page.getByRole('alert')).toContainText('just taken');
  await expect(page.getByRole('heading', { name: 'The nearest free times' })).toBeVisible();
  await expectAccessible(page, 'taken');
  await page.getByRole('listitem').getByRole('button', { name: /^\d\d:\d\d, / }).first().click();
  await expect(heading(page, 'Your details')).toBeVisible();
  await other.close();
});

test('in French, with full dates, and the language stays', async ({ page, practice }) => {
  await openLink(page, practice.link);
  await page.getByRole('button', { name: 'Français' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await page.getByRole('button', { name: /^First visit/u }).click();
  await page.getByRole('button', { name: /^N’importe lequel/u }).click();
  const days = page.getByRole('button', { name: /^\S+ \d+ \S+ \d{4}, \d+ horaires? libres?$/u });
  await days.first().click();
  await times(page).first().click();
  await page.getByLabel('Prénom et nom du patient').fill('En Français');
  // A switch loses nothing.
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByLabel('First and last name of the patient')).toHaveValue('En Français');
  await page.getByRole('button', { name: 'Français' }).click();
  await expectAccessible(page, 'details, in French');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(heading(page, 'Choisissez le type de consultation')).toBeVisible();
});

test.describe('on a small phone in another zone', () => {
  test.use({ viewport: { width: 320, height: 640 }, timezoneId: 'America/New_York', colorScheme: 'dark' });

  test('the whole booking', async ({ page, practice }) => {
    await openLink(page, practice.link);
    await heading(page, 'Choose the kind of visit').waitFor();
    await expectAccessible(page, 'visit, small and dark');
    await chooseDay(page);
    await expect(page.getByText('Times are those of the practice (Paris). Your device is set to New York')).toBeVisible();
    await expectAccessible(page, 'time, small and dark');
    await times(page).first().click();
    await fillForm(page, 'Small Phone');
    await expectAccessible(page, 'details, small and dark');
    await page.getByRole('button', { name: 'Français' }).click();
    await expect(heading(page, 'Vos coordonnées')).toBeVisible();
    await expectAccessible(page, 'details, small and dark, in French');
    await page.getByRole('button', { name: 'English' }).click();
    await send(page);
    await expect(heading(page, 'Your time is reserved')).toBeVisible();
    await expect(page.getByText(/where your device is \(New York\)/u)).toBeVisible();
    await expectAccessible(page, 'reserved, small and dark');
  });
});
