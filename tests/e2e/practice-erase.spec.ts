// An appointment is erased for good (docs/spec/events.md §8).

import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { book, heading, openLink } from './booking';
import { Practice } from './practice';
import { another, asList, dialog, items, openItem, unlock, TOLD_MS } from './practice-page';

/** The list with all that was ever in it. */
const asWholeList = async (page: Page): Promise<void> => {
  await asList(page);
  await page.getByLabel('Show cancelled and declined').check();
};

test('what was cancelled is erased, here, on another device and for the patient', async ({ page, browser, host, watched }) => {
  // The host says 410 of what was erased.
  watched.expectComplaints(/410/u);
  const practice = await Practice.create(host.address);
  const patient = await another(browser, host.address);
  const link = await book(patient, practice.link, 'Erased Example');
  await unlock(page, practice.keys);
  const elsewhere = await another(browser, host.address);
  await unlock(elsewhere, practice.keys);
  await asWholeList(page);
  await asWholeList(elsewhere);
  await expect(items(elsewhere, 'Erased Example').first()).toBeVisible();

  const opened = await openItem(page, 'Erased Example');
  await expect(opened.getByRole('button', { name: 'Erase…' })).toHaveCount(0);
  await opened.getByRole('button', { name: 'Decline…' }).click();
  await opened.getByRole('button', { name: 'Decline the appointment' }).click();
  await expect(items(elsewhere, 'Erased Example').first()).toContainText('Declined', { timeout: 9 * TOLD_MS });
  await opened.getByRole('button', { name: 'Erase…' }).press('Enter');
  await expect(opened.getByRole('heading', { name: 'Erase this appointment for good?' })).toBeFocused();
  await expectAccessible(page, 'erase');
  await opened.getByRole('button', { name: 'Erase for good' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(items(page, 'Erased Example')).toHaveCount(0);
  await expect(items(elsewhere, 'Erased Example')).toHaveCount(0, { timeout: 9 * TOLD_MS });
  await elsewhere.context().close();
  await page.reload();
  await unlock(page, practice.keys);
  await asWholeList(page);
  await expect(items(page, 'Erased Example')).toHaveCount(0);

  const late = await another(browser, host.address);
  await openLink(late, new URL(link).hash.slice(1));
  await expect(heading(late, /./u).first()).toBeVisible();
  await expect(late.getByText(/This appointment was erased/u)).toBeVisible();
  await patient.context().close();
});
