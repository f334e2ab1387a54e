// What the practice's page says where something is missing, or is not as it was.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, expectAccessible, test } from './fixtures';
import { book } from './booking';
import { startHost } from './host';
import { Practice } from './practice';
import { another, open, ready, SOON_MS, typeKeys, unlock } from './practice-page';

test('WebAssembly missing', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await open(page);
  await typeKeys(page, { accountKey: '0000-0000-0000-0000-0000-0000-004M', recoveryCode: '', passphrase: 'a passphrase for tests' });
  await expect(page.getByRole('alert')).toContainText('WebAssembly');
  await expectAccessible(page, 'no WebAssembly');
});

test('a host whose data were put back to an older day is noticed in the open agenda', async ({ browser }) => {
  let host = await startHost();
  const older = await mkdtemp(join(tmpdir(), 'souspli-older-'));
  try {
    const practice = await Practice.create(host.address);
    // Not a watched page: the host is away twice.
    const page = await another(browser, host.address);
    await unlock(page, practice.keys);
    const patient = await another(browser, host.address);
    await book(patient, practice.link, 'Stays Known');
    await expect(page.getByText(/^New: Stays Known, /u)).toBeVisible({ timeout: SOON_MS });
    await host.halt();
    await cp(host.data, older, { recursive: true });
    host = await startHost(host);
    await book(patient, practice.link, 'Is Rolled Back', 1);
    await expect(page.getByText(/^New: Is Rolled Back, /u)).toBeVisible({ timeout: SOON_MS });
    await host.halt();
    await rm(host.data, { recursive: true });
    await cp(older, host.data, { recursive: true });
    host = await startHost(host);
    await expect(page.getByText(/older than what this practice has already seen/u)).toBeVisible({ timeout: SOON_MS });
    // What was seen is still shown.
    await expect(page.getByRole('button', { name: /Is Rolled Back/u }).first()).toBeVisible();
    await expectAccessible(page, 'agenda, rolled back');
    await patient.context().close();
    await page.context().close();
  } finally {
    await host.stop();
    await rm(older, { recursive: true, force: true });
  }
});

test('a passphrase is the same letters, however the keyboard composes them', async ({ page, host }) => {
  const composed = 'un été passé à la mer';
  const { keys } = await Practice.create(host.address);
  await unlock(page, keys);
  await page.getByRole('button', { name: 'Keys', exact: true }).click();
  await page.getByRole('textbox', { name: 'Account key' }).fill(keys.accountKey);
  await page.getByRole('textbox', { name: 'Present passphrase' }).fill(keys.passphrase);
  // Typed decomposed, as some keyboards send it, then composed.
  const decomposed = composed.normalize('NFD');
  expect(decomposed).not.toBe(composed);
  await page.getByRole('textbox', { name: 'New passphrase' }).fill(decomposed);
  await page.getByRole('textbox', { name: 'The same passphrase again' }).fill(composed);
  await page.getByRole('button', { name: 'Change it' }).click();
  await expect(page.getByText('The passphrase is changed.')).toBeVisible({ timeout: 30_000 });
  for (const passphrase of [composed, decomposed]) {
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
    await typeKeys(page, { ...keys, passphrase });
    await ready(page);
  }
});
