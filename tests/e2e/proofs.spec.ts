// Proofs for people: saved on the page of an appointment, checked without a network by whoever is given one.

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { book, heading, openLink } from './booking';
import { expect, expectAccessible, test } from './fixtures';

const save = async (page: Page, name: string | RegExp): Promise<{ readonly name: string; readonly text: string }> => {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name }).click();
  const file = await waiting;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
};

/** Gives files to the page as a person chooses them. */
const give = (page: Page, ...files: readonly (readonly [string, string])[]): Promise<void> =>
  page.getByLabel('Choose proof files').setInputFiles(files.map(([name, text]) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })));

const ready = async (page: Page): Promise<void> => {
  await page.goto('/check');
  await expect(page.getByText('Everything is loaded.')).toBeVisible();
};

test('what a booking page loads first does not follow the log', async ({ page, practice }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openLink(page, practice.link);
  await expect(page.getByRole('button', { name: /^First visit/u })).toBeVisible();
  expect(asked.filter((path) => /^\/(?:assets\/log|log\/)/u.test(path) || path.endsWith('/proofs'))).toEqual([]);
});

test('a proof is saved, and checked with the network cut', async ({ page, practice, context }) => {
  const link = await book(page, practice.link, 'Wants Proof');
  const proofs = page.locator('section', { has: heading(page, 'Proof that the host keeps its word') });
  await expect(proofs.getByText('Accepted; in the public log within a day').or(proofs.getByText('In the public log', { exact: true })).first()).toBeVisible();
  const early = await save(page, 'Save my proof: Booking');
  await expectAccessible(page, 'an appointment with its proofs');
  // The host merges each minute.
  await expect(async () => {
    await page.getByRole('button', { name: 'Look now' }).click();
    await expect(proofs.getByText('In the public log', { exact: true }).first()).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 120_000 });
  const proof = await save(page, 'Save my proof: Booking');
  expect(proof.name).toMatch(/^souspli-\w{8}\.tlog-proof$/u);
  expect(proof.text).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra /u);
  const secret = link.slice(link.lastIndexOf('.') + 1);
  for (const { text } of [early, proof]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain('Wants Proof');
  }

  await ready(page);
  await expectAccessible(page, 'nothing chosen yet');
  await context.setOffline(true);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await give(page, [proof.name, proof.text]);
  await expect(page.getByText('The promise was kept')).toBeVisible();
  await expect(page.getByText(/It is there: entry \d+ of \d+\./u)).toBeVisible();
  await expect(page.getByText('The practice asks for no witness.')).toBeVisible();
  const fingerprint = link.slice(link.indexOf('#') + 1).split('.')[2] ?? 'none';
  await expect(page.getByText(fingerprint)).toBeVisible();
  await expectAccessible(page, 'a proof that holds');
  await page.getByRole('button', { name: 'Français' }).or(page.getByRole('combobox')).first().isVisible();

  const receipt = early.name.endsWith('.receipt') ? early : null;
  if (receipt !== null) {
    await give(page, [receipt.name, receipt.text]);
    await expect(page.getByText('Promised, and there is time left')).toBeVisible();
  }
  const index = /^index (\d+)$/mu.exec(proof.text)?.[1] ?? '0';
  const elsewhere = proof.text.replace(/^index \d+$/mu, `index ${String(Number(index) ^ 1)}`);
  const retyped = proof.text.replaceAll('\n', '\r\n');
  const bare = proof.text.replace(/^extra .*\n/mu, '');
  await give(page, ['elsewhere.tlog-proof', elsewhere], ['retyped.tlog-proof', retyped], ['bare.tlog-proof', bare], ['letter.txt', 'Dear Sir or Madam'], ['empty', '']);
  await expect(page.getByText('5 files checked.')).toBeVisible();
  await expect(page.getByText('This file shows nothing')).toHaveCount(5);
  for (const code of ['bad_proof', 'no_receipt', 'no_proof_file', 'empty']) await expect(page.getByText(code).first()).toBeVisible();
  await expectAccessible(page, 'files that show nothing');
  expect(asked).toEqual([]);
  await context.setOffline(false);
});

test('on a narrow phone in the dark, by keyboard', async ({ browser, host }) => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 }, colorScheme: 'dark', baseURL: host.address });
  await ready(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: /content/iu })).toBeFocused();
  const input = page.getByLabel('Choose proof files');
  for (let press = 0; press < 6 && !(await input.evaluate((element) => element === document.activeElement)); press += 1) await page.keyboard.press('Tab');
  await expect(input).toBeFocused();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles([{ name: `${'a-very-long-name-'.repeat(6)}.tlog-proof`, mimeType: 'text/plain', buffer: Buffer.from('nothing') }]);
  await expect(page.getByText('This file shows nothing')).toBeVisible();
  await expectAccessible(page, 'narrow and dark');
  await page.close();
});
