// One request to the host, as the sealed side built it: same origin, nothing of the browser's own added, nothing kept.

import type { HttpRequest } from './contract.ts';
import type { Outcome } from './flow.ts';

/** From the first byte sent to the last one read. */
const TIMEOUT_MS = 45_000;
/** Well above the largest answer there is (64 events of 8 KiB and publications, in base64). */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export const send = async (request: HttpRequest): Promise<Outcome> => {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort();
  }, TIMEOUT_MS);
  try {
    const answer = await open(request, abort.signal);
    const body = await readBounded(answer);
    return { kind: 'response', status: answer.status, headers: [...answer.headers], body };
  } catch {
    return { kind: 'offline' };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
};

/** Sends it, and gives the answer as soon as it begins. */
export const open = (request: HttpRequest, signal: AbortSignal): Promise<Response> =>
  fetch(addressOf(request.path), {
    method: request.method,
    headers: request.headers.map(([name, value]): [string, string] => [name, value]),
    // A copy: the bytes may be a view into the wasm's memory.
    body: request.body === null ? null : new Uint8Array(request.body),
    mode: 'same-origin',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    redirect: 'error',
    signal,
  });

const addressOf = (path: string): URL => {
  const address = new URL(path, self.location.origin);
  if (address.origin !== self.location.origin || !address.pathname.startsWith('/v1/')) throw new Error('not a route of the host');
  return address;
};

/** An endless body is an answer that cannot be read to its end. One that says how long it is, is read in one go. */
const readBounded = async (answer: Response): Promise<Uint8Array> => {
  const said = Number(answer.headers.get('content-length') ?? Number.NaN);
  if (said <= MAX_BODY_BYTES && !answer.headers.has('content-encoding')) return new Uint8Array(await answer.arrayBuffer());
  if (answer.body === null) return new Uint8Array();
  const reader = answer.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MAX_BODY_BYTES) throw new Error('the answer is too long');
    parts.push(value);
  }
  const body = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return body;
};
