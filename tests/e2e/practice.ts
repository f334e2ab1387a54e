// A practice for the tests to book at: the practice's own wasm, driven here instead of in a worker. Everything that it
// publishes goes through the real client code to the real host.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Catalogue, Id, LocalDate, PracticeCalls, Result, Rules, Weekday } from '../../web-client/src/sealed/contract.ts';
import { drive, type World } from '../../web-client/src/sealed/drive.ts';
import type { Outcome, Session } from '../../web-client/src/sealed/flow.ts';

const WEEKDAYS: readonly Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Hours begin tomorrow: whatever o'clock a test runs, the first free day is a whole one. */
const tomorrow = (): LocalDate => new Date(Date.now() + 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Europe/Paris' });

const pkg = resolve(__dirname, '../../web-client/src/sealed/pkg/practice');

type Glue = { readonly initSync: (options: { module: Uint8Array }) => unknown; readonly Practice: new () => Session };

const loadSession = async (): Promise<Session> => {
  const glue = (await import(pathToFileURL(join(pkg, 'souspli_wasm.js')).href)) as Glue;
  glue.initSync({ module: readFileSync(join(pkg, 'souspli_wasm_bg.wasm')) });
  return new glue.Practice();
};

/** What a test may want otherwise. */
export type Look = { readonly confirm: 'automatic' | 'manual'; readonly cancelDeadline: number; readonly open: boolean };

export type Keys = { readonly accountKey: string; readonly recoveryCode: string; readonly passphrase: string };

export class Practice {
  readonly #session: Session;
  readonly #host: string;
  readonly #kept = new Map<string, Uint8Array>();
  #catalogue: Catalogue | null = null;
  #rules: Rules | null = null;
  /** Fragment of its booking link. */
  link = '';
  /** What opens it in a browser. */
  keys: Keys = { accountKey: '', recoveryCode: '', passphrase: 'a passphrase for tests' };

  private constructor(session: Session, host: string) {
    this.#session = session;
    this.#host = host;
  }

  /** Makes a practice and publishes it. */
  static async create(host: string, look: Partial<Look> = {}): Promise<Practice> {
    const practice = new Practice(await loadSession(), host);
    const { passphrase } = practice.keys;
    const kit = await practice.call('create', { passphrase, origin: host });
    practice.keys = { ...kit, passphrase };
    await practice.call('finishCreate', { recoveryCode: kit.recoveryCode });
    const { catalogue, rules } = await practice.#settings({ confirm: 'manual', cancelDeadline: 60, open: true, ...look });
    const { link } = await practice.call('publish', { catalogue, rules });
    practice.#catalogue = catalogue;
    practice.#rules = rules;
    practice.link = link.fragment.replace(/^.*#/u, '');
    return practice;
  }

  /** A call that must succeed. */
  async call<K extends keyof PracticeCalls>(name: K, args: PracticeCalls[K]['args']): Promise<PracticeCalls[K]['value']> {
    const flow = this.#session.start(name, JSON.stringify(args), Math.floor(Date.now() / 60_000));
    const result = (await drive(flow, this.#world())) as Result<PracticeCalls[K]['value']>;
    if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.failure)}`);
    return result.value;
  }

  /** Publishes anew with a changed catalogue. */
  async publish(change: (catalogue: Catalogue, rules: Rules) => void): Promise<void> {
    if (this.#catalogue === null || this.#rules === null) throw new Error('nothing is published yet');
    change(this.#catalogue, this.#rules);
    await this.call('publish', { catalogue: this.#catalogue, rules: this.#rules });
  }

  /** The newest booking under a patient's name. */
  async bookingOf(name: string): Promise<{ record: Id; state: string }> {
    await this.call('sync', {});
    const { items } = await this.call('search', { text: name });
    const found = items.at(-1);
    if (found === undefined) throw new Error(`the practice has no booking of ${name}`);
    return found;
  }

  async #settings(look: Look): Promise<{ catalogue: Catalogue; rules: Rules }> {
    const id = async (): Promise<Id> => (await this.call('newId', {})).id;
    const both = [await id(), await id()] as const;
    const [first, second] = both;
    const catalogue: Catalogue = {
      name: 'Practice Example',
      address: ['1 Example Street', '35000 Rennes'],
      phone: '+33 2 99 00 00 00',
      website: 'https://practice.example',
      languages: ['fr', 'en'],
      zone: 'Europe/Paris',
      vtimezone: '',
      introduction: 'Ring at the blue door.',
      responseTime: 1_440,
      confirm: look.confirm,
      minimumNotice: 60,
      cancelDeadline: look.cancelDeadline,
      horizonDays: 60,
      practitioners: [
        { id: first, name: 'First Example', title: 'Dr', specialty: 'General medicine', languages: ['fr', 'en'], colour: '#2e7d6b', clinical: 0 },
        { id: second, name: 'Second Example', title: '', specialty: 'Physiotherapy', languages: ['fr'], colour: '#a05a2c', clinical: 1 },
      ],
      rooms: [],
      visitTypes: [
        {
          id: await id(),
          name: 'First visit',
          duration: 30,
          buffer: 0,
          step: null,
          instructions: 'Bring earlier letters.',
          colour: '#2e7d6b',
          practitioners: [first, second],
          rooms: [],
          questions: [
            { id: await id(), text: 'Have you been here before?', kind: 'yesNo', options: [], required: true },
            { id: await id(), text: 'Anything we should know?', kind: 'free', options: [], required: false },
          ],
          public: true,
        },
        {
          id: await id(),
          name: 'Follow-up',
          duration: 20,
          buffer: 0,
          step: null,
          instructions: '',
          colour: '#7a4d9a',
          practitioners: [first],
          rooms: [],
          questions: [],
          public: true,
        },
      ],
    };
    const weekly = look.open
      ? both.flatMap((practitioner) =>
          // Closed on Sundays, so that there are days without times.
          WEEKDAYS.filter((weekday) => weekday !== 'sunday').map((weekday) => ({
            practitioner,
            weekday,
            first: tomorrow(),
            last: null,
            hours: { start: 9 * 60, end: 18 * 60, visitTypes: [] },
          })),
        )
      : [];
    return { catalogue, rules: { weekly, exceptions: [] } };
  }

  #keep(key: string, bytes: Uint8Array): Promise<Outcome> {
    this.#kept.set(key, new Uint8Array(bytes));
    return Promise.resolve({ kind: 'kept' });
  }

  #world(): World {
    return {
      send: async (request): Promise<Outcome> => {
        const answer = await fetch(this.#host + request.path, {
          method: request.method,
          headers: request.headers.map(([name, value]): [string, string] => [name, value]),
          body: request.body === null ? null : new Uint8Array(request.body),
        });
        const body = new Uint8Array(await answer.arrayBuffer());
        return { kind: 'response', status: answer.status, headers: [...answer.headers], body };
      },
      keep: (key, bytes) => this.#keep(key, bytes),
      cache: (key, bytes) => this.#keep(key, bytes),
      load: (prefix) => {
        const entries = [...this.#kept].filter(([key]) => key.startsWith(prefix)).map(([key, bytes]) => ({ key, bytes }));
        return Promise.resolve({ kind: 'loaded', entries });
      },
      forget: (key) => {
        this.#kept.delete(key);
        return Promise.resolve({ kind: 'go' });
      },
      partner: null,
      progress: () => undefined,
    };
  }
}
