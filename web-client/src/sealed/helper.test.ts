import { expect, test } from 'vitest';
import type { Result } from './contract.ts';
import { Helper, Helping, type Partner } from './helper.ts';

const LOCKED: Result<unknown> = { ok: false, failure: { code: 'locked', field: null, numbers: {}, nearest: [] } };

const received = (bytes: Uint8Array): unknown => ({ kind: 'received', bytes });

/** A first worker's end, and a second's that answers every job with `answer`. */
const pair = (answer: (job: Uint8Array, end: Partner) => Promise<Result<unknown>>): { helper: Helper; close: () => void } => {
  const { port1, port2 } = new MessageChannel();
  const helping: Helping = new Helping(port2, async () => {
    const job = await helping.receive();
    return job.kind === 'received' ? answer(job.bytes, helping) : LOCKED;
  });
  const helper = new Helper(port1);
  return { helper, close: () => port1.close() };
};

test('a job goes over, and its answer comes back', async () => {
  const { helper, close } = pair((job, end) => {
    end.pass(job.map((byte) => byte + 1));
    return Promise.resolve({ ok: true, value: {} });
  });
  for (const byte of [1, 7]) {
    expect(helper.pass(new Uint8Array([byte]))).toEqual({ kind: 'go' });
    expect(await helper.receive()).toEqual(received(new Uint8Array([byte + 1])));
  }
  close();
});

test('a second worker that is locked refuses; it is asked again', async () => {
  let locked = true;
  const { helper, close } = pair((job, end) => {
    if (locked) return Promise.resolve(LOCKED);
    end.pass(job);
    return Promise.resolve({ ok: true, value: {} });
  });
  helper.pass(new Uint8Array([1]));
  expect(await helper.receive()).toEqual({ kind: 'refused' });
  locked = false;
  helper.pass(new Uint8Array([2]));
  expect(await helper.receive()).toEqual(received(new Uint8Array([2])));
  close();
});

test('a call that fails before it takes its job does not leave it to the next', async () => {
  const { port1, port2 } = new MessageChannel();
  let calls = 0;
  const helping: Helping = new Helping(port2, async () => {
    calls += 1;
    if (calls === 1) return LOCKED;
    const job = await helping.receive();
    if (job.kind === 'received') helping.pass(job.bytes);
    return { ok: true, value: {} };
  });
  const helper = new Helper(port1);
  helper.pass(new Uint8Array([1]));
  expect(await helper.receive()).toEqual({ kind: 'refused' });
  helper.pass(new Uint8Array([2]));
  expect(await helper.receive()).toEqual(received(new Uint8Array([2])));
  port1.close();
});

test('answers come in the order of the jobs; a flow that begins gets none of an earlier one', async () => {
  const { helper, close } = pair((job, end) => {
    end.pass(job);
    return Promise.resolve({ ok: true, value: {} });
  });
  helper.pass(new Uint8Array([1]));
  helper.pass(new Uint8Array([2]));
  helper.pass(new Uint8Array([3]));
  expect(await helper.receive()).toEqual(received(new Uint8Array([1])));
  expect(await helper.receive()).toEqual(received(new Uint8Array([2])));
  helper.begin();
  expect(await helper.receive()).toEqual({ kind: 'refused' });
  helper.pass(new Uint8Array([4]));
  expect(await helper.receive()).toEqual(received(new Uint8Array([4])));
  close();
});

test('a look says whether the next answer is there, and waits for none', async () => {
  let hear: (answer: () => void) => void = () => undefined;
  const asked = new Promise<() => void>((heard) => {
    hear = heard;
  });
  const { helper, close } = pair(
    (job, end) =>
      new Promise((done) =>
        hear(() => {
          end.pass(job);
          done({ ok: true, value: {} });
        }),
      ),
  );
  expect(await helper.look()).toBe(false);
  helper.pass(new Uint8Array([1]));
  const answer = await asked;
  expect(await helper.look()).toBe(false);
  answer();
  while (!(await helper.look())) await new Promise((turn) => setTimeout(turn));
  expect(await helper.look()).toBe(true);
  expect(await helper.receive()).toEqual(received(new Uint8Array([1])));
  expect(await helper.look()).toBe(false);
  close();
});
