import { expect, test } from 'vitest';
import { help, Helper } from './helper.ts';

test('events go over, and what they held comes back as bytes', async () => {
  const { port1, port2 } = new MessageChannel();
  const seen: (readonly string[])[] = [];
  help(port2, (events) => {
    seen.push(events);
    return Promise.resolve({ ok: true, value: [{ d: 'ZA', c: null }] });
  });
  const helper = new Helper();
  helper.connect(port1);
  expect(helper.delegate([new Uint8Array([251, 255, 254]), new Uint8Array([1])])).toEqual({ kind: 'go' });
  const outcome = await helper.collect();
  expect(outcome.kind === 'collected' && new TextDecoder().decode(outcome.bytes)).toBe('[{"d":"ZA","c":null}]');
  expect(seen).toEqual([['-__-', 'AQ']]);
  port1.close();
});

test('a second worker that is locked, or none at all, is a refusal', async () => {
  const alone = new Helper();
  expect(alone.delegate([])).toEqual({ kind: 'refused' });
  expect(await alone.collect()).toEqual({ kind: 'refused' });
  const { port1, port2 } = new MessageChannel();
  help(port2, () => Promise.resolve({ ok: false, failure: { code: 'locked', field: null, numbers: {}, nearest: [] } }));
  alone.connect(port1);
  alone.delegate([]);
  expect(await alone.collect()).toEqual({ kind: 'refused' });
  port1.close();
});
