import init, { address, integrity, Practice } from 'sealed-wasm/practice';
import { help, Helper } from './helper.ts';
import { fetchSealed, serve } from './serve.ts';
import { follow } from './stream.ts';

serve(
  async () => {
    await init({ module_or_path: fetchSealed(address, integrity) });
    return new Practice();
  },
  { helper: new Helper(), help, follow },
);
