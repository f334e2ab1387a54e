import init, { address, integrity, Log } from 'sealed-wasm/log';
import { fetchSealed, serve } from './serve.ts';

serve(async () => {
  await init({ module_or_path: fetchSealed(address, integrity) });
  return new Log();
});
