import init, { address, integrity, Practice } from 'sealed-wasm/practice';
import { Helper, Helping, type Partner } from './helper.ts';
import { fetchSealed, serve, type Beside } from './serve.ts';
import { follow } from './stream.ts';

let partner: Partner | null = null;

const hear: Beside['hear'] = (message, queue, post) => {
  switch (message.kind) {
    case 'delegates':
      partner = new Helper(message.port);
      break;
    case 'helps':
      partner = new Helping(message.port, () => queue('openEvents', {}));
      break;
    case 'listen':
      follow(queue, (word) => post({ kind: 'stream', word }));
      break;
  }
};

serve(
  async () => {
    await init({ module_or_path: fetchSealed(address, integrity) });
    return new Practice();
  },
  { partner: () => partner, hear },
);
