import init, { address, integrity, Patient } from 'sealed-wasm/patient';
import { fetchSealed, serve } from './serve.ts';

serve(async () => {
  await init({ module_or_path: fetchSealed(address, integrity) });
  return new Patient();
});
