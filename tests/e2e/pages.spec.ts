// What the pages are served as: two sets of headers, one script each with its hash, nothing from elsewhere.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, type Watched } from './fixtures';

/** The two header sets, as the text has them. */
const policyOf = (whose: string): string => {
  const text = readFileSync(resolve(__dirname, '../../docs/architecture.md'), 'utf8');
  const found = new RegExp(`^- ${whose}: \`([^\`]+)\`$`, 'mu').exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/architecture.md names no policy of ${whose}`);
  return found;
};
const PAGE_POLICY = policyOf('pages');
const WORKER_POLICY = policyOf('worker scripts');
/** What the watch caught; taken out, since it was brought about on purpose. */
const caught = ({ complaints }: Watched): string[] => complaints.splice(0).filter((complaint) => complaint.startsWith('refused'));

test('a page that breaks its policy is noticed, also when it is reloaded', async ({ page, host, watched }) => {
  watched.expectComplaints(/^console: /u);
  await page.goto(host.address);
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await expect.poll(() => page.evaluate(() => globalThis.__violations?.length)).toBe(1);
  await page.reload();
  await expect.poll(() => caught(watched)).toEqual(['refused by policy: style-src-attr inline']);
});

test('a worker that breaks its policy is noticed, in any window and after it is closed', async ({ browser, host, practice, watched }) => {
  watched.expectComplaints(/^console: /u);
  const page = await browser.newPage();
  await page.route('**/*.worker-*.js', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `fetch('https://elsewhere.example/').catch(() => 0);${await answer.text()}` });
  });
  await page.goto(`${host.address}/#${practice.link}`);
  await expect.poll(() => page.evaluate(() => globalThis.__violations)).toEqual(['connect-src https://elsewhere.example/']);
  await page.close();
  expect(caught(watched)).toEqual(['refused by policy: connect-src https://elsewhere.example/']);
});

/** The patients' page has a second one: it follows the log once an appointment stands. */
const WORKERS = { '/': 2, '/practice': 1, '/check': 1 } as const;

for (const address of ['/', '/practice', '/check'] as const) {
  test(`${address} is one script and one style, each with its hash, and nothing inline`, async ({ request }) => {
    const answer = await request.get(address);
    expect(answer.status()).toBe(200);
    expect(answer.headers()['content-security-policy']).toBe(PAGE_POLICY);
    expect(answer.headers()['referrer-policy']).toBe('no-referrer');
    expect(answer.headers()['x-content-type-options']).toBe('nosniff');
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle="|\bon\w+="/u);
    const tags = html.match(/<(?:script|link)\b[^>]*assets[^>]*>/gu) ?? [];
    expect(tags).toHaveLength(2);
    for (const tag of tags) {
      const url = /(?:src|href)="([^"]+)"/u.exec(tag)?.[1] ?? '';
      const body = await (await request.get(url)).body();
      const hash = createHash('sha384').update(body).digest('base64');
      expect(tag).toContain(`integrity="sha384-${hash}"`);
    }
  });

  test(`${address}: its script names its workers, which are served with the policy of workers`, async ({ request }) => {
    const html = await (await request.get(address)).text();
    const script = /src="([^"]+\.js)"/u.exec(html)?.[1] ?? '';
    const code = await (await request.get(script)).text();
    const workers = [...new Set(code.match(/\/assets\/[\w.-]*worker[\w.-]*\.js/gu) ?? [])];
    expect(workers).toHaveLength(WORKERS[address]);
    for (const worker of workers) {
      const answer = await request.get(worker);
      expect(answer.headers()['content-security-policy']).toBe(WORKER_POLICY);
      expect(await answer.text()).toMatch(/sha384-[A-Za-z0-9+/=]{64}/u);
    }
  });
}
