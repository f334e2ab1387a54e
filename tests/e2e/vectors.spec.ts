// tests/vectors in Chromium, by both wasm builds: the ones that are served, and the runner beside.

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

const root = resolve(__dirname, '../..');
const folder = join(root, 'tests/vectors');
/** Where `cargo xtask test e2e` put the two builds. */
const built = process.env['SOUSPLI_VECTORS'] ?? join(root, 'target/xtask/vectors');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** What the patient's build leaves out: Argon2id and the database of zones. */
const LEFT_OUT = ['rfc9106.json', 'time.json', 'vault-passphrase.json'];

type Report = { readonly passed: number; readonly skipped: number; readonly failed: readonly string[] };
type Run = (file: string) => Promise<Report>;
type Runner = { readonly run_vectors: (file: string) => string };

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** A page with one build in it, from files that no host serves. */
const load = async (page: Page, address: string, build: string): Promise<Run> => {
  const script = `import init, { run_vectors } from './souspli_wasm.js';
    await init({ module_or_path: fetch('./souspli_wasm_bg.wasm') });
    globalThis.run_vectors = run_vectors;`;
  await page.route(`${address}/vectors/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    if (name === '') await route.fulfill({ contentType: 'text/html', body: `<!doctype html><script type="module">${script}</script>` });
    else await route.fulfill({ contentType: name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', body: await readFile(join(built, build, name)) });
  });
  await page.goto(`${address}/vectors/`);
  await page.waitForFunction(() => 'run_vectors' in globalThis);
  return async (file) => JSON.parse(await page.evaluate((text) => (globalThis as unknown as Runner).run_vectors(text), file)) as Report;
};

test('the vectors come out in both builds as they do natively', async ({ page, host }) => {
  const passed: Record<string, number> = {};
  for (const build of ['patient', 'practice']) {
    const run = await load(page, host.address, build);
    passed[build] = 0;
    for (const name of files) {
      const { length } = JSON.parse(read(name)) as unknown[];
      const report = await run(read(name));
      expect(report.failed, `${name}, ${build}`).toEqual([]);
      expect(report.passed + report.skipped, `${name}, ${build}`).toBe(length);
      const leavesOut = build === 'patient' && LEFT_OUT.includes(name);
      expect(report.skipped > 0, `${name}, ${build}: left out`).toBe(leavesOut);
      passed[build] += report.passed;
    }
    await page.unrouteAll();
  }
  process.stdout.write(`e2e: vectors: ${passed['patient'] ?? 0} passed in the patient's build, ${passed['practice'] ?? 0} in the practice's\n`);
});

type Case = { readonly expect?: Record<string, unknown> };

/** The lowest bit of the last byte, or minute, that the first such case gives, flipped. */
const flipped = (file: string): string => {
  const cases = JSON.parse(file) as Case[];
  for (const { expect: given = {} } of cases) {
    for (const [field, value] of Object.entries(given)) {
      const isBytes = typeof value === 'string' && /^(?:[\da-f]{2})+$/u.test(value);
      if (!isBytes && typeof value !== 'number') continue;
      given[field] = isBytes ? value.slice(0, -1) + (Number.parseInt(value.slice(-1), 16) ^ 1).toString(16) : Number(value) ^ 1;
      return JSON.stringify(cases);
    }
  }
  throw new Error('no case gives bytes or a number');
};

for (const build of ['patient', 'practice']) {
  test(`a vector with one byte changed fails in the ${build}'s build`, async ({ page, host }) => {
    const run = await load(page, host.address, build);
    for (const name of ['rfc5869.json', 'envelope.json', 'time.json']) {
      const whole = JSON.stringify(JSON.parse(read(name)));
      const before = await run(whole);
      const after = await run(flipped(whole));
      expect(before.failed, name).toEqual([]);
      expect(after.failed, name).not.toEqual([]);
      expect(after.passed, name).toBeLessThan(before.passed);
    }
  });
}
