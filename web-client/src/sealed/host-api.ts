// Made from docs/openapi.json: cargo run -p souspli-server --example typescript > web-client/src/sealed/host-api.ts
// The sealed side makes and reads these bodies; pages need their names and codes. A test holds this file to the document.

export type Append = {
  /** 24 claim ids, or empty. */
  readonly claims: string;
  /** Event: docs/spec/events.md §1. */
  readonly event: string;
  /** The session that held the time, or zero. */
  readonly session: string;
  /** Its signature over the event hash, or zero. */
  readonly sessionSignature: string;
  /** Proof of work, or zero. */
  readonly work: string;
};

export type Appended = {
  /** Receipt: docs/spec/events.md §6. */
  readonly receipt: string;
};

/** Opaque id of a calendar. */
export type CalendarId = string;

/** Stable name of a problem. */
export type Code =
  | 'bad_json'
  | 'bad_base64'
  | 'wrong_size'
  | 'bad_shape'
  | 'unknown_suite'
  | 'wrong_context'
  | 'bad_claims'
  | 'bad_window'
  | 'bad_epoch'
  | 'not_lost'
  | 'bad_authorization'
  | 'bad_nonce'
  | 'bad_signature'
  | 'not_in_acl'
  | 'link_revoked'
  | 'link_expired'
  | 'token_needed'
  | 'wrong_author'
  | 'registration_closed'
  | 'no_route'
  | 'no_calendar'
  | 'no_record'
  | 'no_vault'
  | 'no_publication'
  | 'no_hold'
  | 'wrong_method'
  | 'too_slow'
  | 'slot_taken'
  | 'revision_conflict'
  | 'record_exists'
  | 'record_released'
  | 'record_live'
  | 'hold_extended'
  | 'already_registered'
  | 'vault_exists'
  | 'vault_conflict'
  | 'hold_expired'
  | 'event_expired'
  | 'record_erased'
  | 'stale_version'
  | 'too_large'
  | 'wrong_content_type'
  | 'work_required'
  | 'slow_down'
  | 'internal'
  | 'busy'
  | 'unknown_outcome';

export type Empty = Readonly<Record<string, never>>;

/** floor(unix minutes / 20160) */
export type Epoch = number;

export type EraseBody = {
  /** Erase: docs/spec/events.md §8. */
  readonly erase: string;
};

export type Held = {
  /** Minute in which the hold ends. */
  readonly expires: number;
};

export type Hold = {
  /** Hold request: docs/spec/claims.md §4. */
  readonly hold: string;
  /** Proof of work, or zero. */
  readonly work: string;
};

export type HostInfo = {
  /** Signs checkpoints. */
  readonly logKey: string;
  /** The log's origin line. */
  readonly logOrigin: string;
  /** Signs receipts and claim sets. */
  readonly receiptKey: string;
  readonly registration: 'open' | 'closed';
  /** The suite that the host knows. */
  readonly suite: number;
  /** The log, its witnesses and their quorum: C2SP tlog-policy. */
  readonly witnessPolicy: string;
};

export type IdentityAnswer = {
  /** As published. */
  readonly identity: string;
};

export type JournalAnswer = {
  /** Whether there are more closed rows. */
  readonly more: boolean;
  readonly open: readonly string[];
  readonly rows: readonly string[];
  /** The host's statement about them, and signature. */
  readonly statement: string;
};

export type JournalRead = {
  /** The last number that is known, a u64. */
  readonly since: string;
};

export type NonceAnswer = {
  /** For one request, for five minutes. */
  readonly nonce: string;
};

export type NoticeAnswer = {
  /** Notice of a restore: docs/spec/restore.md §2. */
  readonly notice: string;
  /** C2SP tlog-proof, whose extra line is the notice; null while the leaf waits. */
  readonly proof: string | null;
};

export type NoticeRead = {
  /** The generation that it opened. */
  readonly generation: number;
};

export type Problem = {
  readonly code: Code;
  /** Leading zero bits of a proof of work; only with `work_required`. */
  readonly difficulty?: number;
  /** The HTTP status. */
  readonly status: number;
  /** The code's sentence. */
  readonly title: string;
  /** urn:souspli:problem:<code> */
  readonly type: string;
};

export type Profile = {
  /** As published, or null. */
  readonly catalogue: string | null;
  /** Of the newest notice, or null. */
  readonly countersignature: string | null;
  /** Of the current epoch, or null. */
  readonly identity: string | null;
  /** As published. */
  readonly links: string;
  readonly notices: readonly string[];
  /** As published. */
  readonly registration: string;
  /** The calendar's version, a u64. */
  readonly version: string;
};

export type ProofAnswer = {
  /** C2SP tlog-proof, whose extra line is the receipt; null while the leaf waits. */
  readonly proof: string | null;
};

export type ProofRead = {
  /** The leaf there. */
  readonly leaf: string;
  /** A sequence of the chain, a u64. */
  readonly sequence: string;
};

export type PublicationAnswer = {
  /** Publication of any kind: docs/spec/publications.md §1. */
  readonly publication: string;
  /** Receipt: docs/spec/events.md §6. */
  readonly receipt: string;
};

export type PublicationRead = {
  /** Number of the kind. */
  readonly kind: number;
  /** Epoch, window, or 0. */
  readonly slot: number;
};

export type Publish = {
  readonly publications: readonly string[];
};

export type Published = {
  readonly receipts: readonly string[];
};

export type RecordAnswer = {
  readonly entries: readonly RecordEntry[];
};

export type RecordEntry = {
  /** Receipts of places that restores have lost: docs/spec/restore.md §5. */
  readonly earlier: string;
  /** Event: docs/spec/events.md §1. */
  readonly event: string;
  /** Receipt: docs/spec/events.md §6. */
  readonly receipt: string;
};

export type RecordRead = {
  /** Opaque id of a record. */
  readonly record: string;
};

export type Resubmit = {
  /** 24 claim ids, or empty. */
  readonly claims: string;
  /** Receipts of places that restores have lost: docs/spec/restore.md §5. */
  readonly earlier: string;
  /** Event: docs/spec/events.md §1. */
  readonly event: string;
};

export type StreamLine = {
  /** A sequence of the chain, a u64. */
  readonly sequence: string;
};

export type Sync = {
  /** A sequence of the chain, a u64. */
  readonly since: string;
};

export type SyncAnswer = {
  readonly entries: readonly SyncEntry[];
  /** The chain's newest generation: docs/spec/restore.md §1. */
  readonly generation: number;
  /** Whether there are more. */
  readonly more: boolean;
};

export type SyncEntry = {
  /** Erase: docs/spec/events.md §8. */
  readonly erase: string | null;
  /** Whether it is an event that was erased. */
  readonly erased: boolean;
  /** Receipts of places that restores have lost: docs/spec/restore.md §5. */
  readonly earlier: string;
  /** Event: docs/spec/events.md §1. */
  readonly event: string | null;
  /** Receipt: docs/spec/events.md §6. */
  readonly receipt: string;
};

/** Level and index of a tile: C2SP tlog-tiles. */
export type Tile = string;

export type Times = {
  /** Claimed-id set: docs/spec/claims.md §6. */
  readonly claimSet: string;
  readonly hours: readonly (string | null)[];
  /** The host's statement about it, and signature. */
  readonly statement: string;
  /** The calendar's version, a u64. */
  readonly version: string;
};

export type VaultAnswer = {
  /** Vault: docs/spec/keys.md §6. */
  readonly vault: string;
};

export type VaultBody = {
  readonly locators: readonly string[];
  /** Vault: docs/spec/keys.md §6. */
  readonly vault: string;
};

export type VaultOpen = {
  /** Where a vault is found. */
  readonly locator: string;
};

/** Every route: method and template. */
export type Route =
  | 'GET /healthz'
  | 'GET /log/checkpoint'
  | 'GET /log/tile/{tile}'
  | 'GET /openapi.json'
  | 'GET /readyz'
  | 'GET /release'
  | 'POST /v1/calendars/{calendar}/events'
  | 'POST /v1/calendars/{calendar}/holds'
  | 'POST /v1/calendars/{calendar}/holds/extend'
  | 'POST /v1/calendars/{calendar}/holds/release'
  | 'GET /v1/calendars/{calendar}/identities/{epoch}'
  | 'POST /v1/calendars/{calendar}/journal'
  | 'POST /v1/calendars/{calendar}/journal/proofs'
  | 'POST /v1/calendars/{calendar}/notices'
  | 'GET /v1/calendars/{calendar}/profile'
  | 'POST /v1/calendars/{calendar}/proofs'
  | 'POST /v1/calendars/{calendar}/publications'
  | 'POST /v1/calendars/{calendar}/publications/read'
  | 'POST /v1/calendars/{calendar}/records/read'
  | 'POST /v1/calendars/{calendar}/resubmissions'
  | 'POST /v1/calendars/{calendar}/stream'
  | 'POST /v1/calendars/{calendar}/sync'
  | 'GET /v1/calendars/{calendar}/times'
  | 'GET /v1/host'
  | 'POST /v1/nonces'
  | 'POST /v1/vaults'
  | 'POST /v1/vaults/open'
  | 'POST /v1/vaults/replace';
