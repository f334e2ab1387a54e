// `sealed-wasm/patient`, `sealed-wasm/practice` and `sealed-wasm/log`: what wasm-bindgen made in src/sealed/pkg, with the address and hash
// of the wasm beside it. The address that wasm-bindgen guesses by itself is taken out: Vite would emit the file twice.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { integrityOf } from './integrity.ts';

const NAME = /^sealed-wasm\/(patient|practice|log)$/u;
const OWN_ADDRESS = /new URL\(\s*['"]souspli_wasm_bg\.wasm['"]\s*,\s*import\.meta\.url\s*\)/gu;

export const sealedWasm = (root: string): Plugin => ({
  name: 'souspli:sealed-wasm',
  resolveId(id) {
    return NAME.test(id) ? `\0${id}` : null;
  },
  load(id) {
    const build = NAME.exec(id.slice(1))?.[1];
    if (!id.startsWith('\0') || build === undefined) return null;
    const folder = join(root, 'src/sealed/pkg', build);
    const wasm = join(folder, 'souspli_wasm_bg.wasm');
    if (!existsSync(wasm)) {
      this.warn(`src/sealed/pkg/${build} is missing: this build has no sealed side and its pages will say so.`);
      const name = build.charAt(0).toUpperCase() + build.slice(1);
      return `export class ${name} {}; export default null; export const address = ''; export const integrity = '';`;
    }
    const content = readFileSync(wasm);
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
    const fileName = `assets/${build}-${hash}.wasm`;
    this.emitFile({ type: 'asset', fileName, source: content });
    const glue = JSON.stringify(join(folder, 'souspli_wasm.js'));
    return [
      `export * from ${glue};`,
      `export { default } from ${glue};`,
      `export const address = ${JSON.stringify(`/${fileName}`)};`,
      `export const integrity = ${JSON.stringify(integrityOf(content))};`,
    ].join('\n');
  },
  transform(code, id) {
    if (!id.endsWith('/souspli_wasm.js')) return null;
    return { code: code.replace(OWN_ADDRESS, 'undefined'), map: null };
  },
});
