import { expect, expectAccessible, test } from './fixtures';
import { book, heading } from './booking';
import { Practice } from './practice';
import { another, asList, dialog, open, openItem, part, ready, typeKeys, unlock } from './practice-page';

test('a second browser opens it with account key and passphrase, and nothing else', async ({ page, host, watched }) => {
  // The host says 404 where no vault is.
  watched.expectComplaints(/404/u);
  const { keys } = await Practice.create(host.address);
  await open(page);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expectAccessible(page, 'unlock, nothing typed');
  await typeKeys(page, { ...keys, passphrase: 'another passphrase' });
  await expect(page.getByRole('alert').getByText(/do not open a practice here/u)).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page, 'unlock, wrong passphrase');
  await typeKeys(page, { ...keys, accountKey: keys.accountKey.slice(0, -1) });
  await expect(page.getByRole('alert').getByText(/It has 27 characters/u)).toBeVisible();
  await typeKeys(page, { ...keys, accountKey: keys.recoveryCode });
  await expect(page.getByRole('alert').getByText(/this is the other of the two codes/u)).toBeVisible();
  await typeKeys(page, { ...keys, accountKey: keys.accountKey.toLowerCase().replaceAll('-', '') });
  await ready(page);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage].map((kept) => Object.entries(kept))))).not.toContain(keys.accountKey.slice(0, 4));
});

test('locking takes everything out of the page; so does a reload', async ({ page, host }) => {
  const { keys } = await Practice.create(host.address);
  await unlock(page, keys);
  await page.getByRole('button', { name: 'Lock', exact: true }).click();
  await expect(heading(page, /^Your practice$/u)).toBeFocused();
  await expect(page.getByText('Locked. Nothing of the practice is left in this page.')).toBeVisible();
  await expectAccessible(page, 'locked');
  await typeKeys(page, keys);
  await ready(page);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeVisible();
});

test('it locks by itself, a minute after saying so', async ({ page, host }) => {
  const { keys } = await Practice.create(host.address);
  await page.clock.install();
  await unlock(page, keys);
  await page.clock.fastForward('09:20');
  await expect(dialog(page).getByRole('heading', { name: 'Still there?' })).toBeVisible();
  await expectAccessible(page, 'idle warning');
  await page.getByRole('button', { name: 'Stay' }).click();
  await expect(dialog(page)).toBeHidden();
  await page.clock.fastForward('09:20');
  await expect(dialog(page)).toBeVisible();
  await page.clock.fastForward('00:50');
  await expect(page.getByText('Locked, because nobody used this page for a while.')).toBeVisible();
});

test('the recovery code alone opens it and sets a new passphrase', async ({ page, browser, host, watched }) => {
  watched.expectComplaints(/404/u);
  const { keys } = await Practice.create(host.address);
  await open(page);
  await page.getByRole('button', { name: /^I have lost my passphrase/u }).click();
  await expectAccessible(page, 'recover');
  await page.getByRole('button', { name: 'Open and set the new passphrase' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expectAccessible(page, 'recover, nothing typed');
  await page.getByRole('textbox', { name: 'Recovery code' }).fill(keys.recoveryCode);
  for (const name of ['New passphrase', 'The same passphrase again']) await page.getByRole('textbox', { name }).fill('a newer passphrase');
  await page.getByRole('button', { name: 'Open and set the new passphrase' }).click();
  await expect(heading(page, 'Your new account key')).toBeFocused({ timeout: 30_000 });
  await expectAccessible(page, 'new account key');
  const accountKey = ((await page.locator('[data-secret=account]').textContent()) ?? '').trim();
  await page.getByRole('button', { name: 'Go to the practice' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await page.getByLabel('I have the new account key on paper').check();
  await page.getByRole('button', { name: 'Go to the practice' }).click();
  await ready(page);

  const other = await another(browser, host.address);
  await open(other);
  await typeKeys(other, keys);
  await expect(other.getByRole('alert')).toBeVisible({ timeout: 30_000 });
  await typeKeys(other, { ...keys, accountKey, passphrase: 'a newer passphrase' });
  await ready(other);
  await other.context().close();
});

test('the passphrase is changed, and the fields are emptied', async ({ page, browser, host }) => {
  const { keys } = await Practice.create(host.address);
  await unlock(page, keys);
  await part(page, 'Keys').click();
  await expectAccessible(page, 'keys');
  const change = page.getByRole('button', { name: 'Change it' });
  await page.getByRole('textbox', { name: 'Account key' }).fill(keys.accountKey);
  await page.getByRole('textbox', { name: 'Present passphrase' }).fill('not the present one');
  for (const name of ['New passphrase', 'The same passphrase again']) await page.getByRole('textbox', { name }).fill('a newer passphrase');
  await change.click();
  await expect(page.getByRole('alert')).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page, 'keys, wrong passphrase');
  await page.getByRole('textbox', { name: 'Present passphrase' }).fill(keys.passphrase);
  await change.click();
  await expect(page.getByText('The passphrase is changed.')).toBeVisible({ timeout: 30_000 });
  await expectAccessible(page, 'keys, changed');
  for (const name of ['Account key', 'Present passphrase', 'New passphrase', 'The same passphrase again']) await expect(page.getByRole('textbox', { name })).toHaveValue('');

  const other = await another(browser, host.address);
  await unlock(other, { ...keys, passphrase: 'a newer passphrase' });
  await other.context().close();
});

test('somebody at the desk gets keys of their own, and reads no reason', async ({ page, browser, host }) => {
  const practice = await Practice.create(host.address);
  await unlock(page, practice.keys);
  await part(page, 'Keys').click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Owner' })).toBeVisible();
  await page.getByRole('button', { name: 'Add somebody at the desk' }).click();
  await expectAccessible(page, 'add to the desk');
  await page.getByRole('button', { name: 'Make the keys' }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expectAccessible(page, 'add to the desk, nothing typed');
  await page.getByRole('textbox', { name: 'Name' }).fill('Desk One');
  for (const name of ['New passphrase', 'The same passphrase again']) await page.getByRole('textbox', { name }).fill('a passphrase of the desk');
  await page.getByRole('button', { name: 'Make the keys' }).click();
  await expect(heading(page, 'The recovery kit of Desk One')).toBeFocused({ timeout: 30_000 });
  await expectAccessible(page, 'the kit of the desk');
  const accountKey = ((await page.locator('[data-secret=account]').textContent()) ?? '').trim();
  await page.getByRole('button', { name: 'The kit has been handed over' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Desk One (Desk)' })).toBeVisible();

  const patient = await another(browser, host.address);
  await book(patient, practice.link, 'Seen By Desk');
  const desk = await another(browser, host.address);
  await unlock(desk, { accountKey, passphrase: 'a passphrase of the desk', recoveryCode: '' });
  await asList(desk);
  const opened = await openItem(desk, 'Seen By Desk');
  await expect(opened.getByText('Sealed for the practitioner: your keys do not open it.')).toBeVisible();
  await expect(opened.getByText('A sore knee')).toHaveCount(0);
  await desk.context().close();
  await patient.context().close();
});
