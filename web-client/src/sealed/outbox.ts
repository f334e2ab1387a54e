// Sealed bytes that must outlive a reload or a crash, in IndexedDB. Only what the wasm sealed comes here.

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Outcome } from './flow.ts';

type Schema = DBSchema & { sealed: { key: string; value: Uint8Array } };

const NAME = 'souspli';
const VERSION = 1;

let database: Promise<IDBPDatabase<Schema>> | null = null;

const open = (): Promise<IDBPDatabase<Schema>> => {
  database ??= openDB<Schema>(NAME, VERSION, {
    upgrade(created) {
      created.createObjectStore('sealed');
    },
    terminated() {
      database = null;
    },
  }).catch((error: unknown) => {
    database = null;
    throw error;
  });
  return database;
};

/** Runs `work`; whatever goes wrong means that this browser refuses storage. */
const orRefused = async (work: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await work();
  } catch {
    return { kind: 'refused' };
  }
};

/** Told as kept only once the transaction is complete and, where the browser can, on disk. */
export const keep = (key: string, bytes: Uint8Array): Promise<Outcome> =>
  orRefused(async () => {
    const transaction = (await open()).transaction('sealed', 'readwrite', { durability: 'strict' });
    await Promise.all([transaction.store.put(new Uint8Array(bytes), key), transaction.done]);
    return { kind: 'kept' };
  });

export const load = (prefix: string): Promise<Outcome> =>
  orRefused(async () => {
    const transaction = (await open()).transaction('sealed');
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [keys, values] = await Promise.all([transaction.store.getAllKeys(range), transaction.store.getAll(range), transaction.done]);
    const entries = keys.flatMap((key, index) => {
      const bytes = values[index];
      return bytes === undefined ? [] : [{ key, bytes }];
    });
    return { kind: 'loaded', entries };
  });

/** What cannot be forgotten now is told again by the next `load`, and does no harm until then: it is sealed. */
export const forget = async (key: string): Promise<Outcome> => {
  await orRefused(async () => {
    const transaction = (await open()).transaction('sealed', 'readwrite');
    await Promise.all([transaction.store.delete(key), transaction.done]);
    return { kind: 'kept' };
  });
  return { kind: 'go' };
};
