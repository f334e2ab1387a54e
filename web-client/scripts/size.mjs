// What a patient loads before booking, gzipped file by file: the page and every built file that it leads to, but for the
// worker that follows the log, which the page starts once an appointment stands.
// `--require-wasm`: no wasm is an error, as in a release.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const WHOLE_LIMIT = 200_000;
const SCRIPT_LIMIT = 60_000;

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const unreached = new Set(readdirSync(`${dist}assets`).filter((name) => !name.startsWith('log.worker-')));
const reached = [];
const toRead = ['index.html'];
for (let file = toRead.pop(); file !== undefined; file = toRead.pop()) {
  const content = readFileSync(dist + file);
  reached.push({ file, size: gzipSync(content, { level: 9 }).length });
  for (const name of [...unreached].filter((name) => content.includes(name))) {
    unreached.delete(name);
    toRead.push(`assets/${name}`);
  }
}

const sum = (files) => files.reduce((total, { size }) => total + size, 0);
const hasWasm = reached.some(({ file }) => file.endsWith('.wasm'));
const whole = sum(reached);
const script = sum(reached.filter(({ file }) => /\.(?:js|css)$/u.test(file)));

for (const { file, size } of reached) console.log(`${String(size).padStart(8)}  ${file}`);
console.log(`${String(script).padStart(8)}  scripts and styles, at most ${SCRIPT_LIMIT}`);
console.log(`${String(whole).padStart(8)}  in all, at most ${WHOLE_LIMIT}${hasWasm ? '' : ' (without wasm: src/sealed/pkg is missing)'}`);

if (whole > WHOLE_LIMIT || script > SCRIPT_LIMIT) {
  console.error('A patient would have to load too much.');
  process.exitCode = 1;
}
if (!hasWasm && process.argv.includes('--require-wasm')) {
  console.error('There is no wasm to measure.');
  process.exitCode = 1;
}
