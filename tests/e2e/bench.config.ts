// `cargo xtask bench agenda`: the browser of the tests, and the measurement instead of the tests.

import { defineConfig } from '@playwright/test';
import base from './playwright.config';

export default defineConfig(base, { testMatch: 'agenda.bench.ts', timeout: 30 * 60_000 });
