import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { book, chooseTime, fillForm, freeDays, heading, openLink, send } from './booking';
import { Practice } from './practice';

test('without a link, a page that says what this is', async ({ page }) => {
  await page.goto('/');
  await expect(heading(page, 'Appointments under sealed cover')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Open or create a practice' })).toHaveAttribute('href', '/practice');
  await expectAccessible(page, 'landing');
});

test('a link can be pasted', async ({ page, practice, host }) => {
  await page.goto('/');
  await page.getByLabel('Your link').fill(`${host.address}/#${practice.link}`);
  await page.getByRole('button', { name: 'Open the link' }).click();
  await expect(heading(page, 'Practice Example')).toBeVisible();
});

test('the secret leaves the address bar, stays in this tab, and can be forgotten', async ({ page, practice, host }) => {
  await openLink(page, practice.link);
  await expect(heading(page, 'Practice Example')).toBeVisible();
  expect(page.url()).toBe(`${host.address}/`);
  await page.reload();
  await expect(heading(page, 'Practice Example')).toBeVisible();
  const elsewhere = await page.evaluate(() => JSON.stringify([Object.entries(localStorage), document.cookie, history.state]));
  expect(elsewhere).not.toContain(practice.link.slice(-20));
  await page.getByRole('button', { name: 'Leave and forget the link' }).click();
  await expect(heading(page, 'Appointments under sealed cover')).toBeFocused();
  await page.reload();
  await expect(heading(page, 'Appointments under sealed cover')).toBeVisible();
});

for (const [what, fragment] of [
  ['unknown', '9.whatever'],
  ['cut', '1.AAAA'],
] as const) {
  test(`a link that is ${what}`, async ({ page }) => {
    await openLink(page, fragment);
    await expect(page.getByRole('alert')).toContainText('This link is not whole');
    await expectAccessible(page, `link ${what}`);
  });
}

test('a revoked link', async ({ page, host }) => {
  const practice = await Practice.create(host.address);
  const { links } = await practice.call('links', {});
  await practice.call('addLink', { name: 'new' });
  await practice.call('revokeLink', { fragment: links[0]?.fragment ?? '' });
  await openLink(page, practice.link);
  await expect(page.getByRole('alert')).toContainText('has replaced this link');
  await expectAccessible(page, 'revoked');
});

test('no hours are published', async ({ page, host }) => {
  const practice = await Practice.create(host.address, { open: false });
  await openLink(page, practice.link);
  await page.getByRole('button', { name: /^Follow-up/u }).click();
  await expect(page.getByText('No free time at present')).toBeVisible();
  await expectAccessible(page, 'no hours');
});

test('a booking on its way that was refused meanwhile is told after a reload', async ({ page, practice, watched }) => {
  watched.expectComplaints(/ERR_(?:FAILED|CONNECTION)|Failed to load resource/u);
  await openLink(page, practice.link);
  await chooseTime(page, 8);
  await fillForm(page, 'Is Refused');
  await page.route('**/events', (route) => route.abort());
  await send(page);
  await expect(heading(page, 'Not certain yet')).toBeVisible();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('could not be looked up just now');
  await expectAccessible(page, 'unfinished');
  await page.unroute('**/events');
  await page.route('**/events', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      json: { type: 'urn:souspli:problem:slot_taken', title: 'The time has been taken.', status: 409, code: 'slot_taken' },
    }),
  );
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('alert')).toContainText('was not accepted');
});

const refusal = (name: string): string =>
  `Object.defineProperty(globalThis, '${name}', { get() { throw new DOMException('refused', 'SecurityError'); } });`;

test('storage refused: said, and nothing is sent', async ({ page, practice }) => {
  await page.addInitScript(refusal('sessionStorage'));
  await page.route('**/*.worker-*.js', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: refusal('indexedDB') + (await answer.text()) });
  });
  const sent: string[] = [];
  page.on('request', (request) => sent.push(new URL(request.url()).pathname));
  await openLink(page, practice.link);
  await chooseTime(page, 6);
  await fillForm(page, 'No Storage');
  await send(page);
  await expect(page.getByRole('alert')).toContainText('does not let the page keep anything');
  expect(sent.filter((path) => path.endsWith('/events'))).toEqual([]);
  await expect(page.getByLabel('First and last name of the patient')).toHaveValue('No Storage');
  await expectAccessible(page, 'storage refused');
});

test('the ten minutes run out: said, what was typed stays, and the time can be held again', async ({ page, practice }) => {
  // The page's clock only: the worker and the host keep theirs.
  await page.clock.install();
  await openLink(page, practice.link);
  await chooseTime(page, 7);
  await fillForm(page, 'Slow Typist');
  await page.clock.fastForward('11:00');
  await expect(page.getByText('The time is no longer held')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Book this time' })).toBeDisabled();
  await expectAccessible(page, 'hold over');
  await page.clock.setSystemTime(Date.now());
  await page.getByRole('button', { name: /^Hold \d\d:\d\d again$/u }).click();
  await expect(page.getByText(/^Held for you/u)).toBeVisible();
  await expect(page.getByLabel('First and last name of the patient')).toHaveValue('Slow Typist');
});

/** The worker's clock set forward, and with it what the sealed side takes for now; the host keeps its own. */
const later = async (page: Page, days: number): Promise<void> => {
  const ahead = `{ const now = Date.now; Date.now = () => now() + ${days} * 86_400_000; }`;
  await page.route('**/*.worker-*.js', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: ahead + (await answer.text()) });
  });
};

for (const [what, days] of [
  ['the keys were not renewed', 45],
  ['the keys were not renewed for years', 4 * 365],
] as const) {
  test(`not taking bookings at present is no error: ${what}`, async ({ page, practice }) => {
    await later(page, days);
    await openLink(page, practice.link);
    await expect(heading(page, 'No online bookings at present')).toBeVisible();
    await expect(page.getByText('The practice takes no bookings online at present.')).toBeVisible();
    await expectAccessible(page, `not taking bookings, ${what}`);
  });
}

test('not taking bookings at present is no error: nothing is published', async ({ page, practice }) => {
  // As a host shows a practice that has no identity for now.
  await page.route('**/profile', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), identity: null, catalogue: null } });
  });
  await openLink(page, practice.link);
  await expect(heading(page, 'No online bookings at present')).toBeVisible();
  await expectAccessible(page, 'not taking bookings');
});

test('an expired link', async ({ page, practice }) => {
  await later(page, 11 * 365);
  await openLink(page, practice.link);
  await expect(page.getByRole('alert')).toContainText('This link was valid for a time that is over.');
  await expectAccessible(page, 'expired');
});

test('hours, and every time of them taken', async ({ page, host, browser }) => {
  const practice = await Practice.create(host.address);
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await practice.publish((catalogue, rules) => {
    const practitioner = catalogue.practitioners[0]?.id ?? '';
    rules.weekly = [];
    rules.exceptions = [{ practitioner, first: day, last: day, open: [{ start: 9 * 60, end: 9 * 60 + 30, visitTypes: [] }], note: '' }];
  });
  const first = await browser.newPage({ baseURL: host.address, locale: 'en-GB', timezoneId: 'Europe/Paris' });
  await book(first, practice.link, 'Takes The Last');
  await first.close();
  await openLink(page, practice.link);
  await page.getByRole('button', { name: /^First visit/u }).click();
  await page.getByRole('button', { name: /^Any of them/u }).click();
  await expect(page.getByText('No free time at present')).toBeVisible();
  await expectAccessible(page, 'no free time');
});

test('a host that shows something older than before is a calm stop', async ({ page, host }) => {
  const practice = await Practice.create(host.address);
  const kept: { body: string | null } = { body: null };
  await page.route('**/times', async (route) => {
    const answer = await route.fetch();
    kept.body ??= await answer.text();
    await route.fulfill({ response: answer });
  });
  const toDays = async (): Promise<void> => {
    await page.getByRole('button', { name: /^First visit/u }).click();
    await page.getByRole('button', { name: /^Any of them/u }).click();
  };
  await openLink(page, practice.link);
  await toDays();
  await freeDays(page).first().waitFor();
  await practice.publish((catalogue) => {
    catalogue.introduction = 'Ring at the green door.';
  });
  await page.goBack();
  await page.getByRole('button', { name: /Second Example/u }).click();
  await freeDays(page).first().waitFor();
  await page.route('**/times', (route) => route.fulfill({ contentType: 'application/json', body: kept.body ?? '' }));
  await page.goBack();
  await page.getByRole('button', { name: /^Any of them/u }).click();
  await expect(page.getByRole('alert')).toContainText('older than what this device has already seen');
  await expect(freeDays(page)).toHaveCount(0);
  await expectAccessible(page, 'rolled back');
});

test('a host that changes what the practice signed is a calm stop', async ({ page, practice }) => {
  await page.route('**/profile', async (route) => {
    const answer = await route.fetch();
    const profile = (await answer.json()) as { registration: string };
    // The last bytes of a publication are its signature.
    profile.registration = profile.registration.slice(0, -8) + 'AAAAAAAA';
    await route.fulfill({ response: answer, json: profile });
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openLink(page, practice.link);
  await expect(heading(page, 'This page has stopped')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('has stopped here and sends nothing more');
  expect(asked.filter((path) => path.startsWith('/v1/') && !path.endsWith('/profile'))).toEqual([]);
  await expectAccessible(page, 'stopped');
});

test('a sealed side that was changed never runs', async ({ page, practice, watched }) => {
  watched.expectComplaints(/integrity|digest/iu);
  await page.route('**/*.wasm', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: Buffer.concat([await answer.body(), Buffer.from([0])]) });
  });
  await openLink(page, practice.link);
  await expect(page.getByRole('alert')).toContainText('could not be loaded, or was not the right one');
});

test('WebAssembly missing', async ({ page, practice }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await openLink(page, practice.link);
  await expect(page.getByRole('alert')).toContainText('WebAssembly');
  await expectAccessible(page, 'no WebAssembly');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  for (const address of ['/', '/practice']) {
    test(`${address} says what is missing, in both languages`, async ({ page }) => {
      await page.goto(address);
      await expect(page.locator('noscript p[lang=en]')).toContainText('JavaScript');
      await expect(page.locator('noscript p[lang=fr]')).toContainText('JavaScript');
    });
  }
});

test('after booking, a reload shows the appointment', async ({ page, practice }) => {
  await book(page, practice.link, 'Reloads It', 5);
  await page.reload();
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  await expect(page.getByText('Reloads It').first()).toBeVisible();
});
