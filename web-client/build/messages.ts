// Compiled messages take the language from `src/messages/locale.ts`.

import { join } from 'node:path';
import type { Plugin } from 'vite';

const COMPILED = '/src/messages/generated/';

export const messageLocale = (root: string): Plugin => ({
  name: 'souspli:message-locale',
  enforce: 'pre',
  resolveId(source, importer) {
    const asks = source.endsWith('/runtime.js') && importer?.includes(COMPILED) === true;
    return asks ? join(root, 'src/messages/locale.ts') : null;
  },
});
