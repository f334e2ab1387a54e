//! The file of a recording: HAR 1.2, entry by entry, and whole at every moment but for its last line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use super::super::har::BY_PROXY;
use super::entry::{Entry, Head};
use super::spool::{IN_MEMORY, Spool};

/// Bytes that are written in base64 at a time; a multiple of three.
const PIECE: usize = 48 * 1024;

/// Gives entries to the thread that writes.
#[derive(Debug, Clone)]
pub(super) struct Writer(Sender<Entry>);

/// The thread that writes.
pub(super) struct Written(JoinHandle<io::Result<u64>>);

impl Writer {
    /// Makes the file, which must not be there and which nobody else may read, and begins it.
    pub(super) fn start(file: &Path) -> io::Result<(Self, Written)> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        let mut out = BufWriter::new(made);
        begin(&mut out)?;
        let (sender, entries) = mpsc::channel::<Entry>();
        let thread = thread::Builder::new().name("recording".to_owned()).spawn(move || {
            let mut count = 0_u64;
            for entry in entries {
                out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
                write(&mut out, entry)?;
                out.flush()?;
                count = count.saturating_add(1);
            }
            end(&mut out)?;
            Ok(count)
        })?;
        Ok((Self(sender), Written(thread)))
    }

    /// Writes an entry. Where the disk is full the end says so.
    pub(super) fn write(&self, entry: Entry) {
        let _ = self.0.send(entry);
    }
}

impl Written {
    /// Waits for the end, which comes when no writer is left. Gives the number of entries.
    pub(super) fn join(self) -> io::Result<u64> {
        self.0.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread failed")))
    }
}

fn begin(out: &mut impl Write) -> io::Result<()> {
    let creator = json!({ "name": BY_PROXY, "version": env!("CARGO_PKG_VERSION") });
    let comment = "Bodies as they passed, packed ones too. No address of a visitor, times in minutes.";
    write!(
        out,
        "{{\"log\": {{\"version\": \"1.2\", \"creator\": {creator}, \"comment\": \"{comment}\", \"entries\": ["
    )?;
    out.flush()
}

fn end(out: &mut BufWriter<File>) -> io::Result<()> {
    out.write_all(b"\n]}}\n")?;
    out.flush()?;
    out.get_ref().sync_all()
}

fn write(out: &mut impl Write, mut entry: Entry) -> io::Result<()> {
    let none = json!([]);
    write!(out, "{{\"startedDateTime\": {}, \"time\": 0, \"request\": ", json!(entry.minute))?;
    let Head { first: method, second: url, headers } = &entry.request;
    let (listed, size) = (pairs(headers), entry.sent.length);
    write!(
        out,
        "{{\"method\": {}, \"url\": {}, \"httpVersion\": \"HTTP/1.1\", \"cookies\": {none}, \"headers\": {listed}, \
         \"queryString\": {none}, \"headersSize\": -1, \"bodySize\": {size}",
        json!(method),
        json!(url)
    )?;
    if size > 0 {
        out.write_all(b", \"postData\": ")?;
        content(out, &entry.request, &mut entry.sent)?;
    }
    let Head { first: status, second: sentence, headers } = &entry.answer;
    let (listed, size) = (pairs(headers), entry.came.length);
    let status = status.parse::<u16>().unwrap_or_default();
    write!(
        out,
        "}}, \"response\": {{\"status\": {status}, \"statusText\": {}, \"httpVersion\": \"HTTP/1.1\", \"cookies\": {none}, \
         \"headers\": {listed}, \"redirectURL\": \"\", \"headersSize\": -1, \"bodySize\": {size}, \"content\": ",
        json!(sentence)
    )?;
    content(out, &entry.answer, &mut entry.came)?;
    let timings = json!({ "send": -1, "wait": -1, "receive": -1 });
    write!(out, "}}, \"cache\": {{}}, \"timings\": {timings}, \"_finished\": {}}}", entry.finished)
}

fn pairs(headers: &[(String, String)]) -> Value {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// Text as it is, anything else in base64.
fn content(out: &mut impl Write, head: &Head, spool: &mut Spool) -> io::Result<()> {
    let kind = head.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
    let length = spool.length;
    write!(out, "{{\"size\": {length}, \"mimeType\": {}", json!(kind))?;
    let Some(mut reader) = spool.reader()?.filter(|_| length > 0) else { return out.write_all(b"}") };
    let mut first = Vec::new();
    reader.by_ref().take(u64::try_from(IN_MEMORY).unwrap_or_default()).read_to_end(&mut first)?;
    if u64::try_from(first.len()) == Ok(length)
        && let Ok(text) = std::str::from_utf8(&first)
    {
        return write!(out, ", \"text\": {}}}", json!(text));
    }
    out.write_all(b", \"encoding\": \"base64\", \"text\": \"")?;
    let mut all = first.as_slice().chain(reader);
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        all.by_ref().take(u64::try_from(PIECE).unwrap_or_default()).read_to_end(&mut piece)?;
        if piece.is_empty() {
            break;
        }
        out.write_all(Base64::encode_string(&piece).as_bytes())?;
    }
    out.write_all(b"\"}")
}
