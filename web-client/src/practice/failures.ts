// Sentences for those who run the practice. Where a sentence for patients would send them to call the practice, another
// one stands here; all others are those of every page.

import * as m from '../messages/generated/messages.js';
import type { Failure } from '../sealed/contract.ts';
import { FAILURES, weightOf, type KeyCode } from '../ui/failures.ts';

type Sentence = (numbers: Readonly<Record<string, number>>) => string;

const stopped: Sentence = () => m.practice_failure_stopped();
const unproven: Sentence = () => m.practice_failure_unproven();
const mismatch: Sentence = () => m.practice_failure_mismatch();
const cannotUnlock: Sentence = () => m.practice_failure_cannot_unlock();
const changed: Sentence = () => m.practice_failure_changed();
const form: Sentence = () => m.practice_failure_form();

const OWN: Readonly<Record<string, Sentence>> = {
  cannot_unlock: cannotUnlock,
  no_vault: cannotUnlock,
  code_wrong_length: ({ length }) => (length === undefined ? m.practice_failure_code_length() : m.practice_failure_code_length_of({ length })),
  code_foreign_character: () => m.practice_failure_code_character(),
  code_checksum: () => m.practice_failure_code_checksum(),
  recovery_code_differs: () => m.practice_failure_wrong_code(),
  unknown_profile: () => m.practice_failure_newer(),
  unknown_suite: () => m.practice_failure_newer(),
  vault_rolled_back: () => m.practice_failure_rolled_back(),
  rolled_back: () => m.practice_failure_rolled_back(),
  passphrase_too_short: () => m.practice_passphrase_short(),
  locked: () => m.practice_failure_locked(),
  not_in_acl: () => m.practice_failure_removed(),
  registration_closed: () => m.failure_registration_closed(),
  already_registered: () => m.failure_already_registered(),
  vault_exists: () => m.failure_vault_exists(),
  vault_conflict: () => m.failure_vault_conflict(),
  owner_only: () => m.practice_failure_not_allowed(),
  not_granted: () => m.practice_failure_not_granted(),
  nothing_to_finish: () => m.practice_failure_nothing_to_finish(),
  no_memory: () => m.practice_failure_no_memory(),
  wrong_author: () => m.practice_failure_not_allowed(),

  wrong_root: stopped,
  wrong_calendar: stopped,
  bad_links: stopped,
  bad_identity: stopped,
  bad_catalogue: stopped,
  bad_rules: stopped,
  not_rostered: stopped,
  bad_hours: stopped,
  bad_claim_set: stopped,
  wrong_seal_key: stopped,
  wrong_vault_key: stopped,
  bad_vault_signature: stopped,
  vault_damaged: stopped,
  bad_vault_content: stopped,
  bad_grant: stopped,
  wrong_kind: stopped,
  wrong_payload: stopped,
  wrong_key: stopped,
  wrong_signer: stopped,
  bad_padding: stopped,
  bad_receipt: unproven,
  bad_chain: unproven,
  bad_event: unproven,
  read_back_differs: unproven,
  host_answer: mismatch,
  bad_json: mismatch,
  bad_base64: mismatch,
  wrong_size: mismatch,
  bad_shape: mismatch,
  wrong_context: mismatch,
  bad_claims: mismatch,
  bad_authorization: mismatch,
  bad_signature: mismatch,
  no_route: mismatch,
  wrong_method: mismatch,
  wrong_content_type: mismatch,
  too_large: mismatch,
  bad_window: changed,
  bad_epoch: changed,
  stale_version: changed,
  epoch_expired: () => m.practice_failure_epoch(),
  not_published: () => m.practice_failure_not_published(),
  no_publication: () => m.practice_failure_not_published(),
  no_calendar: () => m.practice_failure_no_calendar(),
  no_record: () => m.practice_failure_no_record(),
  record_released: () => m.practice_failure_released(),
  slot_taken: () => m.practice_failure_slot_taken(),
  no_hold: () => m.practice_failure_slot_taken(),
  hold_expired: () => m.practice_failure_slot_taken(),
  storage_refused: () => m.practice_failure_storage(),
  outcome_unknown: () => m.practice_failure_outcome(),
  unknown_outcome: () => m.practice_failure_outcome(),
  no_wasm: () => m.practice_failure_no_wasm(),
  sealed_missing: () => m.practice_failure_sealed_missing(),
  sealed_broken: () => m.practice_failure_sealed_broken(),

  empty: () => m.practice_failure_empty(),
  missing: () => m.practice_failure_empty(),
  too_long: ({ length, bytes, limit }) => m.practice_failure_too_long({ length: length ?? bytes ?? 0, limit: limit ?? 0 }),
  too_many: ({ limit }) => m.practice_failure_too_many({ limit: limit ?? 0 }),
  out_of_range: ({ min, max }) => m.practice_failure_range({ min: min ?? 0, max: max ?? 0 }),
  not_a_granule: () => m.practice_failure_granule(),
  character: () => m.practice_failure_character(),
  form,
  bad_phone: () => m.practice_failure_phone(),
  bad_email: () => m.practice_failure_email(),
  bad_answer: () => m.practice_failure_answer(),
  no_visit_type: () => m.practice_failure_unknown_item(),
  catalogue_too_large: ({ by }) => m.practice_failure_too_large({ by: by ?? 0 }),
  rules_too_large: ({ by }) => m.practice_failure_too_large({ by: by ?? 0 }),
  hours_too_fine: () => m.practice_failure_hours_too_fine(),
  bad_date: () => m.practice_check_dates(),
  bad_time: () => m.practice_failure_granule(),
  no_such_time: () => m.practice_failure_no_such_time(),
  missing_contact: () => m.practice_failure_contact(),
  id: form,
  unknown: () => m.practice_failure_unknown_item(),
  settings_changed: changed,
  nothing_free: () => m.practice_failure_nothing_free(),
  partly_held: () => m.practice_failure_partly_held(),
  sent_already: () => m.practice_failure_sent_already(),
  passphrase_unknown: () => m.practice_failure_passphrase_unknown(),
  passphrase_kept: () => m.practice_failure_passphrase_kept(),
  turned_round: () => m.practice_failure_turned(),
  visit_too_long: () => m.practice_failure_visit_too_long(),
} satisfies Readonly<Record<KeyCode, Sentence>> & Readonly<Record<string, Sentence>>;

export const sentenceFor = ({ code, numbers }: Pick<Failure, 'code' | 'numbers'>): string =>
  OWN[code]?.(numbers) ?? FAILURES[code]?.[1]() ?? m.practice_failure_unknown({ code });

/** A name for it helps where a person will have to tell somebody; elsewhere it would only frighten. */
export const showsCode = (failure: Failure): boolean => weightOf(failure) === 'stop' && (OWN[failure.code] === stopped || OWN[failure.code] === unproven || failure.code in FAILURES);
