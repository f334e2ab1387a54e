// Pictures of the practice's side for the README, taken where SOUSPLI_SCREENSHOTS names a folder.

import { join, resolve } from 'node:path';
import { book } from './booking';
import { test } from './fixtures';
import { another, asList, openItem, part, unlock } from './practice-page';

const folder = process.env['SOUSPLI_SCREENSHOTS'];
test.skip(folder === undefined, 'SOUSPLI_SCREENSHOTS names no folder');

test('the practice’s side', async ({ page, practice, browser, host }) => {
  const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(resolve(__dirname, '../..', folder ?? ''), `${name}.png`) });
  await page.setViewportSize({ width: 1100, height: 760 });
  const patient = await another(browser, host.address);
  for (const [which, name] of ['Patient Example', 'Another Example', 'Third Example'].entries()) await book(patient, practice.link, name, which * 2);
  await patient.context().close();
  await unlock(page, practice.keys);
  await asList(page);
  await shot('practice-list');
  await openItem(page, 'Another Example');
  await shot('practice-appointment');
  await page.keyboard.press('Escape');
  await part(page, 'Links').click();
  await page.getByRole('button', { name: /^Show: / }).click();
  await shot('practice-link');
});
