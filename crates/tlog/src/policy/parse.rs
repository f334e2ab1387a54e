//! Reading a policy (tlog-policy, "Policy file syntax and structure").

use super::{Group, Log, MAX_LISTED, MAX_POLICY, Member, Policy, Quorum, Witness};
use crate::text::decimal;
use crate::vkey::{KeyType, VerifierKey, VkeyError};

/// What is wrong with a line, or with the whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// More than 64 KiB; or more than 32 logs, witnesses or groups.
    #[error("too many bytes, logs, witnesses or groups")]
    TooLong,
    /// The last line does not end in a newline.
    #[error("a line does not end in a newline")]
    Unterminated,
    /// A control character that is neither tab nor newline.
    #[error("a control character")]
    Control,
    /// A line begins with none of `log`, `witness`, `group` and `quorum`.
    #[error("a line of no known kind")]
    Kind,
    /// A line has too few or too many items.
    #[error("too few or too many items")]
    Items,
    /// A verifier key is malformed, or its type is not supported.
    #[error("{0}")]
    Key(#[from] VkeyError),
    /// A log's key that is not of type 0x01, or a witness's that is not of type 0x04.
    #[error("a key of another type")]
    KeyType,
    /// The same public key stands in two logs, or in two witnesses.
    #[error("a key stands twice")]
    DuplicateKey,
    /// The name is `none`, or is defined twice.
    #[error("a name that is taken")]
    Name,
    /// A name that no line before defines.
    #[error("a name that is not defined before")]
    Undefined,
    /// The name is a member of a group already.
    #[error("a member that is a member already")]
    Member,
    /// The threshold is not a decimal between 1 and the number of members.
    #[error("a threshold that is not between 1 and the number of members")]
    Threshold,
    /// There is a second quorum line, or none.
    #[error("not exactly one quorum line")]
    Quorum,
}

/// Bytes that are not a policy: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy, line {line}: {fault}")]
pub struct BadPolicy {
    /// The line, from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong.
    pub fault: PolicyFault,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPolicy> {
        let whole = |fault| BadPolicy { line: 0, fault };
        if bytes.len() > MAX_POLICY {
            return Err(whole(PolicyFault::TooLong));
        }
        let mut draft = Draft::default();
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            draft.line(line).map_err(|fault| BadPolicy { line: at.saturating_add(1), fault })?;
        }
        let Draft { logs, witnesses, groups, quorum, .. } = draft;
        let quorum = quorum.ok_or(whole(PolicyFault::Quorum))?;
        Ok(Self { logs, witnesses, groups, quorum })
    }
}

/// What the lines so far define.
#[derive(Default)]
struct Draft {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    members: Vec<Member>,
    quorum: Option<Quorum>,
}

impl Draft {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        let line = line.strip_suffix(b"\n").ok_or(PolicyFault::Unterminated)?;
        if line.iter().any(|byte| *byte < b' ' && *byte != b'\t' || *byte == 0x7f) {
            return Err(PolicyFault::Control);
        }
        let items: Vec<&[u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            [b"log" | b"witness" | b"group" | b"quorum", ..] => Err(PolicyFault::Items),
            _ => Err(PolicyFault::Kind),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&&[u8]>) -> Result<(), PolicyFault> {
        let key = verifier_key(key, KeyType::Ed25519)?;
        if self.logs.iter().any(|log| log.key.key() == key.key()) {
            return Err(PolicyFault::DuplicateKey);
        }
        push(&mut self.logs, Log { key, url: url.map(|url| url.to_vec()) })
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), PolicyFault> {
        self.check_free(name)?;
        let key = verifier_key(key, KeyType::Cosignature)?;
        if self.witnesses.iter().any(|witness| witness.key.key() == key.key()) {
            return Err(PolicyFault::DuplicateKey);
        }
        push(&mut self.witnesses, Witness { name: name.to_vec(), key, url: url.map(|url| url.to_vec()) })
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], names: &[&[u8]]) -> Result<(), PolicyFault> {
        self.check_free(name)?;
        if names.is_empty() {
            return Err(PolicyFault::Items);
        }
        let mut members = Vec::new();
        for name in names {
            let member = self.defined(name).ok_or(PolicyFault::Undefined)?;
            if self.members.contains(&member) {
                return Err(PolicyFault::Member);
            }
            self.members.push(member);
            members.push(member);
        }
        let threshold = match threshold {
            b"all" => members.len(),
            b"any" => 1,
            number => number_of(number).filter(|k| (1..=members.len()).contains(k)).ok_or(PolicyFault::Threshold)?,
        };
        push(&mut self.groups, Group { name: name.to_vec(), threshold, members })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::Quorum);
        }
        self.quorum = Some(match name {
            b"none" => Quorum::None,
            name => Quorum::Of(self.defined(name).ok_or(PolicyFault::Undefined)?),
        });
        Ok(())
    }

    fn defined(&self, name: &[u8]) -> Option<Member> {
        let witness = self.witnesses.iter().position(|witness| witness.name == name).map(Member::Witness);
        witness.or_else(|| self.groups.iter().position(|group| group.name == name).map(Member::Group))
    }

    fn check_free(&self, name: &[u8]) -> Result<(), PolicyFault> {
        if name == b"none" || self.defined(name).is_some() { Err(PolicyFault::Name) } else { Ok(()) }
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), PolicyFault> {
    if list.len() >= MAX_LISTED {
        return Err(PolicyFault::TooLong);
    }
    list.push(item);
    Ok(())
}

/// Key names are UTF-8 (signed-note), whatever else a policy may hold.
fn verifier_key(text: &[u8], kind: KeyType) -> Result<VerifierKey, PolicyFault> {
    let text = core::str::from_utf8(text).map_err(|_| VkeyError::Name)?;
    let key = VerifierKey::parse(text)?;
    if key.kind() == kind { Ok(key) } else { Err(PolicyFault::KeyType) }
}

fn number_of(text: &[u8]) -> Option<usize> {
    usize::try_from(decimal(core::str::from_utf8(text).ok()?)?).ok()
}
