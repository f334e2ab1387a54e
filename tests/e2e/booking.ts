// The steps of a booking, as a person takes them.

import { expect, type Locator, type Page } from '@playwright/test';

export const heading = (page: Page, name: string | RegExp): Locator => page.getByRole('heading', { name });

/** Has the patient's page look at once, until it says so. It looks by itself too, and may have seen the end before. */
export const lookUntil = async (page: Page, name: string | RegExp): Promise<void> => {
  const said = heading(page, name);
  const press = page.getByRole('button', { name: 'Look now' });
  await expect(press.or(said).first()).toBeVisible();
  // Gone between a look at it and the press: then the page has looked.
  if (!(await said.isVisible())) await press.click({ timeout: 5_000 }).catch(() => undefined);
  await expect(said).toBeVisible();
};

export const openLink = async (page: Page, fragment: string): Promise<void> => {
  await page.goto(`/#${fragment}`);
};

/** To the list of times of the first free day; the first visit type, anybody. */
export const chooseDay = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^First visit/u }).click();
  await page.getByRole('button', { name: /^Any of them/u }).click();
  await heading(page, 'Choose a day').waitFor();
  await freeDays(page).first().click();
  await heading(page, /^Choose a time on/u).waitFor();
};

export const freeDays = (page: Page): Locator => page.getByRole('button', { name: /, \d+ free times?$/u });

/** Chooses a free day, counted from the first; the month is turned over where it has not as many left. */
export const chooseFreeDay = async (page: Page, which: number): Promise<void> => {
  let left = which;
  await freeDays(page).first().waitFor();
  for (let shown = await freeDays(page).count(); shown <= left; shown = await freeDays(page).count()) {
    left -= shown;
    const month = await page.locator('[id$="-month"]').innerText();
    await page.getByRole('button', { name: 'Next month' }).click();
    await expect(page.getByRole('grid', { name: month })).toHaveCount(0);
  }
  await freeDays(page).nth(left).click();
};

export const times = (page: Page): Locator => page.getByRole('main').getByRole('button', { name: /^\d\d:\d\d, / });

/** To the form, with a time held: of the first free day, or of the next one where that has not as many left. */
export const chooseTime = async (page: Page, which = 0): Promise<string> => {
  await chooseDay(page);
  await times(page).first().waitFor();
  if ((await times(page).count()) <= which) {
    await page.goBack();
    await chooseFreeDay(page, 1);
    await heading(page, /^Choose a time on/u).waitFor();
  }
  const time = times(page).nth(which);
  const label = (await time.getAttribute('aria-label')) ?? '';
  await time.click();
  await heading(page, 'Your details').waitFor();
  return label;
};

export const fillForm = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('First and last name of the patient').fill(name);
  await page.getByLabel('E-mail', { exact: true }).fill('patient@example.org');
  await page.getByLabel('Reason for the visit').fill('A sore knee');
  await page.getByRole('group', { name: 'Have you been here before?' }).getByLabel('Yes').check();
};

export const send = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Book this time' }).click();
};

/** Books, and gives the private link. */
export const book = async (page: Page, fragment: string, name: string, which = 0): Promise<string> => {
  await openLink(page, fragment);
  await chooseTime(page, which);
  await fillForm(page, name);
  await send(page);
  await expect(heading(page, 'Your time is reserved')).toBeVisible();
  return page.getByLabel('Your private link').inputValue();
};
