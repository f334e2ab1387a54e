import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StreamWord } from './channel.ts';
import type { HttpRequest, Result } from './contract.ts';
import { failure } from './flow.ts';
import { listen, type Line } from './stream.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A host whose streams the test writes and ends, and what was told. */
class Host {
  readonly told: StreamWord[] = [];
  /** When each request was signed, in seconds from the start, and with which signature. */
  readonly signed: number[] = [];
  readonly sent: string[] = [];
  locked = false;
  away = false;
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly #began = Date.now();

  line(): Line {
    return {
      sign: () => {
        this.signed.push((Date.now() - this.#began) / 1000);
        const request: HttpRequest = { method: 'POST', path: `/v1/stream/${this.signed.length}`, headers: [], body: null };
        const result: Result<HttpRequest> = this.locked ? { ok: false, failure: failure('locked') } : { ok: true, value: request };
        return Promise.resolve(result);
      },
      open: (request, signal) => {
        if (this.away) return Promise.reject(new TypeError('away'));
        this.sent.push(request.path);
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => {
            this.#body = controller;
            signal.addEventListener('abort', () => controller.error(new Error('aborted')));
          },
        });
        return Promise.resolve(new Response(body));
      },
      tell: (word) => this.told.push(word),
    };
  }

  async write(text: string): Promise<void> {
    this.#body?.enqueue(new TextEncoder().encode(text));
    await vi.advanceTimersByTimeAsync(0);
  }

  async end(): Promise<void> {
    this.#body?.close();
    await vi.advanceTimersByTimeAsync(0);
  }
}

test('each new line is a change, wherever it is cut; the same line again is none', async () => {
  const host = new Host();
  void listen(host.line());
  await vi.advanceTimersByTimeAsync(0);
  expect(host.told).toEqual(['up']);
  await host.write('{"sequence":');
  expect(host.told).toEqual(['up']);
  await host.write('"7"}\n{"sequence":"7"}\n');
  expect(host.told).toEqual(['up', 'changed']);
  await host.write('{"sequence":"8"}\n{"seq');
  await host.write('uence":"9"}\n');
  expect(host.told).toEqual(['up', 'changed', 'changed', 'changed']);
});

test('a stream that ends is opened again with a new signature, and its first line is a change', async () => {
  const host = new Host();
  void listen(host.line());
  await vi.advanceTimersByTimeAsync(0);
  await host.write('{"sequence":"7"}\n');
  await host.end();
  expect(host.told).toEqual(['up', 'changed', 'down']);
  await vi.advanceTimersByTimeAsync(1_000);
  await host.write('{"sequence":"7"}\n');
  expect(host.told).toEqual(['up', 'changed', 'down', 'up', 'changed']);
  expect(host.sent).toEqual(['/v1/stream/1', '/v1/stream/2']);
});

test('a host that is away is asked less and less often, and from the start again after a stream that lasted', async () => {
  const host = new Host();
  host.away = true;
  void listen(host.line());
  await vi.advanceTimersByTimeAsync(200_000);
  expect(host.signed).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  expect(new Set(host.told)).toEqual(new Set(['down']));
  host.away = false;
  await vi.advanceTimersByTimeAsync(43_000);
  for (let beat = 0; beat < 4; beat += 1) {
    await host.write('{"sequence":"7"}\n');
    await vi.advanceTimersByTimeAsync(20_000);
  }
  await host.end();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(host.signed.slice(-2)).toEqual([243, 324]);
});

test('a stream that says nothing, or never ends its line, is dead', async () => {
  const host = new Host();
  void listen(host.line());
  await vi.advanceTimersByTimeAsync(49_000);
  expect(host.told).toEqual(['up']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(host.told).toEqual(['up', 'down']);
  await vi.advanceTimersByTimeAsync(1_000);
  await host.write('x'.repeat(2_000));
  expect(host.told).toEqual(['up', 'down', 'up', 'down']);
});

test('it ends with the session', async () => {
  const host = new Host();
  const listening = listen(host.line());
  await vi.advanceTimersByTimeAsync(0);
  host.locked = true;
  await host.end();
  await vi.advanceTimersByTimeAsync(1_000);
  await listening;
  expect(host.told).toEqual(['up', 'down']);
});
