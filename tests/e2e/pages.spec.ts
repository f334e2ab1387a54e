// What both pages are served as: two sets of headers, one script each with its hash, nothing from elsewhere.

import { createHash } from 'node:crypto';
import { expect, test } from './fixtures';

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html souspli-code',
];
const WORKER_POLICY = ["default-src 'none'", "script-src 'wasm-unsafe-eval'", "connect-src 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'"];

test('a page that breaks its policy is noticed', async ({ browser, host }) => {
  // Not a watched page: the watch is what is tried here.
  const page = await browser.newPage();
  await page.goto(host.address);
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await expect.poll(() => page.evaluate(() => globalThis.__violations)).toEqual(['style-src-attr inline']);
  await page.close();
});

test('a worker that breaks its policy is noticed', async ({ browser, host, practice }) => {
  const page = await browser.newPage();
  await page.route('**/*.worker-*.js', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: `fetch('https://elsewhere.example/').catch(() => 0);${await answer.text()}` });
  });
  await page.goto(`${host.address}/#${practice.link}`);
  await expect.poll(() => page.evaluate(() => globalThis.__violations)).toEqual(['connect-src https://elsewhere.example/']);
  await page.close();
});

const parts = (policy: string | undefined): string[] => (policy ?? '').split(';').map((part) => part.trim());

for (const address of ['/', '/practice']) {
  test(`${address} is one script and one style, each with its hash, and nothing inline`, async ({ request }) => {
    const answer = await request.get(address);
    expect(answer.status()).toBe(200);
    expect(parts(answer.headers()['content-security-policy'])).toEqual(expect.arrayContaining(PAGE_POLICY));
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

  test(`${address}: its script names one worker, which is served with the policy of workers`, async ({ request }) => {
    const html = await (await request.get(address)).text();
    const script = /src="([^"]+\.js)"/u.exec(html)?.[1] ?? '';
    const code = await (await request.get(script)).text();
    const workers = [...new Set(code.match(/\/assets\/[\w.-]*worker[\w.-]*\.js/gu) ?? [])];
    expect(workers).toHaveLength(1);
    const answer = await request.get(workers[0] ?? '');
    expect(parts(answer.headers()['content-security-policy']).sort()).toEqual([...WORKER_POLICY].sort());
    expect(await answer.text()).toMatch(/sha384-[A-Za-z0-9+/=]{64}/u);
  });
}
