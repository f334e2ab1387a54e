import type { Locator } from '@playwright/test';
import { expect, expectAccessible, test } from './fixtures';
import { book } from './booking';
import { Practice } from './practice';
import { another, asList, dialog, open, openItem, part, ready, unlock } from './practice-page';

let practice: Practice;
test.beforeAll(async ({ host, browser }) => {
  practice = await Practice.create(host.address);
  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Found By Keys');
  await patient.context().close();
});

test('the week by keyboard alone', async ({ page }) => {
  await unlock(page, practice.keys);
  const { appointment } = await practice.call('detail', { record: (await practice.bookingOf('Found By Keys')).record });
  await page.getByRole('button', { name: 'Week', exact: true }).click();
  await page.getByLabel('Go to').fill(appointment.date);
  const grid = page.getByRole('grid', { name: /^Week of/u });
  await expect(grid.getByRole('button', { name: /Found By Keys/u })).toBeVisible();
  await expectAccessible(page, 'week');

  // One stop for Tab; from there by arrows to the appointment, and Enter opens it.
  await grid.locator('button[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  const weekday = (new Date(`${appointment.date}T00:00:00Z`).getUTCDay() + 6) % 7;
  for (let day = 0; day < weekday; day += 1) await page.keyboard.press('ArrowRight');
  const found = grid.getByRole('button', { name: /Found By Keys/u });
  for (let step = 0; step < 24 && !(await found.evaluate((item) => item === document.activeElement)); step += 1) await page.keyboard.press('ArrowDown');
  await expect(found).toBeFocused();
  expect(await grid.locator('button[tabindex="0"]').count()).toBe(1);
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('heading', { name: 'Found By Keys' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(found).toBeFocused();

  await page.keyboard.press('End');
  await expect(grid.getByRole('button', { name: /^Sunday .*: nothing$/u }).and(page.locator(':focus'))).toHaveCount(1);
  await page.keyboard.press('PageDown');
  await expect(found).toHaveCount(0);
  await page.keyboard.press('PageUp');
  await expect(found).toHaveCount(1);

  // An empty place offers what can be put there.
  await page.keyboard.press('Enter');
  await expectAccessible(page, 'empty place');
  await dialog(page).getByRole('button', { name: /^New appointment/u }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'New appointment' })).toBeFocused();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Agenda' })).toBeVisible();
});

test('unlocked by keyboard alone', async ({ page }) => {
  await open(page);
  const tabTo = async (target: Locator): Promise<void> => {
    for (let step = 0; step < 12 && !(await target.evaluate((one) => one === document.activeElement)); step += 1) await page.keyboard.press('Tab');
    await expect(target).toBeFocused();
  };
  await tabTo(page.getByRole('textbox', { name: 'Account key' }));
  await page.keyboard.type(practice.keys.accountKey);
  await tabTo(page.getByRole('textbox', { name: 'Passphrase' }));
  await page.keyboard.type(practice.keys.passphrase);
  await page.keyboard.press('Enter');
  await ready(page);
  await expect(page.getByRole('heading', { name: 'Agenda' })).toBeFocused();
});

test('the day has a column for each practitioner', async ({ page }) => {
  await unlock(page, practice.keys);
  await page.getByRole('button', { name: 'Day', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Dr First Example' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Second Example' })).toBeVisible();
  await expectAccessible(page, 'day');
  await page.getByLabel('Practitioner').selectOption({ label: 'Second Example' });
  await expect(page.getByRole('columnheader')).toHaveCount(2);
  await expectAccessible(page, 'day of one');
});

for (const [name, use] of [
  ['320 pixels wide', { viewport: { width: 320, height: 640 } }],
  ['in the dark', { colorScheme: 'dark' }],
  ['at 200 % zoom', { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }],
  ['in French', { locale: 'fr-FR' }],
  ['in French, 320 pixels wide', { locale: 'fr-FR', viewport: { width: 320, height: 640 } }],
] as const) {
  test.describe(name, () => {
    test.use(use);
    test(`every part, ${name}`, async ({ page }) => {
      const french = name.startsWith('in French');
      if (french) {
        await page.goto('/practice');
        await page.getByRole('textbox', { name: 'Clé de compte' }).fill(practice.keys.accountKey);
        await page.getByRole('textbox', { name: 'Phrase de passe' }).fill(practice.keys.passphrase);
        await expectAccessible(page, `landing, ${name}`);
        await page.getByRole('button', { name: 'Déverrouiller' }).click();
        await expect(page.getByText(/^Les patients peuvent réserver\./u)).toBeVisible({ timeout: 30_000 });
        await page.getByRole('button', { name: 'English' }).click();
      } else {
        await unlock(page, practice.keys);
      }
      const language = async (): Promise<void> => {
        if (french) await page.getByRole('button', { name: /^(?:Français|English)$/u, pressed: false }).click();
      };
      const check = async (state: string): Promise<void> => {
        await language();
        await expectAccessible(page, `${state}, ${name}`);
        await language();
      };
      if (name === '320 pixels wide') await expect(page.getByRole('button', { name: 'List', exact: true })).toHaveAttribute('aria-pressed', 'true');
      await asList(page);
      await check('list');
      await openItem(page, 'Found By Keys');
      await expectAccessible(page, `detail, ${name}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Week', exact: true }).click();
      await check('week');
      for (const there of ['Settings', 'Links', 'Keys']) {
        await part(page, there).click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await check(there);
      }
      await part(page, 'Agenda').click();
      await page.getByRole('button', { name: 'New appointment' }).click();
      await page.getByRole('grid').waitFor();
      await check('new');
    });
  });
}
