// What Chromium and an honest host say to each other over a whole booking gives an auditor no finding: as the browser
// itself records it, and as the auditor's proxy does that stands between.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { book, lookUntil } from './booking';
import { expect, test } from './fixtures';
import { Practice } from './practice';
import { asList, items, openItem, TOLD_MS, unlock } from './practice-page';

const audit = process.env['SOUSPLI_AUDIT_BIN'] ?? resolve(__dirname, '../../target/debug/souspli-audit');
const NAME = 'Quirflette Mordavienne';
const LOCALE = { locale: 'en-GB', timezoneId: 'Europe/Paris', viewport: { width: 1280, height: 900 } };

/** What is searched for: words that no page knows. */
const CANARIES = {
  version: 1,
  persons: [
    {
      name: NAME,
      email: 'vlorentine@brasquillonde.example',
      phone: '+33 6 39 98 12 34',
      reason: 'Zorvantelle brimouflant',
      text: 'Clovertinque pramoustelle',
    },
  ],
};

type Finding = { readonly check: string; readonly place: { readonly path: readonly string[] }; readonly facts: unknown };
type Report = { readonly findings: readonly Finding[]; readonly looked: readonly { readonly rows: number }[] };

/** Judges recordings; the report. */
const judged = async (folder: string, recordings: readonly string[], origin: string): Promise<Report> => {
  const [canaries, json] = [join(folder, 'canaries.json'), join(folder, `report-${String(recordings.length)}-${String(Date.now())}.json`)];
  await writeFile(canaries, JSON.stringify(CANARIES));
  const args = ['traffic', ...recordings, '--host', 'a host', '--origin', origin, '--canaries', canaries, '--json', json, '--quiet'];
  // A recording that lacks a body, such as a stream's that has not ended, ends the program with 4: what was found counts.
  await new Promise((settle) => execFile(audit, args, settle));
  return JSON.parse(await readFile(json, 'utf8')) as Report;
};

/** A booking, its confirmation at the practice's page, and what the patient sees of it. */
const play = async (patient: Page, member: Page, practice: Practice): Promise<void> => {
  await unlock(member, practice.keys);
  await asList(member);
  await book(patient, practice.link, NAME);
  await expect(items(member, NAME).first()).toBeVisible({ timeout: TOLD_MS });
  const opened = await openItem(member, NAME);
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await opened.getByRole('button', { name: 'Confirm' }).click();
  await expect(opened.getByText('Confirmed. The patient’s page says so')).toBeVisible();
  await lookUntil(patient, 'Your appointment is confirmed');
};

const windows = async (browser: Browser, address: string, record: (name: string) => object): Promise<[BrowserContext, BrowserContext]> => [
  await browser.newContext({ ...LOCALE, baseURL: address, ...record('patient') }),
  await browser.newContext({ ...LOCALE, baseURL: address, ...record('practice') }),
];

test('the browser’s own recording of a booking, a confirmation and an agenda gives no finding', async ({ browser, host }, info) => {
  const practice = await Practice.create(host.address);
  const file = (name: string): string => info.outputPath(`${name}.har`);
  const record = (name: string): object => ({ recordHar: { path: file(name), content: 'embed' } });
  const [one, two] = await windows(browser, host.address, record);
  await play(await one.newPage(), await two.newPage(), practice);
  await Promise.all([one.close(), two.close()]);
  const report = await judged(info.outputDir, [file('patient'), file('practice')], host.address);
  expect(report.findings).toEqual([]);
  expect(report.looked.every(({ rows }) => rows > 10)).toBe(true);
});

test('what the auditor’s proxy records of it gives none either, and a name that is put in is named', async ({ browser, host }, info) => {
  const practice = await Practice.create(host.address);
  const file = info.outputPath('proxy.har');
  const child = spawn(audit, ['traffic', 'record', file, '--to', host.address, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await listening(child);
  const [one, two] = await windows(browser, address, () => ({}));
  await play(await one.newPage(), await two.newPage(), practice);
  await Promise.all([one.close(), two.close()]);
  const ended = new Promise((settle) => child.once('exit', settle));
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  const report = await judged(info.outputDir, [file], host.address);
  expect(report.findings).toEqual([]);

  const text = await readFile(file, 'utf8');
  const leaking = info.outputPath('leaking.har');
  await writeFile(leaking, text.replace(/"name": ?"user-agent"|"name":"user-agent"/u, `"name":"x-patient","value":"${NAME}"},{"name":"user-agent"`));
  const found = await judged(info.outputDir, [leaking], host.address);
  expect(found.findings.map(({ check }) => check)).toContain('canary');
});

const listening = (child: ChildProcess): Promise<string> =>
  new Promise((settle, refuse) => {
    const timer = setTimeout(() => refuse(new Error('the proxy did not start in time')), 30_000);
    if (child.stdout === null) throw new Error('the proxy says nothing');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /(http:\/\/127\.0\.0\.1:\d+)/u.exec(line)?.[1];
      if (address !== undefined) {
        clearTimeout(timer);
        settle(address);
      }
    });
  });
