// The door of the page that judges proofs: its worker holds no secret, and asks nobody once it is there.

import { openSealed, type Sealed } from './client.ts';
import { codePolicy } from './code-policy.ts';
import type { LogCalls } from './contract.ts';
import workerAddress from './log.worker.ts?worker&url';

const script = codePolicy([workerAddress]);

export type LogSealed = Sealed<LogCalls>;

export const openCheck = (): LogSealed => openSealed<LogCalls>(script(workerAddress));
