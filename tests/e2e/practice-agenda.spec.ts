import { expect, expectAccessible, test } from './fixtures';
import { book, heading, lookUntil } from './booking';
import { Practice } from './practice';
import { another, asList, dialog, freeTimes, items, openItem, part, SOON_MS, TOLD_MS, unlock } from './practice-page';

let practice: Practice;
test.beforeAll(async ({ host }) => {
  practice = await Practice.create(host.address);
});

test('a booking appears by itself, is confirmed, and the patient sees it', async ({ page, browser, host }) => {
  await unlock(page, practice.keys);
  await asList(page);
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Comes Alone');
  const booked = Date.now();
  await expect(page.getByText(/^New: Comes Alone, /u)).toBeVisible({ timeout: TOLD_MS });
  process.stdout.write(`e2e: agenda: a booking appeared ${((Date.now() - booked) / 1000).toFixed(1)} s after the patient was told of it\n`);
  await expect(page).toHaveTitle(/^\(1\) Agenda · Souspli$/u);
  await expectAccessible(page, 'agenda with a booking that waits');

  const opened = await openItem(page, 'Comes Alone');
  await expect(opened.getByText('A sore knee')).toBeVisible();
  await expect(opened.getByText('Yes', { exact: true })).toBeVisible();
  await expect(opened.getByRole('link', { name: 'patient@example.org' })).toHaveAttribute('href', 'mailto:patient@example.org');
  await expectAccessible(page, 'detail');
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await expect(opened.getByRole('heading', { name: 'Confirm this appointment' })).toBeFocused();
  await expectAccessible(page, 'detail, confirm');
  await opened.getByLabel('Words to the patient').fill('é'.repeat(151));
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await expect(opened.getByText(/This text has 302 characters/u)).toBeVisible();
  await opened.getByLabel('Words to the patient').fill('Come ten minutes early.');
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await expect(opened.getByText('Confirmed. The patient’s page says so')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();

  await lookUntil(patient, 'Your appointment is confirmed');
  await expect(patient.getByText('Come ten minutes early.')).toBeVisible();
  await patient.context().close();
});

test('a stream that breaks is opened again, signed anew; meanwhile the page asks every 20 seconds', async ({ page, browser, host, watched }) => {
  watched.expectComplaints(/ERR_FAILED/u);
  const own = await Practice.create(host.address);
  const signatures: (string | undefined)[] = [];
  await page.route('**/stream', async (route) => {
    signatures.push(route.request().headers()['authorization']);
    await route.abort();
  });
  // The page's clock only: the worker and the host keep theirs.
  await page.clock.install();
  await unlock(page, own.keys);
  await expect.poll(() => signatures.length).toBeGreaterThan(1);
  expect(new Set(signatures).size).toBe(signatures.length);
  const patient = await another(browser, host.address);
  await book(patient, own.link, 'Is Asked For');
  const listed = page.getByText(/^New: Is Asked For, /u);
  await expect(listed).toBeHidden();
  await page.clock.fastForward('00:21');
  await expect(listed).toBeVisible({ timeout: TOLD_MS });

  const again = page.waitForResponse((answer) => answer.url().endsWith('/stream') && answer.ok(), { timeout: SOON_MS });
  await page.unroute('**/stream');
  await again;
  await book(patient, own.link, 'Is Told Again', 1);
  await expect(page.getByText(/^New: Is Told Again, /u)).toBeVisible({ timeout: TOLD_MS });
  await patient.context().close();
});

test('locking ends the workers, and with them keys and stream', async ({ page, host }) => {
  const own = await Practice.create(host.address);
  const streaming = page.waitForResponse((answer) => answer.url().endsWith('/stream') && answer.ok());
  await unlock(page, own.keys);
  await streaming;
  const workers = page.workers();
  expect(workers.length).toBeGreaterThan(0);
  const ended = workers.map((worker) => worker.waitForEvent('close'));
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await Promise.all(ended);
});

test('declined, with a question before it', async ({ page, browser, host }) => {
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Is Declined');
  await unlock(page, practice.keys);
  await asList(page);
  const opened = await openItem(page, 'Is Declined');
  await opened.getByRole('button', { name: 'Decline…' }).click();
  await expectAccessible(page, 'detail, decline');
  await page.keyboard.press('Escape');
  await expect(opened.getByRole('button', { name: 'Decline…' })).toBeVisible();
  await opened.getByRole('button', { name: 'Decline…' }).click();
  await opened.getByRole('button', { name: 'Decline the appointment' }).click();
  await expect(opened.getByText('Declined. The time is free again.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(items(page, 'Is Declined')).toHaveCount(0);
  await page.getByLabel('Show cancelled and declined').check();
  await expect(items(page, 'Is Declined')).toHaveCount(1);
  await lookUntil(patient, /declined|not take/iu);
  await patient.context().close();
});

test('moved, noted, cancelled; the history tells it', async ({ page, browser, host }) => {
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Goes Elsewhere');
  await practice.call('confirm', { record: (await practice.bookingOf('Goes Elsewhere')).record, text: '' });
  await unlock(page, practice.keys);
  await asList(page);
  const opened = await openItem(page, 'Goes Elsewhere');
  await opened.getByRole('button', { name: 'Move…' }).click();
  await opened.getByRole('grid').waitFor();
  await expectAccessible(page, 'detail, move');
  await freeTimes(opened).nth(4).click();
  await expectAccessible(page, 'detail, move, question');
  await opened.getByRole('button', { name: 'Move it there' }).click();
  await expect(opened.getByText(/^Moved to /u)).toBeVisible();

  await opened.getByRole('button', { name: 'Write a note' }).click();
  await opened.getByRole('button', { name: 'Keep the note' }).click();
  await expect(opened.getByText('Type the note first.')).toBeVisible();
  await opened.getByRole('textbox', { name: 'Note' }).fill('Bring the picture.');
  await expectAccessible(page, 'detail, note');
  await opened.getByRole('button', { name: 'Keep the note' }).click();
  await expect(opened.getByText('The note is kept.')).toBeVisible();
  await expect(opened.getByText('Bring the picture.')).toBeVisible();
  // Not sent yet, so that its time tells the host nothing: it can be taken back, or sent now.
  await expect(opened.getByText('Not sent yet: on this device only')).toBeVisible();
  await expectAccessible(page, 'detail, note that waits');
  await opened.getByRole('button', { name: 'Take it back' }).click();
  await expect(opened.getByText(/^The note is taken back\./u)).toBeFocused();
  await opened.getByRole('button', { name: 'Write a note' }).click();
  await expect(opened.getByRole('textbox', { name: 'Note' })).toHaveValue('Bring the picture.');
  await opened.getByRole('button', { name: 'Keep the note' }).click();
  await expect(opened.getByText('The note is kept.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/^One note or absence waits sealed on this device\./u)).toBeVisible();
  await expectAccessible(page, 'agenda, a note waits');
  await page.getByRole('button', { name: 'Send now' }).click();
  await expect(page.getByText(/^One note or absence waits/u)).toHaveCount(0);
  await openItem(page, 'Goes Elsewhere');
  await expect(opened.getByText('Not sent yet: on this device only')).toHaveCount(0);

  await opened.getByRole('button', { name: 'Cancel it…' }).click();
  await expectAccessible(page, 'detail, cancel');
  await opened.getByLabel('Words to the patient').fill('We are ill.');
  await opened.getByRole('button', { name: 'Cancel the appointment' }).click();
  await expect(opened.getByText('Cancelled. The time is free again.')).toBeVisible();
  await opened.getByText('History').click();
  for (const step of ['Booked by the patient', 'Moved by the practice', 'Note written', 'Cancelled by the practice']) await expect(opened.getByText(step)).toBeVisible();
  await expectAccessible(page, 'detail, history');
  await patient.reload();
  await expect(patient.getByText('We are ill.')).toBeVisible();
  await expect(patient.getByText('Bring the picture.')).toHaveCount(0);
  await patient.context().close();
});

test('who did not come is marked, once the time has begun', async ({ page, browser, host }) => {
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Never Came', 5);
  await patient.context().close();
  const { record } = await practice.bookingOf('Never Came');
  const { appointment } = await practice.call('confirm', { record, text: '' });
  await unlock(page, practice.keys);
  await asList(page);
  await openItem(page, 'Never Came');
  await expect(dialog(page).getByRole('button', { name: 'Did not come…' })).toHaveCount(0);

  // The page's clock only: the host and the sealed side keep theirs.
  const later = await another(browser, host.address);
  await later.clock.install({ time: new Date((appointment.minute + 10) * 60_000) });
  await unlock(later, practice.keys);
  await asList(later);
  const opened = await openItem(later, 'Never Came');
  await opened.getByRole('button', { name: 'Did not come…' }).click();
  await expectAccessible(later, 'detail, did not come');
  await opened.getByRole('button', { name: 'Mark as not having come' }).click();
  await expect(opened.getByText('Marked as not having come.')).toBeVisible();
  await expect(opened.getByText('Did not come', { exact: true })).toBeVisible();
  // A mistake is taken back; nothing has left this device.
  await opened.getByRole('button', { name: 'They came after all' }).click();
  await expect(opened.getByText('Confirmed', { exact: true }).first()).toBeVisible();
  expect((await practice.call('sync', {})).changed).toEqual([]);
  await later.context().close();
});

test('at the desk: names and times, no reason, no settings', async ({ page, browser, host }) => {
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Seen By Desk', 6);
  await patient.context().close();
  const passphrase = 'a passphrase at the desk';
  const keys = await practice.call('addDesk', { name: 'Desk', passphrase });
  await unlock(page, { ...keys, passphrase });
  await expect(part(page, 'Keys')).toBeVisible();
  await expect(part(page, 'Settings')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Close days' })).toHaveCount(0);
  await asList(page);
  const opened = await openItem(page, 'Seen By Desk');
  await expect(opened.getByText('Sealed for the practitioner: your keys do not open it.')).toBeVisible();
  await expect(opened.getByText('A sore knee')).toHaveCount(0);
  await expectAccessible(page, 'detail, at the desk');
});

test('typed in for someone on the phone; their private link works', async ({ page, browser, host }) => {
  await unlock(page, practice.keys);
  await page.getByRole('button', { name: 'New appointment' }).click();
  await page.getByRole('grid').waitFor();
  await expectAccessible(page, 'new, time');
  await freeTimes(page.getByRole('main')).nth(6).click();
  await expect(heading(page, 'For whom')).toBeFocused();
  await page.getByRole('button', { name: 'Book the appointment' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expect(page.getByRole('alert').getByRole('link')).toHaveCount(3);
  await expectAccessible(page, 'new, nothing typed');
  await page.getByLabel('Patient’s name').fill('On The Phone');
  await page.getByRole('textbox', { name: 'Phone' }).fill('+33 6 00 00 00 00');
  await page.getByLabel('Have you been here before?').selectOption('yes');
  await page.getByRole('button', { name: 'Book the appointment' }).click();
  await expect(heading(page, 'The appointment is booked')).toBeFocused();
  await expectAccessible(page, 'private link');
  const link = await page.getByRole('textbox', { name: 'Private link' }).inputValue();
  await page.getByRole('button', { name: 'Go to the agenda' }).click();
  await asList(page);
  // Left too early: until the page is locked it is shown again.
  const opened = await openItem(page, 'On The Phone');
  await opened.getByRole('button', { name: 'Show the private link' }).click();
  await expect(page.getByRole('textbox', { name: 'Private link' })).toHaveValue(link);
  await page.getByRole('button', { name: 'Go to the agenda' }).click();

  const patient = await another(browser, host.address);
  await patient.goto(link);
  await expect(patient.getByText('On The Phone').first()).toBeVisible();
  await patient.context().close();
});

test('typed in, and the answer is lost: the same bytes arrive, and the private link can still be printed', async ({ page, browser, host, watched }) => {
  watched.expectComplaints(/ERR_FAILED/u);
  const own = await Practice.create(host.address);
  await unlock(page, own.keys);
  await page.route('**/events', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.getByRole('button', { name: 'New appointment' }).click();
  await page.getByRole('grid').waitFor();
  await freeTimes(page.getByRole('main')).nth(2).click();
  await page.getByLabel('Patient’s name').fill('Nobody Heard');
  await page.getByRole('textbox', { name: 'Phone' }).fill('+33 6 00 00 00 00');
  await page.getByLabel('Have you been here before?').selectOption('yes');
  await page.getByRole('button', { name: 'Book the appointment' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Patient’s name')).toHaveValue('Nobody Heard');
  // The page may be sending the bytes again just now.
  await page.unrouteAll({ behavior: 'wait' });
  await part(page, 'Agenda').click();
  await expect(page.getByText(/^The appointment typed in for Nobody Heard has arrived after all\./u)).toBeVisible({ timeout: SOON_MS });
  await expectAccessible(page, 'agenda, told of what was resent');
  await page.getByRole('button', { name: 'Show the private link' }).click();
  await expect(heading(page, 'The appointment is booked')).toBeFocused();
  const link = await page.getByRole('textbox', { name: 'Private link' }).inputValue();
  await page.getByRole('button', { name: 'Go to the agenda' }).click();
  await page.getByRole('button', { name: 'I have read this' }).click();
  await expect(page.getByText(/^The appointment typed in for/u)).toHaveCount(0);
  await asList(page);
  await expect(items(page, 'Nobody Heard')).toHaveCount(1);

  const patient = await another(browser, host.address);
  await patient.goto(link);
  await expect(patient.getByText('Nobody Heard').first()).toBeVisible();
  await patient.context().close();
});

test('someone else takes the time meanwhile: what was typed stays, and others are offered', async ({ page, watched }) => {
  watched.expectComplaints(/409|412/u);
  await unlock(page, practice.keys);
  await page.getByRole('button', { name: 'Find a time' }).click();
  await page.getByLabel('Practitioner').selectOption({ label: 'Dr First Example' });
  await page.getByRole('grid').waitFor();
  const time = freeTimes(page.getByRole('main')).nth(8);
  const start = (await time.getAttribute('aria-label')) ?? '';
  await time.click();
  await page.getByLabel('Patient’s name').fill('Too Late');
  await page.getByRole('textbox', { name: 'Phone' }).fill('+33 6 00 00 00 00');
  await page.getByLabel('Have you been here before?').selectOption('no');

  const { catalogue } = await practice.call('settings', {});
  const [visit, who] = [catalogue?.visitTypes[0]?.id ?? '', catalogue?.practitioners[0]?.id ?? ''];
  const { days } = await practice.call('times', { visitType: visit, practitioner: who });
  const day = days.find(({ times }) => times.length > 0);
  const taken = day?.times.find(({ time: clock }) => start.startsWith(clock));
  const form = {
    name: 'Was Faster',
    email: '',
    phone: '+33 6 11 11 11 11',
    language: 'en',
    reason: '',
    answers: [{ question: catalogue?.visitTypes[0]?.questions[0]?.id ?? '', text: 'no' }],
    consents: { email: false, sms: false },
  };
  await practice.call('phoneBooking', { visitType: visit, practitioner: who, start: taken?.start ?? 0, form });

  await page.getByRole('button', { name: 'Book the appointment' }).click();
  await expect(page.getByText('This time has just been taken.')).toBeVisible();
  await expect(page.getByLabel('Patient’s name')).toHaveValue('Too Late');
  await expectAccessible(page, 'new, taken');
});

test('time is blocked and freed; days are closed, with what stands there', async ({ page, browser, host }) => {
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Stands There');
  await unlock(page, practice.keys);
  await asList(page);
  await page.getByRole('button', { name: 'Block time' }).click();
  await dialog(page).getByLabel('until', { exact: true }).or(dialog(page).getByLabel('to', { exact: true })).fill('11:00');
  await dialog(page).getByRole('button', { name: 'Block it' }).click();
  await expect(dialog(page).getByRole('alert')).toBeFocused();
  await expectAccessible(page, 'block, turned round');
  await dialog(page).getByLabel('to', { exact: true }).fill('13:07');
  await dialog(page).getByRole('button', { name: 'Block it' }).click();
  await expect(dialog(page).getByRole('alert').getByText('Times and durations go by five minutes.')).toBeVisible();
  await dialog(page).getByLabel('to', { exact: true }).fill('13:00');
  await dialog(page).getByLabel('What for').fill('Congress');
  await dialog(page).getByRole('button', { name: 'Block it' }).click();
  await expect(page.getByText('The time is blocked.')).toBeVisible();
  await items(page, 'Congress').first().click();
  await dialog(page).getByRole('button', { name: 'Free this time again' }).click();
  await dialog(page).getByRole('button', { name: 'Free this time again' }).click();
  await expect(dialog(page).getByText('The time is free again.')).toBeVisible();
  await page.keyboard.press('Escape');

  // Around what stands there, to the end of the day.
  const { appointment } = await practice.call('detail', { record: (await practice.bookingOf('Stands There')).record });
  await page.getByRole('button', { name: 'Block time' }).click();
  await dialog(page).getByLabel('Practitioner').selectOption(appointment.practitioner);
  await dialog(page).getByLabel('Day', { exact: true }).fill(appointment.date);
  await dialog(page).getByLabel('From', { exact: true }).fill('17:00');
  await dialog(page).getByLabel('to', { exact: true }).fill('00:00');
  await dialog(page).getByLabel('From', { exact: true }).fill(appointment.time);
  await expect(dialog(page).getByText(/in this time and stays? there$/u)).toBeVisible();
  await expectAccessible(page, 'block, over an appointment');
  await dialog(page).getByRole('button', { name: 'Block it' }).click();
  await expect(page.getByText(/^The time is blocked around the/u)).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Close days' }).click();
  await dialog(page).getByLabel('First day').fill(appointment.date);
  await dialog(page).getByLabel('Last day').fill(appointment.date);
  await expect(dialog(page).getByText(/in these days and stays? there/u)).toBeVisible();
  await expectAccessible(page, 'close days');
  await dialog(page).getByRole('button', { name: 'Publish the closed days' }).click();
  await expect(page.getByText('Published: these days are closed.')).toBeVisible({ timeout: 30_000 });
  const visitType = appointment.visitType;
  const { days } = await practice.call('times', { visitType, practitioner: null });
  expect(days.find(({ date }) => date === appointment.date)?.times ?? []).toEqual([]);
  await patient.context().close();
});

test('found by name on this device', async ({ page }) => {
  await unlock(page, practice.keys);
  await page.getByRole('searchbox', { name: 'Search' }).fill('stands there');
  await page.getByRole('searchbox', { name: 'Search' }).press('Enter');
  await expect(heading(page, 'One found for “stands there”')).toBeVisible();
  await expectAccessible(page, 'search');
  await page.getByRole('searchbox', { name: 'Search' }).fill('nobody at all');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(heading(page, 'Nothing found for “nobody at all”')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the agenda' }).click();
  await expect(heading(page, /^Week of/u)).toBeVisible();
});

test('without a connection: nothing typed is lost, and the sealed words are sent by themselves later', async ({ page, browser, host, context, watched }) => {
  watched.expectComplaints(/ERR_INTERNET_DISCONNECTED/u);
  const own = await Practice.create(host.address);
  const patient = await another(browser, host.address);
  await book(patient, own.link, 'Out Of Reach');
  await patient.context().close();
  await unlock(page, own.keys);
  await asList(page);
  const opened = await openItem(page, 'Out Of Reach');
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await opened.getByLabel('Words to the patient').fill('Written in a lift.');
  await context.setOffline(true);
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await expect(opened.getByRole('alert')).toBeVisible({ timeout: 30_000 });
  await expect(opened.getByLabel('Words to the patient')).toHaveValue('Written in a lift.');
  await expectAccessible(page, 'detail, no connection');
  await context.setOffline(false);
  await page.keyboard.press('Escape');
  await opened.getByText('History').click();
  await expect(opened.getByText('Written in a lift.')).toBeVisible({ timeout: SOON_MS });
});

test('what is not in order says why, and waits for a person', async ({ page, browser, host }) => {
  const own = await Practice.create(host.address, { confirm: 'automatic' });
  const patient = await another(browser, host.address);
  await book(patient, own.link, 'Out Of Hours');
  await patient.context().close();
  await own.publish((_, rules) => {
    for (const { hours } of rules.weekly) [hours.start, hours.end] = [20 * 60, 21 * 60];
  });
  await unlock(page, own.keys);
  await expect(heading(page, 'One appointment waits for your answer')).toBeVisible();
  await expectAccessible(page, 'agenda with something to look at');
  const opened = await openItem(page, 'Out Of Hours');
  await expect(opened.getByText(/^It is outside the hours that you publish now\./u)).toBeVisible();
  await expectAccessible(page, 'detail with something to look at');
});
