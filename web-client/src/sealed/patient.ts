// The patient page's door to the sealed side.

import { openSealed, type Sealed } from './client.ts';
import { codePolicy } from './code-policy.ts';
import type { PatientCalls } from './contract.ts';
import workerAddress from './patient.worker.ts?worker&url';

const script = codePolicy([workerAddress]);

export type PatientSealed = Sealed<PatientCalls>;

export const openPatient = (): PatientSealed => openSealed<PatientCalls>(script(workerAddress));
