// Pictures for the README, taken where SOUSPLI_SCREENSHOTS names a folder: `SOUSPLI_SCREENSHOTS=docs/screenshots`.

import { join, resolve } from 'node:path';
import { book, chooseDay, heading, openLink } from './booking';
import { test } from './fixtures';

const folder = process.env['SOUSPLI_SCREENSHOTS'];

test('the patient’s side', async ({ page, practice }) => {
  const shot = (name: string): Promise<Buffer> => page.screenshot({ path: join(resolve(__dirname, '../..', folder ?? ''), `${name}.png`) });
  await page.setViewportSize({ width: 1100, height: 760 });
  await openLink(page, practice.link);
  await heading(page, 'Choose the kind of visit').waitFor();
  await shot('patient-visit');
  await chooseDay(page);
  await page.goBack();
  await shot('patient-day');
  await book(page, practice.link, 'Patient Example');
  await shot('patient-reserved');
});
