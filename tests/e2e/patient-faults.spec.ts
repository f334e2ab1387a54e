// What goes wrong on the way: a connection that is lost at each request, a clock that is wrong, a second tab, a press too
// many, a practice that changes its offer. Nothing typed is lost, nothing is booked twice, and nobody stands in their own
// way.

import type { Page, Route } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { book, chooseDay, chooseTime, fillForm, freeDays, heading, lookUntil, openLink, send, times } from './booking';
import { Practice } from './practice';

/** Loses every answer of a route, or the requests themselves, until it is told to stop. */
const lose = async (page: Page, path: string, how: 'request' | 'answer'): Promise<() => Promise<void>> => {
  const route = async (route: Route): Promise<void> => {
    if (how === 'answer') await route.fetch();
    await route.abort();
  };
  await page.route(path, route);
  return () => page.unroute(path, route);
};

const nameField = (page: Page) => page.getByLabel('First and last name of the patient');

/** Has the page look at the appointment by its private link. */
const look = async (page: Page): Promise<void> => {
  const button = page.getByRole('button', { name: 'Look now' });
  await button.click();
  await expect(button).toHaveAttribute('aria-busy', 'false');
};

const expectOne = async (practice: Practice, name: string, state = 'reserved'): Promise<void> => {
  await practice.call('sync', {});
  const { items } = await practice.call('search', { text: name });
  expect(items.map((item) => item.state)).toEqual([state]);
};

test.describe('a lost connection', () => {
  test.beforeEach(({ watched }) => watched.expectComplaints(/ERR_FAILED/u));

  test('while the link is opened', async ({ page, practice }) => {
    const mend = await lose(page, '**/profile', 'request');
    await openLink(page, practice.link);
    await expect(page.getByRole('alert')).toContainText('There is no connection to the host');
    await expectAccessible(page, 'offline');
    await mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(heading(page, 'Practice Example')).toBeVisible();
  });

  test('while times are fetched', async ({ page, practice }) => {
    await openLink(page, practice.link);
    await heading(page, 'Choose the kind of visit').waitFor();
    const mend = await lose(page, '**/times', 'request');
    await page.getByRole('button', { name: /^Follow-up/u }).click();
    await expect(page.getByRole('alert')).toContainText('There is no connection to the host');
    await expectAccessible(page, 'no times');
    await mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(freeDays(page).first()).toBeVisible();
  });

  for (const how of ['request', 'answer'] as const) {
    test(`while a time is held (${how}): the same press holds it, and it is not taken by oneself`, async ({ page, practice }) => {
      await openLink(page, practice.link);
      await chooseDay(page);
      const time = times(page).first();
      const label = (await time.getAttribute('aria-label')) ?? '';
      const mend = await lose(page, '**/holds', how);
      await time.click();
      await expect(page.getByRole('alert')).toContainText('There is no connection to the host');
      await expect(time).toBeFocused();
      await mend();
      // Also where the times are fetched anew, among which the host counts what it holds as taken.
      await page.getByRole('button', { name: 'Choose another day' }).click();
      await heading(page, 'Choose a day').waitFor();
      await page.goForward();
      await page.getByRole('button', { name: label }).click();
      await expect(page.getByText(/^Held for you/u)).toBeVisible();
    });
  }

  test('while a hold is kept longer (answer): counted as kept', async ({ page, practice }) => {
    await openLink(page, practice.link);
    await chooseTime(page, 1);
    await fillForm(page, 'Keeps Longer');
    const mend = await lose(page, '**/holds/extend', 'answer');
    const extend = page.getByRole('button', { name: 'Keep it ten minutes longer' });
    await extend.click();
    await expect(page.getByRole('alert')).toContainText('There is no connection to the host');
    await mend();
    await extend.click();
    await expect(page.getByText(/^Held for you: (?:18|19|20):\d\d$/u)).toBeVisible();
    await expect(extend).toBeHidden();
    await expect(nameField(page)).toHaveValue('Keeps Longer');
  });

  test('between the booking and its read-back: not certain, and never booked twice', async ({ page, practice }) => {
    await openLink(page, practice.link);
    await chooseTime(page, 2);
    await fillForm(page, 'Reads Back');
    const mend = await lose(page, '**/records/read', 'answer');
    await send(page);
    await expect(heading(page, 'Not certain yet')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Book this time' })).toHaveCount(0);
    await mend();
    await page.getByRole('button', { name: 'Look again' }).click();
    await expect(heading(page, 'Your time is reserved')).toBeVisible();
    await expectOne(practice, 'Reads Back');
  });

  test('while it is cancelled, before and after: the record tells what came of it', async ({ page, practice }) => {
    await book(page, practice.link, 'Cancels Unsure', 3);
    await look(page);
    const cancel = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Cancel the appointment' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the appointment' }).click();
    };
    const mends = [await lose(page, '**/events', 'answer'), await lose(page, '**/records/read', 'answer')];
    await cancel();
    await expect(page.getByRole('alert')).toContainText('We do not know yet whether this change arrived');
    await expect(page.getByRole('alert')).toBeInViewport();
    // Nothing is decided anew before it is known.
    await expect(page.getByRole('button', { name: 'Cancel the appointment' })).toHaveCount(0);
    await expectAccessible(page, 'change unknown');
    for (const mend of mends) await mend();
    await page.getByRole('button', { name: 'Look again' }).click();
    await expect(heading(page, 'This appointment is cancelled')).toBeVisible();
    await expectOne(practice, 'Cancels Unsure', 'cancelled');
  });

  test('two bookings on their way in one browser: both are told, with both private links', async ({ page, context, practice }) => {
    const tabs: Page[] = [];
    for (const which of [4, 6]) {
      const tab = await context.newPage();
      await openLink(tab, practice.link);
      await chooseTime(tab, which);
      await fillForm(tab, `One Of Two ${which}`);
      await lose(tab, '**/events', 'answer');
      tabs.push(tab);
    }
    for (const tab of tabs) {
      await send(tab);
      await expect(heading(tab, 'Not certain yet')).toBeVisible();
      await tab.close();
    }
    await openLink(page, practice.link);
    await expect(heading(page, 'Your time is reserved')).toBeVisible();
    await expect(heading(page, 'Also reserved for you')).toBeVisible();
    const links = page.getByLabel('Your private link');
    await expect(links).toHaveCount(2);
    await expectAccessible(page, 'two bookings');
    const names: string[] = [];
    for (const link of [await links.first().inputValue(), await links.last().inputValue()]) {
      const other = await context.newPage();
      await other.goto(link);
      await heading(other, 'Your time is reserved').waitFor();
      names.push(await other.getByText(/^One Of Two \d+$/u).first().innerText());
      await other.close();
    }
    expect(names.sort()).toEqual(['One Of Two 4', 'One Of Two 6']);
  });
});

for (const minutes of [-40, 40]) {
  test(`a clock that is ${minutes} minutes wrong: the time is held visibly, and can be booked`, async ({ page, practice }) => {
    const wrong = `{ const now = Date.now; Date.now = () => now() + ${minutes} * 60_000; }`;
    await page.addInitScript(wrong);
    await page.route('**/*.worker-*.js', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: wrong + (await answer.text()) });
    });
    await openLink(page, practice.link);
    await chooseTime(page, 7);
    await expect(page.getByText(/^Held for you: (?:8|9|10):\d\d$/u)).toBeVisible();
    await fillForm(page, `Wrong Clock ${minutes}`);
    await page.getByRole('button', { name: 'Keep it ten minutes longer' }).click();
    await expect(page.getByText(/^Held for you: (?:18|19|20):\d\d$/u)).toBeVisible();
    await send(page);
    await expect(heading(page, 'Your time is reserved')).toBeVisible();
  });
}

test('reloaded with a time held: it is free again at once, for oneself too', async ({ page, practice }) => {
  await openLink(page, practice.link);
  const label = await chooseTime(page);
  await page.reload();
  await heading(page, 'Choose the kind of visit').waitFor();
  await chooseDay(page);
  await page.getByRole('button', { name: label }).click();
  await expect(page.getByText(/^Held for you/u)).toBeVisible();
});

test('in two tabs: what one holds, the other does not see, nor does it lose it by a reload there', async ({ page, context, practice }) => {
  await openLink(page, practice.link);
  await page.getByRole('button', { name: /^Follow-up/u }).click();
  await freeDays(page).first().click();
  const label = (await times(page).first().getAttribute('aria-label')) ?? '';
  await times(page).first().click();
  await heading(page, 'Your details').waitFor();
  const other = await context.newPage();
  for (const load of [() => openLink(other, practice.link), () => other.reload()]) {
    await load();
    await other.getByRole('button', { name: /^Follow-up/u }).click();
    await freeDays(other).first().click();
    await heading(other, /^Choose a time on/u).waitFor();
    await expect(other.getByRole('button', { name: label })).toHaveCount(0);
  }
  await nameField(page).fill('First Tab');
  await page.getByLabel('Phone', { exact: true }).fill('02 99 00 00 01');
  await send(page);
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
});

test('pressed twice, booked once', async ({ page, practice }) => {
  await openLink(page, practice.link);
  await chooseTime(page, 8);
  await fillForm(page, 'Presses Twice');
  await page.getByRole('button', { name: 'Book this time' }).dblclick();
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  await expectOne(practice, 'Presses Twice');
});

test('Back while a time is being held stays back, and the time is free again', async ({ page, context, practice }) => {
  await openLink(page, practice.link);
  await chooseDay(page);
  const time = times(page).first();
  const label = (await time.getAttribute('aria-label')) ?? '';
  let release: () => void = () => undefined;
  const released = new Promise<void>((settle) => (release = settle));
  await page.route('**/holds', async (route) => {
    await released;
    await route.continue();
  });
  const asked = page.waitForRequest('**/holds');
  await time.click();
  await asked;
  await page.goBack();
  const given = page.waitForResponse('**/holds/release');
  release();
  await given;
  await expect(heading(page, 'Choose a day')).toBeVisible();
  const other = await context.newPage();
  await openLink(other, practice.link);
  await chooseDay(other);
  await expect(other.getByRole('button', { name: label })).toBeVisible();
});

test('the practice asks something new while the form is open: it is shown, and what was typed stays', async ({ page, host }) => {
  const practice = await Practice.create(host.address);
  await openLink(page, practice.link);
  await chooseTime(page);
  await fillForm(page, 'Meets A Change');
  const { id } = await practice.call('newId', {});
  await practice.publish((catalogue) => {
    catalogue.visitTypes[0]?.questions.push({ id, text: 'Do you need a lift?', kind: 'yesNo', options: [], required: true });
  });
  await send(page);
  await expect(page.getByRole('alert').first()).toContainText('The practice has just changed something');
  await expect(nameField(page)).toHaveValue('Meets A Change');
  await page.getByRole('button', { name: /^Hold \d\d:\d\d again$/u }).click();
  await page.getByRole('group', { name: 'Do you need a lift?' }).getByLabel('No').check();
  await send(page);
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  const { record } = await practice.bookingOf('Meets A Change');
  const detail = await practice.call('detail', { record });
  expect(detail.form.answers.map(({ text }) => text)).toEqual(['yes', 'no']);
});

test('a decision on an appointment that has changed is asked for anew, with the appointment as it is', async ({ page, practice }) => {
  await book(page, practice.link, 'Meets A Decision', 5);
  // As in a tab that is not seen: it looks no more by itself.
  await page.evaluate(() => Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true }));
  await look(page);
  const { record } = await practice.bookingOf('Meets A Decision');
  await practice.call('confirm', { record, text: 'Bring your card.' });
  await page.getByRole('button', { name: 'Cancel the appointment' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the appointment' }).click();
  await expect(page.getByRole('alert')).toContainText('changed in the meantime');
  await expect(heading(page, 'Your appointment is confirmed')).toBeVisible();
  await expect(page.getByText('Bring your card.')).toBeVisible();
  await expectOne(practice, 'Meets A Decision', 'confirmed');
});

test('a confirmed appointment is looked at again when one comes back to the tab', async ({ page, practice }) => {
  await book(page, practice.link, 'Comes Back', 6);
  const { record } = await practice.bookingOf('Comes Back');
  await practice.call('confirm', { record, text: '' });
  await lookUntil(page, 'Your appointment is confirmed');
  await practice.call('cancel', { record, text: 'The doctor is ill.' });
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(heading(page, 'This appointment is cancelled')).toBeVisible();
  await expect(page.getByText('The doctor is ill.')).toBeVisible();
});

test('leaving asks first where something would be lost, and gives the time free again', async ({ page, context, practice }) => {
  await openLink(page, practice.link);
  const label = await chooseTime(page);
  await fillForm(page, 'Leaves Early');
  const leave = page.getByRole('button', { name: 'Leave and forget the link' });
  await leave.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('What you have typed will be lost');
  await expectAccessible(page, 'leaving');
  await dialog.getByRole('button', { name: 'Stay here' }).click();
  await expect(nameField(page)).toHaveValue('Leaves Early');
  await leave.click();
  const given = page.waitForResponse('**/holds/release');
  await dialog.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(heading(page, 'Appointments under sealed cover')).toBeFocused();
  await given;
  const other = await context.newPage();
  await openLink(other, practice.link);
  await chooseDay(other);
  await expect(other.getByRole('button', { name: label })).toBeVisible();
});
