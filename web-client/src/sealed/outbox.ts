// Sealed bytes that must outlive a reload or a crash, in IndexedDB. Only what the wasm sealed comes here.

import type { Outcome } from './flow.ts';

const NAME = 'souspli';
const VERSION = 1;
const STORE = 'sealed';

let database: Promise<IDBDatabase> | null = null;

const open = (): Promise<IDBDatabase> => {
  database ??= opened().catch((error: unknown) => {
    database = null;
    throw error;
  });
  return database;
};

const opened = (): Promise<IDBDatabase> =>
  new Promise((settle, refuse) => {
    const opening = indexedDB.open(NAME, VERSION);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => refuse(refused(opening.error));
    opening.onsuccess = () => {
      const forgotten = (): void => {
        database = null;
      };
      opening.result.onclose = forgotten;
      // Another tab has a newer page: it must not wait for this one.
      opening.result.onversionchange = () => {
        opening.result.close();
        forgotten();
      };
      settle(opening.result);
    };
  });

/** Asks one thing of the store, and gives the answer once the transaction is complete. */
const ask = async <T>(mode: IDBTransactionMode, question: (store: IDBObjectStore) => () => T, durability: IDBTransactionDurability = 'strict'): Promise<T> => {
  const held = await open();
  return new Promise((settle, refuse) => {
    // Complete and strict is on disk, where the browser can.
    const transaction = held.transaction(STORE, mode, { durability });
    const answer = question(transaction.objectStore(STORE));
    transaction.oncomplete = () => settle(answer());
    transaction.onabort = () => refuse(refused(transaction.error));
  });
};

const refused = (error: DOMException | null): Error => error ?? new Error('the browser refuses storage');

/** Runs `work`; whatever goes wrong means that this browser refuses storage. */
const orRefused = async (work: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await work();
  } catch {
    return { kind: 'refused' };
  }
};

const put = (key: string, bytes: Uint8Array, durability: IDBTransactionDurability): Promise<Outcome> =>
  orRefused(() =>
    ask(
      'readwrite',
      (store) => {
        store.put(bytes, key);
        return () => ({ kind: 'kept' });
      },
      durability,
    ),
  );

export const keep = (key: string, bytes: Uint8Array): Promise<Outcome> => put(key, bytes, 'strict');

/** What can be had again need not wait for the disk. */
export const cache = (key: string, bytes: Uint8Array): Promise<Outcome> => put(key, bytes, 'relaxed');

export const load = (prefix: string): Promise<Outcome> =>
  orRefused(() =>
    ask('readonly', (store) => {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const [keys, values] = [store.getAllKeys(range), store.getAll(range) as IDBRequest<Uint8Array[]>] as const;
      return () => ({
        kind: 'loaded',
        entries: keys.result.flatMap((key, index) => {
          const bytes = values.result[index];
          return typeof key !== 'string' || bytes === undefined ? [] : [{ key, bytes }];
        }),
      });
    }),
  );

/** What cannot be forgotten now is told again by the next `load`, and does no harm until then: it is sealed. */
export const forget = async (key: string): Promise<Outcome> => {
  await orRefused(() =>
    ask('readwrite', (store) => {
      store.delete(key);
      return () => ({ kind: 'kept' });
    }),
  );
  return { kind: 'go' };
};
