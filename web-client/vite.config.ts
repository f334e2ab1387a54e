// Three pages, each built alone (`--mode patient`, `--mode practice`, `--mode check`): a page has one script and no shared or lazy chunk,
// so that every script it loads stands in its HTML with a hash.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { integrityOfTags } from './build/integrity.ts';
import { messageLocale } from './build/messages.ts';
import { sealedWasm } from './build/sealed-wasm.ts';

const root = import.meta.dirname;

export default defineConfig(({ mode }) => {
  const name = mode === 'practice' || mode === 'check' ? mode : 'patient';
  const patient = name === 'patient';
  const page = patient ? 'index.html' : `${name}.html`;
  return {
    root,
    plugins: [messageLocale(root), svelte(), sealedWasm(root), integrityOfTags(page)],
    // Minified by Rolldown, whatever minifies the pages.
    worker: { format: 'iife', plugins: () => [sealedWasm(root)], rolldownOptions: { output: { minify: true } } },
    build: {
      target: 'es2022',
      // The patient's build comes first and empties the folder.
      emptyOutDir: patient,
      copyPublicDir: patient,
      modulePreload: false,
      // Of the patient's page a second and a third pass find what the first one uncovers: 1.2 kB less to load.
      minify: patient ? 'terser' : 'oxc',
      terserOptions: { compress: { passes: 3, ecma: 2022 } },
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      rolldownOptions: {
        checks: { bundlerTimings: false },
        // A message that is named in a page and written nowhere would show as nothing.
        onLog(level, log, print) {
          print(log.code === 'IMPORT_IS_UNDEFINED' ? 'error' : level, log);
        },
        input: { [name]: page },
        output: {
          codeSplitting: false,
          entryFileNames: 'assets/[name]-[hash].js',
          assetFileNames: `assets/${name}-[hash][extname]`,
        },
      },
    },
    test: { include: ['src/**/*.test.ts'] },
  };
});
