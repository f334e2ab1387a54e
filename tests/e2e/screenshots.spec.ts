// Pictures for the README, taken where SOUSPLI_SCREENSHOTS names a folder.

import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { book, chooseDay, chooseTime, fillForm, heading, openLink } from './booking';
import { test } from './fixtures';
import { Practice } from './practice';
import { another, asList, openItem, unlock } from './practice-page';

const folder = resolve(__dirname, '../..', process.env['SOUSPLI_SCREENSHOTS'] ?? 'screenshots');
const shot = async (page: Page, name: string): Promise<void> => {
  // Neither what the mouse is over nor what was last typed in.
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
};

test.use({ viewport: { width: 1100, height: 760 } });

test.describe('a patient', () => {
  test('at a desk', async ({ page, practice }) => {
    await openLink(page, practice.link);
    await heading(page, 'Choose the kind of visit').waitFor();
    await chooseDay(page);
    await page.goBack();
    await heading(page, 'Choose a day').waitFor();
    await shot(page, 'patient-day');
    await book(page, practice.link, 'Patient Example');
    await shot(page, 'patient-reserved');
  });

  test.describe('on a small phone, in the dark, in French', () => {
    test.use({ viewport: { width: 320, height: 640 }, colorScheme: 'dark', deviceScaleFactor: 2 });

    test('booking', async ({ page, practice }) => {
      await openLink(page, practice.link);
      await chooseTime(page, 2);
      await fillForm(page, 'Patient Example');
      await page.getByRole('button', { name: 'Français' }).click();
      await heading(page, 'Vos coordonnées').waitFor();
      await page.evaluate(() => scrollTo(0, 0));
      await shot(page, 'patient-phone');
    });
  });
});

test.describe('a practice', () => {
  let practice: Practice;
  test.beforeAll(async ({ host, browser }) => {
    practice = await Practice.create(host.address);
    const patient = await another(browser, host.address);
    for (const [which, name] of ['Patient Example', 'Another Example', 'Third Example'].entries()) await book(patient, practice.link, name, which * 5);
    await patient.context().close();
    await practice.call('confirm', { record: (await practice.bookingOf('Third Example')).record, text: '' });
  });

  test('at a desk', async ({ page }) => {
    await unlock(page, practice.keys);
    const { appointment } = await practice.call('detail', { record: (await practice.bookingOf('Patient Example')).record });
    await page.getByRole('button', { name: 'Week', exact: true }).click();
    await page.getByLabel('Go to').fill(appointment.date);
    await page.getByRole('grid', { name: /^Week of/u }).getByRole('button', { name: /Patient Example/u }).waitFor();
    await page.setViewportSize({ width: 1100, height: 1_240 });
    await shot(page, 'practice-week');
    await page.setViewportSize({ width: 1100, height: 760 });
    await asList(page);
    await openItem(page, 'Another Example');
    await shot(page, 'practice-appointment');
  });

  test.describe('on a small phone, in the dark', () => {
    test.use({ viewport: { width: 320, height: 640 }, colorScheme: 'dark', deviceScaleFactor: 2 });

    test('the list', async ({ page }) => {
      await unlock(page, practice.keys);
      await page.getByRole('button', { name: /Patient Example/u }).first().waitFor();
      await page.evaluate(() => scrollTo(0, 0));
      await shot(page, 'practice-phone');
    });
  });
});
