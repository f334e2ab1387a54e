// Proofs for people: saved on the page of an appointment, checked without a network by whoever is given one; and what
// patient and practice are told of a log that goes back.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIRequestContext, Locator, Page } from '@playwright/test';
import { book, heading, openLink } from './booking';
import { expect, expectAccessible, test } from './fixtures';
import { startHost } from './host';
import { Practice } from './practice';
import { ready as agendaReady, typeKeys, unlock } from './practice-page';

const folder = process.env['SOUSPLI_SHOTS'];
const shot = async (page: Page, name: string): Promise<void> => {
  if (folder !== undefined) await page.screenshot({ path: join(folder, `proofs ${name}.png`), fullPage: true });
};

/** The host merges once a minute. */
const MERGED_MS = 120_000;
const DAY_MS = 86_400_000;

type Saved = { readonly name: string; readonly text: string };

const save = async (page: Page, name: string | RegExp): Promise<Saved> => {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name }).first().click();
  const file = await waiting;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
};

/** Gives files to the page as a person chooses them. */
const choose = (page: Page, ...files: readonly Saved[]): Promise<void> =>
  page.getByLabel('Choose proof files').setInputFiles(files.map(({ name, text }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })));

const openCheck = async (page: Page): Promise<void> => {
  await page.goto('/check');
  await expect(page.getByText('Everything is loaded.')).toBeVisible();
};

const proofs = (page: Page): Locator => page.locator('section', { has: heading(page, 'Proof that the host keeps its word') });

/** Looks until the log holds the booking. */
const untilIncluded = (page: Page): Promise<void> =>
  expect(async () => {
    await page.getByRole('button', { name: 'Look now' }).click();
    await expect(proofs(page).getByText('In the public log', { exact: true }).first()).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: MERGED_MS });

/** The log's worker on a device whose clock is days ahead. */
const inDays = async (page: Page, days: number): Promise<void> => {
  await page.route('**/assets/log.worker-*.js', async (route) => {
    const answer = await route.fetch();
    const ahead = `{ const now = Date.now; Date.now = () => now() + ${String(days * DAY_MS)}; }\n`;
    await route.fulfill({ response: answer, body: ahead + (await answer.text()) });
  });
};

/** It stands after the second dot of each link. */
const fingerprint = ({ link }: Practice): string => link.split('.')[2] ?? 'no fingerprint';

const checkpoint = async (request: APIRequestContext): Promise<string> => (await request.get('/log/checkpoint')).text();

/** A checkpoint that was the newest one once, as soon as there is a newer one. */
const outdated = async (request: APIRequestContext): Promise<string> => {
  const old = await checkpoint(request);
  await expect.poll(() => checkpoint(request), { timeout: MERGED_MS, intervals: [2_000] }).not.toBe(old);
  return old;
};

test('what a booking page loads first does not follow the log', async ({ page, practice }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openLink(page, practice.link);
  await expect(page.getByRole('button', { name: /^First visit/u })).toBeVisible();
  expect(asked.some((path) => path.endsWith('.wasm'))).toBe(true);
  expect(asked.filter((path) => /^\/(?:assets\/log|log\/)/u.test(path) || path.endsWith('/proofs'))).toEqual([]);
});

test('a proof is saved, and checked with the network cut', async ({ page, practice, context }) => {
  const link = await book(page, practice.link, 'Wants Proof');
  await expect(proofs(page).getByRole('button', { name: 'Save my proof: Booking' })).toBeVisible();
  await expectAccessible(page, 'an appointment with its proofs');
  await untilIncluded(page);
  await shot(page, 'appointment');
  const proof = await save(page, 'Save my proof: Booking');
  expect(proof.name).toMatch(/^souspli-\w{1,8}\.tlog-proof$/u);
  expect(proof.text).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra /u);
  expect(proof.text).not.toContain(link.slice(link.lastIndexOf('.') + 1));

  await openCheck(page);
  await expectAccessible(page, 'nothing chosen yet');
  await shot(page, 'check empty');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await context.setOffline(true);
  await choose(page, proof);
  await expect(page.getByText('The promise was kept')).toBeVisible();
  await expect(page.getByText(/It is there: entry \d+ of \d+\./u)).toBeVisible();
  await expect(page.getByText('The practice asks for no witness.')).toBeVisible();
  await expect(page.getByText(fingerprint(practice), { exact: true })).toBeVisible();
  await expectAccessible(page, 'a proof that holds');
  await shot(page, 'included');

  const index = Number(/^index (\d+)$/mu.exec(proof.text)?.[1]);
  const spoilt: readonly (readonly [string, string])[] = [
    ['bad_proof', proof.text.replace(/^index \d+$/mu, `index ${String(index === 0 ? 1 : index - 1)}`)],
    ['bad_proof', proof.text.replaceAll('\n', '\r\n')],
    ['no_receipt', proof.text.replace(/^extra .*\n/mu, '')],
    ['no_proof_file', 'Dear Sir or Madam'],
    ['empty', ''],
  ];
  await choose(page, ...spoilt.map(([, text], place) => ({ name: `spoilt-${String(place)}.tlog-proof`, text })));
  await expect(page.getByText('5 files checked.')).toBeVisible();
  await expect(page.getByText('This file shows nothing')).toHaveCount(5);
  for (const [place, [code]] of spoilt.entries()) {
    await expect(page.locator('section', { has: heading(page, `spoilt-${String(place)}.tlog-proof`) })).toContainText(code);
  }
  await expectAccessible(page, 'files that show nothing');
  await shot(page, 'spoilt');
  expect(asked).toEqual([]);
  await context.setOffline(false);
});

test('a promise that runs, and one that was not kept by a clock three days on', async ({ page, practice, browser, host }) => {
  // A host that has what it signed for in no log.
  await page.route('**/proofs', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"proof":null}' }));
  const link = await book(page, practice.link, 'Is Promised');
  await expect(proofs(page).getByText('Accepted; in the public log within a day')).toBeVisible();
  const promised = await save(page, 'Save my proof: Booking');
  expect(promised.name).toMatch(/^souspli-\w{1,8}\.receipt$/u);
  expect(promised.text).not.toContain(link.slice(link.lastIndexOf('.') + 1));
  await openCheck(page);
  await choose(page, promised);
  await expect(page.getByText('Promised, and there is time left')).toBeVisible();
  await expectAccessible(page, 'a promise');
  await shot(page, 'promised');

  const later = await browser.newPage({ baseURL: host.address, locale: 'en-GB', timezoneId: 'Europe/Paris' });
  await inDays(later, 3);
  await later.route('**/proofs', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"proof":null}' }));
  await later.goto(link);
  await expect(proofs(later).getByText('The host has broken its promise: this is missing from the public log. Keep this proof.')).toBeVisible();
  await expectAccessible(later, 'a broken promise');
  await shot(later, 'broken');
  const broken = await save(later, 'Save my proof: Booking');
  await openCheck(later);
  await choose(later, broken);
  await expect(later.getByText('Promised, and not shown to be kept')).toBeVisible();
  await shot(later, 'unproven');
  await later.context().close();
});

test('another host’s proof is another practice’s, and one put together of two is none', async ({ page, practice, browser }) => {
  const elsewhere = await startHost();
  const theirs = await Practice.create(elsewhere.address);
  const other = await browser.newPage({ baseURL: elsewhere.address, locale: 'en-GB', timezoneId: 'Europe/Paris' });
  await Promise.all([book(page, practice.link, 'Is Here'), book(other, theirs.link, 'Is There')]);
  await Promise.all([untilIncluded(page), untilIncluded(other)]);
  const [ours, foreign] = [await save(page, 'Save my proof: Booking'), await save(other, 'Save my proof: Booking')];
  await other.context().close();
  await elsewhere.stop();
  const extra = (text: string): string => /^extra .*$/mu.exec(text)?.[0] ?? 'none';
  const mixed = { name: 'mixed.tlog-proof', text: ours.text.replace(extra(ours.text), extra(foreign.text)) };
  await openCheck(page);
  await choose(page, foreign, mixed);
  const judged = (name: string): Locator => page.locator('section', { has: heading(page, name) });
  await expect(judged(foreign.name)).toContainText('The promise was kept');
  await expect(judged(foreign.name)).toContainText(fingerprint(theirs));
  await expect(judged(mixed.name)).toContainText('bad_checkpoint');
});

test('on a narrow phone in the dark, by keyboard, in French', async ({ browser, host }) => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 }, colorScheme: 'dark', baseURL: host.address, locale: 'fr-FR', timezoneId: 'Europe/Paris' });
  await page.goto('/check');
  await expect(page.getByText('Tout est chargé.')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: /contenu/iu })).toBeFocused();
  const input = page.getByLabel('Choisir des fichiers de preuve');
  for (let press = 0; press < 6 && !(await input.evaluate((element) => element === document.activeElement)); press += 1) await page.keyboard.press('Tab');
  await expect(input).toBeFocused();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles([{ name: `${'un-nom-tres-long-'.repeat(6)}.tlog-proof`, mimeType: 'text/plain', buffer: Buffer.from('rien') }]);
  await expect(page.getByText('Ce fichier ne montre rien')).toBeVisible();
  await expectAccessible(page, 'narrow and dark');
  await shot(page, 'narrow');
  await page.context().close();
});

test('a log that goes back is told to a patient, beside an appointment that stands', async ({ page, practice, request }) => {
  const old = await outdated(request);
  const link = await book(page, practice.link, 'Sees It');
  await expect(proofs(page).getByRole('button', { name: 'Save my proof: Booking' })).toBeVisible();
  await page.route('**/log/checkpoint', (route) => route.fulfill({ status: 200, contentType: 'text/plain; charset=utf-8', body: old }));
  await page.goto('about:blank');
  await page.goto(link);
  await expect(proofs(page)).toContainText('log_rolled_back');
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  await expectAccessible(page, 'a log that goes back');
  await shot(page, 'rolled back');
});

test('and to the practice, above an agenda that works on', async ({ page, practice, request }) => {
  const old = await outdated(request);
  const asked = page.waitForResponse('**/log/checkpoint');
  await unlock(page, practice.keys);
  await asked;
  await expect(page.getByText('The host’s public log')).toHaveCount(0);
  await page.route('**/log/checkpoint', (route) => route.fulfill({ status: 200, contentType: 'text/plain; charset=utf-8', body: old }));
  await page.reload();
  await typeKeys(page, practice.keys);
  await agendaReady(page);
  await expect(page.getByText('The host has shown two histories of its public log, or an older one than before.')).toBeVisible();
  await expectAccessible(page, 'a log that goes back, in the agenda');
  await shot(page, 'agenda');
});
