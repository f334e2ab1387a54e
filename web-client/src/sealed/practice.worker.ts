import init, { address, integrity, Practice } from 'sealed-wasm/practice';
import { help, Helper } from './helper.ts';
import { fetchSealed, serve, type Beside } from './serve.ts';
import { follow } from './stream.ts';

const helper = new Helper();

const hear: Beside['hear'] = (message, queue, post) => {
  switch (message.kind) {
    case 'delegates':
      helper.connect(message.port);
      break;
    case 'helps':
      help(message.port, (events) => queue('openEvents', { events }));
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
  { helper, hear },
);
