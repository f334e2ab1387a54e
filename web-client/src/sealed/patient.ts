// The patient page's doors: to the sealed side, and, once an appointment stands, to what follows the public log for it.

import { openSealed, type Sealed } from './client.ts';
import { codePolicy } from './code-policy.ts';
import type { LogCalls, PatientCalls } from './contract.ts';
import logAddress from './log.worker.ts?worker&url';
import workerAddress from './patient.worker.ts?worker&url';

const script = codePolicy([workerAddress, logAddress]);

export type PatientSealed = Sealed<PatientCalls>;
export type LogSealed = Sealed<LogCalls>;

export const openPatient = (): PatientSealed => openSealed<PatientCalls>(script(workerAddress));

/** Another worker: it has no key and is given none. */
export const openLog = (): LogSealed => openSealed<LogCalls>(script(logAddress));
