import { expect, expectAccessible, test } from './fixtures';
import { heading, openLink } from './booking';
import { Practice } from './practice';
import { another, dialog, part, ready, typeKeys, unlock } from './practice-page';

test('settings: what is typed outlives a look elsewhere and a lock, and patients see it once it is published', async ({ page, browser, host }) => {
  const practice = await Practice.create(host.address);
  await unlock(page, practice.keys);
  await part(page, 'Settings').click();
  for (const name of ['The practice', 'Practitioners and rooms', 'Kinds of visit', 'Hours', 'How people book']) {
    await page.getByRole('navigation', { name: 'Parts of the settings' }).getByRole('button', { name }).click();
    await expectAccessible(page, `settings, ${name}`);
  }
  await expect(page.getByText('There are changes that are not published yet.', { exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'The practice', exact: true }).click();
  await page.getByLabel('Name of the practice').fill('Renamed Here');
  await part(page, 'Agenda').click();
  await part(page, 'Settings').click();
  await expect(page.getByLabel('Name of the practice')).toHaveValue('Renamed Here');
  await expect(page.getByText('There are changes that are not published yet.', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await typeKeys(page, practice.keys);
  await ready(page);
  await part(page, 'Settings').click();
  await expect(page.getByLabel('Name of the practice')).toHaveValue('Renamed Here');

  await page.getByLabel('Name of the practice').fill('');
  await page.getByRole('button', { name: 'Hours', exact: true }).click();
  await page.getByRole('button', { name: 'Publish the changes' }).click();
  await expect(page.getByRole('alert').getByText('Type the name of the practice.')).toBeVisible();
  await expectAccessible(page, 'settings, to mend');
  await page.getByLabel('Name of the practice').fill('Renamed Here');
  await page.getByRole('button', { name: 'Publish the changes' }).click();
  await expect(page.getByText('Published. Patients see it from now on.')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('There are changes that are not published yet.', { exact: true })).toHaveCount(0);

  const patient = await another(browser, host.address);
  await openLink(patient, practice.link);
  await expect(heading(patient, 'Renamed Here')).toBeVisible();
  await patient.context().close();
});

test('links: one is added, one is revoked, and the revoked one says so', async ({ page, browser, host, watched }) => {
  watched.expectComplaints(/404|403/u);
  const practice = await Practice.create(host.address);
  await unlock(page, practice.keys);
  await part(page, 'Links').click();
  await page.getByRole('button', { name: 'Show: Booking link 1' }).waitFor();
  await expectAccessible(page, 'links');
  await page.getByRole('button', { name: 'Add the link' }).click();
  await expect(page.getByLabel('Name of the link')).toBeFocused();
  await page.getByLabel('Name of the link').fill('Website');
  await page.getByRole('button', { name: 'Add the link' }).click();
  await expect(page.getByText('“Website” is added.')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Show: Website' }).click();
  await expect(heading(page, 'Website')).toBeFocused();
  await expectAccessible(page, 'link');
  const link = await page.getByLabel('Address to give to patients').inputValue();
  const patient = await another(browser, host.address);
  await patient.goto(link);
  await expect(heading(patient, 'Practice Example')).toBeVisible();

  await page.getByRole('button', { name: 'All links' }).click();
  await page.getByRole('button', { name: 'Revoke: Website' }).click();
  await expectAccessible(page, 'revoke');
  await dialog(page).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('“Website” is revoked.')).toBeVisible({ timeout: 30_000 });
  await patient.goto('about:blank');
  await patient.goto(link);
  await expect(patient.getByText('The practice has replaced this link.')).toBeVisible();
  await patient.context().close();
});
