// A sentence for every code that a patient may meet, and most that a practice may (`practice/failures.ts`): of the host
// (docs/spec/http.md §5), of the verifier (publications.md §6), of storage, of the network and of this page.
// `failures.test.ts` holds the list against those texts.

import type { Failure } from '../sealed/contract.ts';
import type { Code } from '../sealed/host-api.ts';
import * as m from '../messages/generated/messages.js';

/**
 * `stop`: nothing more is to be done on this page. `closed`: no fault, and nothing to book. `again`: the same press may
 * work. `choose`: the person has something to choose or mend.
 */
export type Weight = 'stop' | 'closed' | 'again' | 'choose';

type Entry = readonly [Weight, () => string];

/** The host's codes of keys and vaults, which no patient has. */
export type KeyCode = Extract<Code, 'not_in_acl' | 'registration_closed' | 'no_vault' | 'already_registered' | 'vault_exists' | 'vault_conflict'>;

const mismatch: Entry = ['again', m.failure_mismatch];
const stopped: Entry = ['stop', m.failure_stopped];
const unproven: Entry = ['stop', m.failure_unproven];

export const FAILURES: Readonly<Record<string, Entry>> = {
  bad_json: mismatch,
  bad_base64: mismatch,
  wrong_size: mismatch,
  bad_shape: mismatch,
  wrong_context: mismatch,
  bad_claims: mismatch,
  bad_window: ['choose', m.failure_changed],
  bad_authorization: mismatch,
  bad_signature: mismatch,
  no_route: mismatch,
  wrong_method: mismatch,
  too_large: mismatch,
  wrong_content_type: mismatch,
  unknown_suite: ['stop', m.failure_unknown_suite],
  bad_epoch: ['choose', m.failure_changed],
  stale_version: ['choose', m.failure_changed],
  bad_nonce: ['again', m.failure_not_fresh],
  link_revoked: ['closed', m.failure_link_revoked],
  link_expired: ['closed', m.failure_link_expired],
  token_needed: ['closed', m.failure_token_needed],
  wrong_author: ['stop', m.failure_wrong_author],
  no_calendar: ['closed', m.failure_no_calendar],
  no_record: ['closed', m.failure_no_record],
  no_publication: ['closed', m.failure_no_publication],
  no_hold: ['choose', m.failure_no_hold],
  too_slow: ['again', m.failure_too_slow],
  not_lost: ['closed', m.failure_not_lost],
  slot_taken: ['choose', m.failure_slot_taken],
  revision_conflict: ['choose', m.failure_revision_conflict],
  record_exists: ['stop', m.failure_record_exists],
  record_released: ['closed', m.failure_record_released],
  record_live: ['choose', m.failure_record_live],
  hold_extended: ['choose', m.failure_hold_extended],
  hold_expired: ['choose', m.failure_hold_expired],
  record_erased: ['closed', m.failure_record_erased],
  event_expired: ['again', m.failure_event_expired],
  work_required: ['again', m.failure_busy_link],
  slow_down: ['again', m.failure_slow_down],
  internal: ['again', m.failure_host],
  busy: ['again', m.failure_host],
  unknown_outcome: ['again', m.failure_unknown_outcome],

  wrong_root: stopped,
  wrong_calendar: stopped,
  bad_links: stopped,
  bad_identity: stopped,
  bad_catalogue: stopped,
  not_rostered: stopped,
  bad_hours: stopped,
  bad_claim_set: stopped,
  rolled_back: ['stop', m.failure_rolled_back],
  bad_notice: stopped,
  forked_restore: ['stop', m.failure_forked_restore],
  unproven_notice: ['stop', m.failure_forked_restore],
  epoch_expired: ['closed', m.failure_epoch_expired],
  bad_receipt: unproven,
  bad_chain: unproven,
  bad_event: unproven,
  read_back_differs: unproven,
  not_taking_bookings: ['closed', m.failure_epoch_expired],
  outcome_unknown: ['again', m.failure_outcome_unknown],
  change_unknown: ['again', m.failure_change_unknown],
  host_answer: ['again', m.failure_host_answer],

  offline: ['again', m.failure_offline],
  storage_refused: ['again', m.failure_storage_refused],
  bad_link: ['closed', m.failure_bad_link],
  too_long: ['choose', m.failure_too_long],
  missing: ['choose', m.failure_required],
  missing_contact: ['choose', m.failure_missing_contact],
  bad_email: ['choose', m.failure_bad_email],
  bad_phone: ['choose', m.failure_bad_phone],
  bad_answer: ['choose', m.failure_bad_answer],
  view_only: ['closed', m.failure_view_only],
  no_visit_type: ['choose', m.failure_no_visit_type],
  no_wasm: ['stop', m.failure_no_wasm],
  sealed_missing: ['stop', m.failure_sealed_missing],
  sealed_broken: ['stop', m.failure_sealed_broken],
  sealed_closed: ['stop', m.failure_sealed_closed],
} satisfies Readonly<Record<Exclude<Code, KeyCode>, Entry>> & Readonly<Record<string, Entry>>;

export const sentenceOf = (failure: Failure): string => FAILURES[failure.code]?.[1]() ?? m.failure_unknown({ code: failure.code });

export const weightOf = (failure: Failure): Weight => FAILURES[failure.code]?.[0] ?? 'stop';
