// The practice page's door to the sealed side. A second worker (opening many bookings at once) would be a second
// `openPractice()`: the policy lists the script, not the number of its workers.

import { openSealed, type Sealed } from './client.ts';
import { codePolicy } from './code-policy.ts';
import type { PracticeCalls } from './contract.ts';
import workerAddress from './practice.worker.ts?worker&url';

const script = codePolicy([workerAddress]);

export type PracticeSealed = Sealed<PracticeCalls>;

export const openPractice = (): PracticeSealed => openSealed<PracticeCalls>(script(workerAddress));
