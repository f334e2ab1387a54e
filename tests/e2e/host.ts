// A host of the tests' own: the real binary, a fresh data folder, a free port.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const START_MS = 30_000;
const root = resolve(__dirname, '../..');

export type Host = {
  readonly address: string;
  /** Where it keeps everything. */
  readonly data: string;
  /** Everything that it printed so far. */
  readonly log: () => string;
  /** Ends it; its data stay. */
  readonly halt: () => Promise<void>;
  /** Ends it and forgets its data. */
  readonly stop: () => Promise<void>;
};

const binary = (): string => process.env['SOUSPLI_SERVER_BIN'] ?? process.env['SOUSPLI_SERVER'] ?? join(root, 'target/debug/souspli-server');

/** What the host would take for settings of its own, and refuse what it does not know, stays out. */
const environment = (): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SOUSPLI_')));

/** `before`: a host that was halted, to go on at its address with its data. */
export const startHost = async (before?: Host): Promise<Host> => {
  const data = before?.data ?? (await mkdtemp(join(tmpdir(), 'souspli-e2e-')));
  const port = before === undefined ? '0' : new URL(before.address).port;
  const web = process.env['SOUSPLI_WEB'] ?? join(root, 'web-client/dist');
  const child = spawn(binary(), ['serve', '--port', port, '--data', data, '--web', web], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const address = await listening(child, lines);
  const halt = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = new Promise((settle) => child.once('exit', settle));
    child.kill('SIGTERM');
    await ended;
  };
  const stop = async (): Promise<void> => {
    await halt();
    await rm(data, { recursive: true, force: true });
  };
  return { address, data, log: () => lines.join('\n'), halt, stop };
};

const listening = (child: ChildProcess, lines: string[]): Promise<string> =>
  new Promise((settle, refuse) => {
    const fail = (why: string): void => refuse(new Error(`${why}\n${lines.join('\n')}`));
    const timer = setTimeout(() => {
      child.kill();
      fail('the host did not start in time');
    }, START_MS);
    const read = (line: string): void => {
      lines.push(line);
      const address = /listens on (http:\/\/\S+)/u.exec(line)?.[1];
      if (address !== undefined) {
        clearTimeout(timer);
        settle(address);
      }
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', read);
    }
    child.once('error', (error) => fail(`the host could not be started: ${error.message}`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`the host ended with ${String(code)}`);
    });
  });
