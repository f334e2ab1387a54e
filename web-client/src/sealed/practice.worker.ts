import init, { address, integrity, Practice } from 'sealed-wasm/practice';
import { fetchSealed, nowMinute, serve } from './serve.ts';

serve(async () => {
  await init({ module_or_path: fetchSealed(address, integrity) });
  return new Practice(nowMinute());
});
