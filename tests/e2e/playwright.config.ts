// The pages in Chromium, against a real host. `cargo xtask test e2e` builds what is needed and says where it is:
// SOUSPLI_CHROMIUM, SOUSPLI_SERVER_BIN.

import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const chromium = process.env['SOUSPLI_CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

export default defineConfig({
  testDir: '.',
  ...(process.env['SOUSPLI_SCREENSHOTS'] === undefined ? { testIgnore: 'screenshots.spec.ts' } : {}),
  outputDir: '../../test-results',
  // Each worker has a host and a practice of its own; the tests of a file take turns.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // Only what hangs: a busy machine may take its time over a whole journey.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
