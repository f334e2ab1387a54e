// Compiled messages take the language from `src/messages/locale.ts`.

import { join } from 'node:path';
import type { Plugin } from 'vite';

const COMPILED = /\/src\/messages\/generated\//u;

export const messageLocale = (root: string): Plugin => ({
  name: 'souspli:message-locale',
  enforce: 'pre',
  resolveId(source, importer) {
    const asks = source.endsWith('/runtime.js') && importer !== undefined && COMPILED.test(importer);
    return asks ? join(root, 'src/messages/locale.ts') : null;
  },
});
