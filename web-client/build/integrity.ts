// Subresource integrity: a page's tags carry the hash of what they name, and so does the wasm that the worker fetches.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

export const integrityOf = (content: Uint8Array): string =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`;

/** `<script … src="/assets/…">` and `<link … href="/assets/…">` as Vite writes them. */
const ASSET_TAG = /<(?:script|link)\b[^>]*?\b(?:src|href)="(\/assets\/[^"]+)"[^>]*>/gu;

/** Adds `integrity` to every asset tag of the built page; reads the files from disk, as they will be served. */
export const integrityOfTags = (page: string): Plugin => {
  let outDir = '';
  return {
    name: 'souspli:integrity',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const file = join(outDir, page);
      const html = readFileSync(file, 'utf8').replace(ASSET_TAG, (tag, url: string) =>
        tag.replace(/>$/u, ` integrity="${integrityOf(readFileSync(join(outDir, url)))}">`),
      );
      writeFileSync(file, html);
    },
  };
};
