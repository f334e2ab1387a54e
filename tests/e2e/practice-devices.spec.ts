// One practice in two browsers, and settings that are taken back: nothing of one is lost to the other unseen.

import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { heading } from './booking';
import { Practice } from './practice';
import { another, dialog, part, ready, typeKeys, unlock } from './practice-page';

const settingsPart = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Parts of the settings' }).getByRole('button', { name }).click();
};
const publish = (page: Page): Promise<void> => page.getByRole('button', { name: 'Publish the changes' }).click();
const published = (page: Page): Promise<void> => expect(page.getByText('Published. Patients see it from now on.')).toBeVisible({ timeout: 30_000 });
const meanwhile = 'Other settings were published meanwhile, on another device.';

test('two owners change the settings at once: both changes stand, and where they meet somebody is told', async ({ page, browser, host, watched }) => {
  watched.expectComplaints(/412/u);
  const practice = await Practice.create(host.address);
  await unlock(page, practice.keys);
  const other = await another(browser, host.address);
  await unlock(other, practice.keys);
  for (const one of [page, other]) await part(one, 'Settings').click();
  await page.getByLabel('Name of the practice').fill('Renamed Here');
  await page.getByLabel('Phone').fill('+33 1 11 11 11 11');
  await settingsPart(other, 'How people book');
  await other.getByLabel('Shortest notice').selectOption({ label: '4 hours' });
  await settingsPart(other, 'The practice');
  await other.getByLabel('Phone').fill('+33 2 22 22 22 22');
  await publish(page);
  await published(page);

  await publish(other);
  await expect(other.getByText(meanwhile)).toBeVisible({ timeout: 30_000 });
  await expect(other.getByText('Both of you changed the same in: The practice.')).toBeVisible();
  await expect(other.getByLabel('Name of the practice')).toHaveValue('Renamed Here');
  await expect(other.getByLabel('Phone')).toHaveValue('+33 2 22 22 22 22');
  await expectAccessible(other, 'settings, published meanwhile');
  await publish(other);
  await published(other);
  await expect(other.getByText(meanwhile)).toHaveCount(0);
  const { catalogue } = await practice.call('settings', {});
  expect(catalogue).toMatchObject({ name: 'Renamed Here', phone: '+33 2 22 22 22 22', minimumNotice: 240 });

  // The first one sees it on looking there again, without having to publish anything.
  await part(page, 'Agenda').click();
  await part(page, 'Settings').click();
  await expect(page.getByLabel('Phone')).toHaveValue('+33 2 22 22 22 22');
  await expect(page.getByText(meanwhile)).toHaveCount(0);
  await other.context().close();
});

test('days are closed over what another device has just published, and an unfinished draft outlives a lock', async ({ page, host }) => {
  const practice = await Practice.create(host.address);
  await unlock(page, practice.keys);
  await part(page, 'Settings').click();
  await page.getByLabel('Website').fill('https://unfinished.example');
  await part(page, 'Agenda').click();
  await practice.publish((catalogue) => {
    catalogue.introduction = 'Changed elsewhere.';
  });
  await page.getByRole('button', { name: 'Close days' }).click();
  await dialog(page).getByLabel('First day').fill('2030-12-24');
  await dialog(page).getByLabel('Last day').fill('2030-12-24');
  await dialog(page).getByRole('button', { name: 'Publish the closed days' }).click();
  await expect(page.getByText('Published: these days are closed.')).toBeVisible({ timeout: 30_000 });
  const { catalogue, rules } = await practice.call('settings', {});
  expect(catalogue).toMatchObject({ introduction: 'Changed elsewhere.', website: 'https://practice.example' });
  expect(rules?.exceptions.map(({ first }) => first)).toEqual(['2030-12-24']);

  await practice.publish((changed) => {
    changed.phone = '+33 3 33 33 33 33';
  });
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await typeKeys(page, practice.keys);
  await ready(page);
  await part(page, 'Settings').click();
  await expect(page.getByText(meanwhile)).toBeVisible();
  await expect(page.getByLabel('Website')).toHaveValue('https://unfinished.example');
  await expect(page.getByLabel('Phone')).toHaveValue('+33 3 33 33 33 33');
  await page.getByRole('button', { name: 'Discard the changes' }).click();
  await expect(page.getByLabel('Website')).toHaveValue('https://practice.example');

  // Another practice opened in the same page has nothing of the first one's draft.
  await page.getByLabel('Website').fill('https://first-practice.example');
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  const second = await Practice.create(host.address);
  await typeKeys(page, second.keys);
  await ready(page);
  await part(page, 'Settings').click();
  await expect(page.getByLabel('Website')).toHaveValue('https://practice.example');
  await expect(page.getByText(meanwhile)).toHaveCount(0);
});

test('what a press takes away can be brought back, and what was typed since stays', async ({ page, host }) => {
  const practice = await Practice.create(host.address);
  await unlock(page, practice.keys);
  await part(page, 'Settings').click();
  await settingsPart(page, 'Practitioners and rooms');
  await page.getByRole('button', { name: 'Remove: Second Example' }).click();
  await expect(page.getByText('Removed: Second Example, with the hours of theirs.')).toBeVisible();
  await expectAccessible(page, 'settings, removed');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('First Renamed');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(heading(page, 'Practitioners and rooms')).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveCount(2);
  await expect(page.getByRole('textbox', { name: 'Name', exact: true }).first()).toHaveValue('First Renamed');
  await settingsPart(page, 'Hours');
  await page.getByLabel('Hours of').selectOption({ label: 'Second Example' });
  await expect(page.getByRole('button', { name: /^Remove: Monday, 09:00–18:00$/u })).toBeVisible();

  await page.getByRole('button', { name: /^Remove: Monday, 09:00–18:00$/u }).click();
  await page.getByRole('button', { name: 'Copy to Tuesday to Friday' }).click();
  await expect(page.getByText('Closed', { exact: true })).toHaveCount(6);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Closed', { exact: true })).toHaveCount(2);
  await page.getByRole('button', { name: 'Discard the changes' }).click();
  await expect(page.getByText('There are changes that are not published yet.', { exact: true })).toHaveCount(0);
});

test('without hours the agenda does not say that patients can book', async ({ page, host }) => {
  const practice = await Practice.create(host.address, { open: false });
  await page.goto('/practice');
  await typeKeys(page, practice.keys);
  await expect(page.getByText('Keys are up to date, but no hours are set: patients cannot book anything.')).toBeVisible({ timeout: 30_000 });
});
