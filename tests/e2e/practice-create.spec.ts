import { readFileSync } from 'node:fs';
import { expect, expectAccessible, test } from './fixtures';
import { heading, openLink } from './booking';
import { another, open, ready } from './practice-page';

test('a practice, from nothing to a link that patients can book with', async ({ page, browser, host }) => {
  test.slow();
  await open(page);
  await expectAccessible(page, 'landing');
  await page.getByRole('button', { name: /^Create a practice/u }).click();
  await expect(heading(page, 'Choose a passphrase')).toBeFocused();
  await expectAccessible(page, 'create, passphrase');

  // Too short, then not the same twice; what was typed stays.
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('elevenchars');
  await page.getByRole('button', { name: 'Make the keys' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expectAccessible(page, 'create, too short');
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('a passphrase for tests');
  await expect(page.getByText('Good.', { exact: true })).toBeVisible();
  await page.getByRole('textbox', { name: 'The same passphrase again' }).fill('a passphrase for test');
  await page.getByRole('button', { name: 'Make the keys' }).click();
  await expect(page.getByRole('alert').getByText('The two passphrases are not the same.')).toBeVisible();
  await page.getByRole('textbox', { name: 'The same passphrase again' }).fill('a passphrase for tests');
  await page.getByRole('button', { name: 'Make the keys' }).click();

  await expect(heading(page, 'Keep this on paper')).toBeVisible();
  await expectAccessible(page, 'kit');
  const code = async (name: string): Promise<string> => ((await page.locator(`[data-secret=${name}]`).textContent()) ?? '').trim();
  const [account, recovery] = [await code('account'), await code('recovery')];
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe('souspli-recovery-kit.txt');
  const text = readFileSync(await file.path(), 'utf8');
  for (const needed of [account, recovery, `${host.address}/practice`]) expect(text).toContain(needed);
  expect(text).not.toContain('a passphrase for tests');
  // On paper: both codes, and nothing of the page around them.
  await page.evaluate(() => {
    globalThis.print = () => document.documentElement.setAttribute('data-printed', 'yes');
  });
  await page.getByRole('button', { name: 'Print', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('data-printed', 'yes');
  await page.emulateMedia({ media: 'print' });
  for (const secret of ['account', 'recovery']) await expect(page.locator(`[data-secret=${secret}]`)).toBeVisible();
  for (const name of ['Print', 'Save as a file', 'I have it on paper', 'Français']) await expect(page.getByRole('button', { name, exact: true })).toBeHidden();
  await page.emulateMedia({ media: 'screen' });

  await page.getByRole('button', { name: 'I have it on paper' }).click();
  await expect(heading(page, 'Type the recovery code back')).toBeFocused();
  expect(await page.content()).not.toContain(recovery);
  const field = page.getByRole('textbox', { name: 'Recovery code' });
  await field.focus();
  await page.evaluate(() => document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: new DataTransfer() })));
  await expect(page.getByText('Please type it from the print or from your note')).toBeVisible();
  await field.fill(account);
  await page.getByRole('button', { name: 'Create the practice' }).click();
  await expect(page.getByRole('alert').getByText(/this is the other of the two codes/u)).toBeVisible();
  await expectAccessible(page, 'typed back wrong');
  await field.fill('');
  await field.pressSequentially(recovery.toLowerCase().replaceAll('-', ' '));
  await page.getByRole('button', { name: 'Create the practice' }).click();

  await expect(heading(page, 'Set up your practice')).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page, 'set-up, practice');
  const go = (): Promise<void> => page.getByRole('button', { name: 'Continue' }).click();
  await go();
  await expect(page.getByRole('alert')).toBeFocused();
  await expectAccessible(page, 'set-up, name missing');
  await page.getByLabel('Name of the practice').fill('Made Here');
  await page.getByLabel('Address').fill('1 Example Street\n35000 Rennes');
  await go();
  await expect(heading(page, 'Practitioners and rooms')).toBeFocused();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Only Example');
  await page.getByRole('button', { name: 'Add a room' }).click();
  await expect(page.getByRole('textbox', { name: 'Room 1' })).toBeFocused();
  await page.getByRole('button', { name: 'Remove: Room 1' }).click();
  await expectAccessible(page, 'set-up, people');
  await go();
  await page.getByText('Instructions, questions and more').first().click();
  await page.getByRole('button', { name: 'Add a question' }).first().click();
  const question = page.getByRole('textbox', { name: 'Question 1' });
  await expect(question).toBeFocused();
  await question.fill('Any allergies?');
  await expectAccessible(page, 'set-up, visits');
  await go();
  await page.getByRole('button', { name: 'Add a day that differs' }).click();
  await expect(page.getByLabel('First day')).toBeFocused();
  await expectAccessible(page, 'set-up, hours');
  await go();
  await expect(page.getByRole('alert').getByText('Choose the days.')).toBeVisible();
  await page.getByLabel('First day').fill('2030-12-24');
  await expect(page.getByLabel('Last day')).toHaveValue('2030-12-24');
  await go();
  await expectAccessible(page, 'set-up, booking');
  await go();
  await expect(heading(page, 'Check and publish')).toBeFocused();
  await expect(page.getByText('Monday, Tuesday, Wednesday, Thursday and Friday: 09:00–12:00, 14:00–18:00')).toBeVisible();
  await expectAccessible(page, 'set-up, check');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();

  await expect(heading(page, 'Published: this is your booking link')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('img', { name: /^QR code/u })).toBeVisible();
  await expectAccessible(page, 'first link');
  const link = await page.getByLabel('Address to give to patients').inputValue();
  expect(link.startsWith(`${host.address}/#1.`)).toBe(true);
  await page.getByRole('button', { name: 'Go to the agenda' }).click();
  await ready(page);
  await expectAccessible(page, 'empty agenda');

  const patient = await another(browser, host.address);
  await openLink(patient, link.slice(link.indexOf('#') + 1));
  await expect(heading(patient, 'Made Here')).toBeVisible();
  await expect(patient.getByRole('button', { name: /^Consultation/u })).toBeVisible();
  await patient.context().close();
});
