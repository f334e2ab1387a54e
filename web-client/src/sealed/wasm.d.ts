// What build/sealed-wasm.ts makes of src/sealed/pkg, whether or not that has been built yet.

declare module 'sealed-wasm/patient' {
  import type { Flow, Session } from './flow.ts';
  export class Patient implements Session {
    constructor();
    start(call: string, argsJson: string, nowMinute: number): Flow;
    free(): void;
  }
  export const address: string;
  export const integrity: string;
  const init: (options: { module_or_path: Promise<Response> }) => Promise<unknown>;
  export default init;
}

declare module 'sealed-wasm/practice' {
  import type { Flow, Session } from './flow.ts';
  export class Practice implements Session {
    constructor();
    start(call: string, argsJson: string, nowMinute: number): Flow;
    free(): void;
  }
  export const address: string;
  export const integrity: string;
  const init: (options: { module_or_path: Promise<Response> }) => Promise<unknown>;
  export default init;
}

declare module 'sealed-wasm/log' {
  import type { Flow, Session } from './flow.ts';
  export class Log implements Session {
    constructor();
    start(call: string, argsJson: string, nowMinute: number): Flow;
    free(): void;
  }
  export const address: string;
  export const integrity: string;
  const init: (options: { module_or_path: Promise<Response> }) => Promise<unknown>;
  export default init;
}
