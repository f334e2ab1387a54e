// What the sealed side (wasm, in a worker) offers to the pages. The Rust side of it is `crates/client/src/face`.
// Pages show what comes out and pass in what was typed; every check, key and decision is on the sealed side.

/** Minutes since 1970-01-01T00:00Z. */
export type Minute = number;
/** Minutes / 5. */
export type Granule = number;
/** `2026-12-01`, in the practice's zone. */
export type LocalDate = string;
/** `09:30`, in the practice's zone. */
export type LocalTime = string;
/** Opaque id, base64url. */
export type Id = string;

export type Failure = {
  /** Stable code: of the host's problem documents, of the verifier, of storage or of the network. */
  readonly code: string;
  /** What a wrong field is called, where one is: `name`, `visitTypes.2.duration`. */
  readonly field: string | null;
  /** Numbers that a sentence needs, e.g. `{ length: 620, limit: 600 }`. */
  readonly numbers: Readonly<Record<string, number>>;
  /** For `slot_taken`: the nearest free times. */
  readonly nearest: readonly FreeTime[];
};

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export type Practitioner = {
  readonly id: Id;
  readonly name: string;
  readonly title: string;
  readonly specialty: string;
  readonly languages: readonly string[];
  /** `#rrggbb`. */
  readonly colour: string;
};

export type Question = {
  readonly id: Id;
  readonly text: string;
  readonly kind: 'free' | 'yesNo' | 'choice';
  readonly options: readonly string[];
  readonly required: boolean;
};

export type VisitType = {
  readonly id: Id;
  readonly name: string;
  /** Minutes. */
  readonly duration: number;
  readonly instructions: string;
  readonly colour: string;
  readonly practitioners: readonly Id[];
  readonly questions: readonly Question[];
};

export type PracticeView = {
  readonly name: string;
  readonly address: readonly string[];
  readonly phone: string;
  readonly website: string;
  readonly introduction: string;
  readonly languages: readonly string[];
  readonly zone: string;
  /** Minutes within which the practice confirms. */
  readonly responseTime: number;
  readonly confirms: 'automatic' | 'manual';
  readonly practitioners: readonly Practitioner[];
  readonly visitTypes: readonly VisitType[];
};

export type FreeTime = {
  readonly start: Granule;
  readonly date: LocalDate;
  readonly time: LocalTime;
  readonly minute: Minute;
  readonly practitioners: readonly Id[];
};

export type FreeDays = {
  readonly zone: string;
  readonly today: LocalDate;
  /** Every day from today to the end of what is published; a day without times has an empty list. */
  readonly days: readonly { readonly date: LocalDate; readonly times: readonly FreeTime[] }[];
};

export type Consents = { readonly email: boolean; readonly sms: boolean };

export type Form = {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  /** BCP 47. */
  readonly language: string;
  readonly reason: string;
  readonly answers: readonly { readonly question: Id; readonly text: string }[];
  readonly consents: Consents;
};

/** Bytes of UTF-8. */
export type Limits = {
  readonly name: number;
  readonly email: number;
  readonly phone: number;
  readonly reason: number;
  readonly answers: number;
  readonly text: number;
  readonly note: number;
};

export type Appointment = {
  readonly start: Granule;
  readonly minute: Minute;
  readonly date: LocalDate;
  readonly time: LocalTime;
  readonly endTime: LocalTime;
  readonly duration: number;
  readonly visitType: Id;
  readonly visitTypeName: string;
  readonly practitioner: Id;
  readonly practitionerName: string;
  readonly roomName: string;
};

export type RecordState = 'reserved' | 'confirmed' | 'declined' | 'cancelled' | 'no-show';

export type File = { readonly name: string; readonly type: string; readonly text: string };

export type Booking = {
  readonly record: Id;
  readonly state: RecordState;
  readonly appointment: Appointment;
  /** Until when the practice answers; after it the patient calls. */
  readonly answerBy: Minute;
  readonly form: Form;
  /** The last words of the practice with a confirmation, a decline or a cancellation. */
  readonly text: string;
  readonly moves: number;
  readonly mayMove: boolean;
  readonly mayCancel: boolean;
  readonly manageLink: string | null;
  readonly calendarFile: File;
  /** What the host has promised, in the order of the record. */
  readonly receipts: readonly { readonly what: 'booking' | 'change' | 'answer'; readonly minute: Minute; readonly receipt: string }[];
  /** What a third party believes the receipts by; no secret in it. */
  readonly voucher: string;
  /** Minute of the newest claim set that the host has signed. */
  readonly told: Minute;
};

export type ReceiptState = {
  /** `unknown`: nothing was learnt. */
  readonly state: 'included' | 'waits' | 'broken' | 'unknown';
  /** Until when the host has time. */
  readonly until: Minute;
  /** With the proof, where there is one. */
  readonly file: File;
};

/** A file judged by itself; what could not be verified is null or empty. */
export type Checked = {
  readonly shown: 'included' | 'promised' | 'unproven' | 'nothing';
  /** For `nothing`: the check that failed. */
  readonly code: string | null;
  readonly fingerprint: string | null;
  readonly minute: Minute | null;
  readonly until: Minute | null;
  readonly sequence: number | null;
  readonly origin: string;
  readonly size: number;
  readonly index: number;
  readonly witnesses: readonly { readonly name: string; readonly minute: Minute }[];
};

/** What follows the public log (`docs/spec/log.md` §8, §9); without any secret. */
export type LogCalls = {
  /** Looks at the log and asks after receipts; `failure`: what is wrong with the log, `evidence`: what shows it. */
  proofs: {
    args: { readonly voucher: string; readonly receipts: readonly string[]; readonly told: Minute };
    value: { readonly receipts: readonly ReceiptState[]; readonly failure: string | null; readonly evidence: readonly File[] };
  };
  /** Judges a file without a network; `file` in base64url. */
  check: { args: { readonly file: string }; value: Checked };
  /** What this device keeps to show that the host has lied. */
  evidence: { args: Record<string, never>; value: { readonly files: readonly File[] } };
};

/** The patient's sealed side; one session a page. */
export type PatientCalls = {
  limits: { args: Record<string, never>; value: Limits };
  /** Fetches and verifies what the link opens; `acceptsBookings` is false where nothing is published. */
  open: {
    args: { readonly fragment: string };
    value: { readonly opens: 'book' | 'manage' | 'view'; readonly practice: PracticeView | null; readonly acceptsBookings: boolean };
  };
  /** With them the practice as it is now: it may have published anew since the link was opened. */
  times: { args: { readonly visitType: Id; readonly practitioner: Id | null }; value: FreeDays & { readonly practice: PracticeView | null } };
  hold: {
    args: { readonly visitType: Id; readonly practitioner: Id | null; readonly start: Granule };
    /** `session` is sealed: for this tab to keep, so that after a reload it can let go of what it held. */
    value: { readonly expires: Minute; readonly extendable: boolean; readonly appointment: Appointment; readonly session: string };
  };
  extendHold: { args: Record<string, never>; value: { readonly expires: Minute } };
  releaseHold: { args: Record<string, never>; value: Record<string, never> };
  /** Gives back what a session held before a reload, so that it does not stand in its own holder's way. */
  letGo: { args: { readonly session: string }; value: Record<string, never> };
  book: { args: { readonly form: Form }; value: Booking };
  /** Bookings whose sealed bytes wait in this browser's outbox: sent again, read back, and told. */
  resume: { args: Record<string, never>; value: { readonly bookings: readonly Booking[] } };
  read: { args: Record<string, never>; value: Booking };
  move: { args: { readonly start: Granule; readonly practitioner: Id | null }; value: Booking };
  cancel: { args: { readonly text: string }; value: Booking };
};

/** Catalogue and rules as the settings pages edit them: `souspli_booking::{catalogue::Catalogue, rules::Rules}` as JSON. */
export type Catalogue = {
  name: string;
  address: string[];
  phone: string;
  website: string;
  languages: string[];
  zone: string;
  /** Written by the sealed side; pages pass it back as it came. */
  vtimezone: string;
  introduction: string;
  responseTime: number;
  confirm: 'automatic' | 'manual';
  /** Minutes before a start until which it may be booked. */
  minimumNotice: number;
  /** Minutes before a start until which a patient may move or cancel. */
  cancelDeadline: number;
  /** Days ahead that patients may book, at most 196. */
  horizonDays: number;
  practitioners: {
    id: Id;
    name: string;
    title: string;
    specialty: string;
    languages: string[];
    colour: string;
    /** Which of the eight clinical keys is theirs, from 0. */
    clinical: number;
  }[];
  rooms: { id: Id; name: string }[];
  visitTypes: {
    id: Id;
    name: string;
    duration: number;
    buffer: number;
    /** Minutes between two starts; null: duration and buffer. */
    step: number | null;
    instructions: string;
    colour: string;
    practitioners: Id[];
    rooms: Id[];
    questions: { id: Id; text: string; kind: 'free' | 'yesNo' | 'choice'; options: string[]; required: boolean }[];
    public: boolean;
  }[];
};

export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** A stretch of a local day: minutes after midnight; no visit types: all that the practitioner offers. */
export type Stretch = { start: number; end: number; visitTypes: Id[] };

export type Rules = {
  weekly: { practitioner: Id; weekday: Weekday; hours: Stretch; first: LocalDate | null; last: LocalDate | null }[];
  exceptions: {
    /** null: the whole practice. */
    practitioner: Id | null;
    first: LocalDate;
    last: LocalDate;
    /** Empty: closed. */
    open: Stretch[];
    note: string;
  }[];
};

/** Both null before the first publishing. */
export type Settings = { calendar: Id; catalogue: Catalogue | null; rules: Rules | null; published: boolean };

export type BookingLink = { readonly name: string; readonly fragment: string; readonly qrSvg: string; readonly expires: Minute };

export type AgendaItem = {
  readonly record: Id;
  readonly kind: 'booking' | 'block';
  readonly state: RecordState | 'blocked';
  readonly appointment: Appointment;
  readonly name: string;
  /** Something a person must look at before it is confirmed: a stable code, e.g. `outside_hours`; null when nothing. */
  readonly attention: string | null;
  readonly colour: string;
};

export type AgendaDetail = AgendaItem & {
  readonly form: Form;
  /** False where this member's keys do not open the reason. */
  readonly reasonReadable: boolean;
  /** By which a no-show can be taken back, until it is sent; null otherwise. */
  readonly noShowLater: Id | null;
  /** `later`: by which a note can be taken back, until it is sent; null once it is. */
  readonly notes: readonly { readonly minute: Minute; readonly text: string; readonly later: Id | null }[];
  readonly history: readonly { readonly minute: Minute; readonly kind: string; readonly by: 'patient' | 'practice'; readonly text: string }[];
};

export type Role = 'owner' | 'practitioner' | 'desk';

/** The practice's sealed side. */
/** A private link to print for a patient; `qrSvg` is the whole address. */
export type PaperLink = { readonly manageLink: string; readonly qrSvg: string };

/** What became of sealed bytes whose first answer was lost. Name and phone are those of a booking that was typed in. */
export type Resent = {
  readonly record: Id;
  /** Why the host refused it for good; null: it is kept. */
  readonly refused: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly link?: PaperLink;
};

export type Member = { readonly id: Id; readonly name: string; readonly role: Role };

/** An hour of the practice's zone; `minute`: its first. */
export type Hour = { readonly minute: Minute; readonly date: LocalDate; readonly time: LocalTime };

/** Who is behind a key. */
export type Reader = {
  /** `former`: it stood in the roster of an earlier fortnight; `unknown`: in none. */
  readonly kind: 'member' | 'former' | 'unknown';
  readonly id: Id | null;
  /** An owner's device knows it; empty otherwise, and for the owner who made the practice. */
  readonly name: string;
  readonly role: Role | null;
  /** Whether it is the key of this session. */
  readonly own: boolean;
};

/** What one key was given in one hour. */
export type ReadLine = Hour & {
  readonly key: Id;
  readonly who: Reader;
  /** Whether the hour lasts. */
  readonly open: boolean;
  readonly records: number;
  readonly events: number;
  /** Events among them that this device cannot open. */
  readonly unreadable: number;
  readonly publications: readonly string[];
};

/** The journal of reads (docs/spec/log.md §7). */
export type Journal = {
  readonly today: LocalDate;
  readonly zone: string;
  /** How many closed rows it has, and when the host signed for it. */
  readonly number: number;
  readonly minute: Minute;
  /** The hour of its first row; null where there is none. */
  readonly begins: Hour | null;
  /** Oldest first. */
  readonly lines: readonly ReadLine[];
  /** Records that have changed meanwhile: the agenda has to be read again. */
  readonly changed: readonly Id[];
};

/** What a report is about: a member by id or name, a key, or a booking link by name. */
export type About = { readonly member: string } | { readonly key: Id } | { readonly link: string };

/** Somebody to tell. */
export type Person = {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly language: string;
  readonly records: readonly Id[];
  readonly first: Hour;
  readonly last: Hour;
  /** Kinds of data that could be read: `name`, `phone`, …; `clinical`: of health. */
  readonly desk: readonly string[];
  readonly clinical: readonly string[];
};

/** A report of what was exposed. `reportFiles` takes it back as it came. */
export type Exposed = { readonly today: LocalDate; readonly zone: string; readonly practice: string; readonly changed: readonly Id[] } & (
  | {
      readonly kind: 'reads';
      readonly first: Hour | null;
      readonly last: Hour | null;
      readonly keys: readonly { readonly key: Id; readonly who: Reader; readonly records: number; readonly events: number; readonly written: number }[];
      readonly records: readonly AgendaItem[];
      readonly unreadable: readonly { readonly record: Id }[];
      readonly people: readonly Person[];
    }
  | { readonly kind: 'link'; readonly name: string; readonly bookings: readonly AgendaItem[]; readonly unreadable: readonly Id[] }
);

export type PracticeCalls = {
  limits: { args: Record<string, never>; value: Limits };
  /** Makes all keys on the device; nothing is sent yet. */
  create: {
    /** `origin`: where this page was loaded from; links and QR codes begin with it. */
    args: { readonly passphrase: string; readonly origin: string };
    value: { readonly accountKey: string; readonly recoveryCode: string };
  };
  /** Registers, once the recovery code has been typed back. */
  finishCreate: { args: { readonly recoveryCode: string }; value: Record<string, never> };
  unlock: { args: { readonly accountKey: string; readonly passphrase: string }; value: { readonly role: Role } };
  /** Opens with the recovery code alone and sets a new passphrase and account key. */
  recover: {
    args: { readonly recoveryCode: string; readonly passphrase: string };
    value: { readonly accountKey: string; readonly role: Role };
  };
  changePassphrase: { args: { readonly accountKey: string; readonly old: string; readonly passphrase: string }; value: Record<string, never> };
  lock: { args: Record<string, never>; value: Record<string, never> };
  /** Names of all IANA zones, sorted. */
  zones: { args: Record<string, never>; value: { readonly zones: readonly string[] } };
  /** Who has keys; an owner's alone. The name of the owner who made the practice is empty. */
  members: { args: Record<string, never>; value: { readonly members: readonly Member[] } };
  /** Adds a desk member and makes its vault: reads names and times, never a reason. */
  addDesk: { args: { readonly name: string; readonly passphrase: string }; value: { readonly accountKey: string; readonly recoveryCode: string } };
  /** The signed request that the worker opens as a stream; each line of the answer means: sync. */
  stream: {
    args: Record<string, never>;
    value: { readonly method: 'POST'; readonly path: string; readonly headers: readonly (readonly [string, string])[]; readonly body: string };
  };
  /** The second worker runs what it will need, so that it is fast when events come. */
  warmUp: { args: Record<string, never>; value: Record<string, never> };
  /** Hand-over of the epoch seeds to a second worker: its key, the seal, the acceptance; then it opens events. */
  handoverKey: { args: Record<string, never>; value: { readonly key: string } };
  handoverSeal: { args: { readonly key: string }; value: { readonly sealed: string } };
  handoverAccept: { args: { readonly sealed: string }; value: Record<string, never> };
  /** Receives a job from the first worker and passes it what the events held. */
  openEvents: { args: Record<string, never>; value: Record<string, never> };
  /** A fresh random id for a new practitioner, room, visit type or question. */
  newId: { args: Record<string, never>; value: { readonly id: Id } };
  settings: { args: Record<string, never>; value: Settings };
  /** Publishes catalogue, rules and hours in one batch; `settings_changed` where others were published since `settings`. */
  publish: { args: { readonly catalogue: Catalogue; readonly rules: Rules }; value: { readonly link: BookingLink } };
  links: { args: Record<string, never>; value: { readonly links: readonly BookingLink[] } };
  revokeLink: { args: { readonly fragment: string }; value: { readonly links: readonly BookingLink[] } };
  addLink: { args: { readonly name: string }; value: { readonly links: readonly BookingLink[] } };
  /** Rotates and pre-signs epochs, publishes windows to the horizon; says what was done. */
  maintain: { args: Record<string, never>; value: { readonly epochs: number; readonly windows: number } };
  /** Fetches, verifies and opens what is new; in automatic mode confirms what is in order. */
  sync: {
    args: Record<string, never>;
    /**
     * `confirmed`: those that were answered by themselves, confirmed or declined. `broken`: records whose events do not
     * verify; the page says so. `waiting`: sealed bytes of which nothing is known yet. `later`: notes and no-shows that
     * are sent with those of the day.
     */
    value: {
      readonly changed: readonly Id[];
      readonly confirmed: readonly Id[];
      readonly broken: number;
      readonly resent: readonly Resent[];
      readonly waiting: number;
      readonly later: number;
    };
  };
  /** Follows the host's public log and asks for a few leaves that must be there by now; fails with what is wrong with it. */
  log: { args: Record<string, never>; value: { readonly checked: number; readonly more: boolean; readonly verified: number } };
  /** What this device keeps to show that the host has lied. */
  evidence: { args: Record<string, never>; value: { readonly files: readonly File[] } };
  agenda: { args: { readonly from: LocalDate; readonly to: LocalDate }; value: { readonly today: LocalDate; readonly items: readonly AgendaItem[] } };
  search: { args: { readonly text: string }; value: { readonly items: readonly AgendaItem[] } };
  detail: { args: { readonly record: Id }; value: AgendaDetail };
  /** Who fetched what in a span of time; a moment is a date of the practice's zone or a minute. */
  journal: { args: { readonly since: LocalDate | Minute | null; readonly until: LocalDate | Minute | null }; value: Journal };
  /** The records behind a line. */
  journalRecords: {
    args: { readonly key: Id; readonly minute: Minute };
    value: { readonly items: readonly AgendaItem[]; readonly unreadable: readonly Id[]; readonly silent: readonly (readonly [number, number])[] };
  };
  /** What was exposed to a key, through a link, or to anybody in a span of time (`of` null). */
  breachReport: {
    args: { readonly of: About | null; readonly since: LocalDate | Minute | null; readonly until: LocalDate | Minute | null };
    value: Exposed;
  };
  /** The report as files: a sheet of numbers, tables, and a letter to each person in that person's language. */
  reportFiles: { args: { readonly report: Exposed; readonly language: 'en' | 'fr' }; value: { readonly files: readonly File[] } };
  confirm: { args: { readonly record: Id; readonly text: string }; value: AgendaDetail };
  decline: { args: { readonly record: Id; readonly text: string }; value: AgendaDetail };
  cancel: { args: { readonly record: Id; readonly text: string }; value: AgendaDetail };
  noShow: { args: { readonly record: Id }; value: AgendaDetail };
  note: { args: { readonly record: Id; readonly text: string }; value: AgendaDetail };
  /** The same, kept sealed on the device and sent once a day, so that their time tells the host nothing. */
  noShowLater: { args: { readonly record: Id }; value: AgendaDetail };
  noteLater: { args: { readonly record: Id; readonly text: string }; value: AgendaDetail };
  /** Takes back what has not been sent. */
  takeBack: { args: { readonly record: Id; readonly id: Id }; value: AgendaDetail };
  /** Sends all of it now; `later`: how many still wait. */
  sendLater: { args: Record<string, never>; value: { readonly changed: readonly Id[]; readonly later: number } };
  times: { args: { readonly visitType: Id; readonly practitioner: Id | null }; value: FreeDays };
  move: { args: { readonly record: Id; readonly start: Granule; readonly practitioner: Id | null }; value: AgendaDetail };
  block: {
    args: { readonly practitioner: Id; readonly date: LocalDate; readonly from: LocalTime; readonly to: LocalTime; readonly text: string };
    value: { readonly records: readonly Id[] };
  };
  phoneBooking: {
    args: { readonly visitType: Id; readonly practitioner: Id | null; readonly start: Granule; readonly form: Form };
    value: { readonly detail: AgendaDetail } & PaperLink;
  };
};

/** One step of a call, as the wasm's `Flow` gives it. The worker carries it out and passes the outcome to the next step. */
export type Step =
  | { readonly step: 'send'; readonly request: HttpRequest }
  | { readonly step: 'keep'; readonly key: string; readonly bytes: Uint8Array }
  /** Keep what can be had again, and go on at once; outcome `go`. */
  | { readonly step: 'cache'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly step: 'load'; readonly prefix: string }
  | { readonly step: 'forget'; readonly key: string }
  /** Send a request and go on at once; outcome `go`. `answer` brings what comes of it, as after `send`. */
  | { readonly step: 'sendAhead'; readonly request: HttpRequest }
  | { readonly step: 'answer' }
  /** Pass bytes to the other worker of this page and go on at once; outcome `go`, or `refused` when there is none. */
  | { readonly step: 'pass'; readonly bytes: Uint8Array }
  /** Outcome `go` where the next `receive` need not wait; or `refused`. */
  | { readonly step: 'look' }
  /** Outcome `received` with the `bytes` that the other worker passed; or `refused`. */
  | { readonly step: 'receive' }
  /** `done` is the step that begins, from 1; a total of 2^32 - 1 is one that nobody knows. */
  | { readonly step: 'progress'; readonly done: number; readonly total: number }
  | { readonly step: 'done'; readonly value: unknown }
  | { readonly step: 'failed'; readonly failure: Failure };

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
};
