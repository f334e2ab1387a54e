// Who fetched what, and what a practice does with it after an incident (docs/spec/log.md §7).

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { book, heading } from './booking';
import { Practice } from './practice';
import { another, dialog, part, unlock } from './practice-page';

/** Where `SOUSPLI_LOOKS` names a folder, a picture of each state is put there. */
const see = async (page: Page, state: string): Promise<void> => {
  await expectAccessible(page, state);
  const folder = process.env['SOUSPLI_LOOKS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `reads ${state}.png`), fullPage: true });
};

const saved = async (page: Page, button: string): Promise<string> => {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  return readFile(await (await waiting).path(), 'utf8');
};

test('who read what, which appointments, and a report with files to send', async ({ page, browser, host }) => {
  test.slow();
  const practice = await Practice.create(host.address);
  const desk = await practice.call('addDesk', { name: 'Front Desk', passphrase: 'a passphrase for tests' });
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Reads Example');
  await book(patient, practice.link, 'Ärger, "Quoted"', 3);
  await patient.context().close();

  await unlock(page, practice.keys);
  await part(page, 'Reads').click();
  await expect(heading(page, 'Who read what')).toBeFocused();
  const own = page.getByRole('listitem').filter({ hasText: 'Owner, this key' });
  await expect(own).toHaveCount(1);
  await expect(own).toContainText('2 appointments, so far: the hour lasts');
  await see(page, 'list');

  // Somebody at the desk opens the practice elsewhere: it shows here.
  const elsewhere = await another(browser, host.address);
  await unlock(elsewhere, { ...desk, passphrase: 'a passphrase for tests' });
  await page.getByLabel('From when').selectOption({ label: 'Everything' });
  const theirs = page.getByRole('listitem').filter({ hasText: 'Front Desk (Desk)' });
  await expect(theirs).toContainText('2 appointments');
  await page.getByLabel('Whose reads').selectOption({ label: 'Front Desk (Desk)' });
  await expect(own).toHaveCount(0);
  await theirs.getByRole('button', { name: /^Which appointments: Front Desk/u }).press('Enter');
  await expect(theirs.getByRole('button', { name: /Reads Example/u })).toBeVisible();
  await see(page, 'records');
  await theirs.getByRole('button', { name: /Reads Example/u }).click();
  await expect(dialog(page).getByRole('heading', { name: 'Reads Example' })).toBeVisible();
  await page.keyboard.press('Escape');

  // At the desk there is the same list, without other people's names.
  await part(elsewhere, 'Reads').click();
  await expect(elsewhere.getByRole('listitem').filter({ hasText: 'Desk, this key' })).toHaveCount(1);
  await elsewhere.context().close();

  await page.getByRole('button', { name: 'Report for an incident', exact: true }).click();
  await page.getByRole('button', { name: 'Make the report' }).click();
  await expect(page.getByRole('alert')).toContainText('Choose the first or the last day.');
  await see(page, 'report, nothing chosen');
  await page.getByLabel('What it is about').selectOption({ label: 'Another key, which I type' });
  await page.getByLabel('Key', { exact: true }).fill('not a key');
  await page.getByRole('button', { name: 'Make the report' }).click();
  await expect(page.getByRole('alert')).toContainText('This is not a key');
  await page.getByLabel('What it is about').selectOption({ label: 'Front Desk (Desk)' });
  await page.getByRole('button', { name: 'Make the report' }).click();
  await expect(heading(page, 'What was exposed')).toBeFocused();
  await expect(heading(page, '2 people to tell')).toBeVisible();
  const person = page.getByRole('listitem').filter({ hasText: 'Reads Example' });
  await expect(person).toContainText('one appointment; could be read: name, e-mail address');
  await expect(person).not.toContainText('reason');
  await see(page, 'report');

  const people = await saved(page, 'People to tell (CSV)');
  expect(people).toContain('"Ärger, ""Quoted"""');
  expect(people.trimEnd().split('\r\n')).toHaveLength(3);
  expect(await saved(page, 'Sheet of numbers')).toMatch(/Persons to tell \(about\)\s+2\n/u);
  await page.getByLabel('Language of the sheet and the tables').selectOption('fr');
  expect(await saved(page, 'Sheet of numbers')).toMatch(/Personnes à prévenir \(environ\)\s+2\n/u);
  expect(await saved(page, 'Appointments (CSV)')).toContain('Reads Example');
  const letters = await saved(page, 'Letters');
  expect(letters.match(/<article lang="en">/gu)).toHaveLength(2);
  expect(letters).toContain('Ärger, &quot;Quoted&quot;');

  // A link opens nothing, and says so.
  await page.getByLabel('What it is about').selectOption({ label: 'Booking link: Booking link 1' });
  await page.getByRole('button', { name: 'Make the report' }).click();
  await expect(page.getByText('2 appointments were booked through it.')).toBeVisible();
  await see(page, 'report of a link');
  expect(await saved(page, 'Bookings through it (CSV)')).toContain('Reads Example');

  // Yesterday nothing was read.
  await page.getByLabel('What it is about').selectOption({ label: 'Front Desk (Desk)' });
  await page.getByLabel('To').fill('2020-01-01');
  await page.getByRole('button', { name: 'Make the report' }).click();
  await expect(page.getByText('Nothing was read in this time.')).toBeVisible();
  await page.goBack();
  await expect(heading(page, 'Agenda')).toBeVisible();
});

for (const [name, use] of [
  ['French, 320 px', { locale: 'fr-FR', viewport: { width: 320, height: 640 } }],
  ['dark', { locale: 'fr-FR', colorScheme: 'dark' }],
] as const) {
  test.describe(name, () => {
    test.use(use);

    test(`the journal and a report (${name})`, async ({ page, browser, host }) => {
      const practice = await Practice.create(host.address);
      const patient = await another(browser, host.address);
      await book(patient, practice.link, 'Anne-Sophie Exemple-de-La-Tour');
      await patient.context().close();
      await page.goto('/practice');
      await page.locator('#account-key').fill(practice.keys.accountKey);
      await page.locator('#passphrase').fill(practice.keys.passphrase);
      await page.getByRole('button', { name: 'Déverrouiller' }).click();
      await page.getByRole('navigation', { name: 'Parties du cabinet' }).getByRole('button', { name: 'Lectures' }).click();
      const own = page.getByRole('listitem').filter({ hasText: 'Titulaire, cette clé' });
      await expect(own).toContainText('un rendez-vous');
      await own.getByRole('button', { name: /^Quels rendez-vous/u }).click();
      await expect(own.getByRole('button', { name: /Anne-Sophie/u })).toBeVisible();
      await see(page, `list, ${name}`);
      await page.getByRole('button', { name: 'Rapport d’incident', exact: true }).click();
      await page.getByLabel('De quoi il s’agit').selectOption({ label: 'Titulaire, cette clé' });
      await page.getByRole('button', { name: 'Établir le rapport' }).click();
      await expect(page.getByRole('heading', { name: 'Une personne à prévenir' })).toBeVisible();
      await see(page, `report, ${name}`);
    });
  });
}
