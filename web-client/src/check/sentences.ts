// A sentence for each check that may fail (`docs/spec/log.md` §9).

import * as m from '../messages/generated/messages.js';

const voucher = (): string => m.check_bad_voucher();

const SENTENCES: Readonly<Record<string, () => string>> = {
  empty: m.check_empty,
  too_large: m.check_too_large,
  unreadable: m.check_unreadable,
  no_proof_file: m.check_no_proof_file,
  no_receipt: m.check_no_receipt,
  no_voucher: m.check_no_voucher,
  wrong_root: voucher,
  wrong_calendar: voucher,
  bad_identity: voucher,
  bad_receipt: m.check_bad_receipt,
  bad_checkpoint: m.check_bad_checkpoint,
  no_quorum: m.check_no_quorum,
  bad_proof: m.check_bad_proof,
};

export const sentenceOf = (code: string): string => (SENTENCES[code] ?? m.check_failed)();
