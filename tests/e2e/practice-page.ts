// The steps of the practice's side, as a person takes them.

import { expect, type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { heading } from './booking';
import type { Keys } from './practice';

/** How long what is new may take to appear by itself, on a busy machine: the host's stream tells of it. */
export const TOLD_MS = 5_000;
/** And where the stream has to be opened again first, or the page has to ask by itself. */
export const SOON_MS = 45_000;

export const open = async (page: Page): Promise<void> => {
  await page.goto('/practice');
  await page.getByRole('heading', { name: 'Your practice', exact: true }).waitFor();
};

export const typeKeys = async (page: Page, { accountKey, passphrase }: Keys): Promise<void> => {
  await page.getByRole('textbox', { name: 'Account key' }).fill(accountKey);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase);
  await page.getByRole('button', { name: 'Unlock' }).click();
};

/** Waits until keys are renewed and hours published, as well. */
export const ready = async (page: Page): Promise<void> => {
  await heading(page, 'Agenda').waitFor();
  await expect(page.getByText(/^Patients can book\./u)).toBeVisible({ timeout: 30_000 });
};

export const unlock = async (page: Page, keys: Keys): Promise<void> => {
  await open(page);
  await typeKeys(page, keys);
  await ready(page);
};

/** A second browser: nothing of the first one is in it. */
export const another = async (browser: Browser, address: string): Promise<Page> => {
  const context: BrowserContext = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Paris', baseURL: address, viewport: { width: 1280, height: 900 } });
  return context.newPage();
};

export const part = (page: Page, name: string): Locator => page.getByRole('navigation', { name: 'Parts of the practice' }).getByRole('button', { name });

export const dialog = (page: Page): Locator => page.getByRole('dialog');

/** Items under a patient's name, wherever the agenda shows them. */
export const items = (page: Page, name: string): Locator => page.getByRole('main').getByRole('button', { name: new RegExp(name, 'u') });

export const openItem = async (page: Page, name: string): Promise<Locator> => {
  await items(page, name).first().click();
  const opened = dialog(page);
  await expect(opened.getByRole('heading', { name })).toBeVisible();
  await expect(opened.getByText('History')).toBeVisible();
  return opened;
};

/** The agenda as a list, however wide the window is. */
export const asList = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'List', exact: true }).click();
};

/** To the list of free times of the day that is chosen. */
export const freeTimes = (place: Page | Locator): Locator => place.getByRole('button', { name: /^\d\d:\d\d, / });
