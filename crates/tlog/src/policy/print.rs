//! Writing a policy in one form: logs, witnesses, groups, quorum; one space between items; no comments.

use super::{Group, Member, Policy, Quorum};

impl Policy {
    /// The policy's text; it reads back as this policy. A threshold of all members is `all`, else of one `any`.
    pub fn encode(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for log in &self.logs {
            lines.push(line(&[b"log", log.key.to_string().as_bytes(), log.url.as_deref().unwrap_or_default()]));
        }
        for witness in &self.witnesses {
            let key = witness.key.to_string();
            let url = witness.url.as_deref().unwrap_or_default();
            lines.push(line(&[b"witness", &witness.name, key.as_bytes(), url]));
        }
        for group in &self.groups {
            let mut items = vec![b"group".as_slice(), &group.name];
            let threshold = threshold(group);
            items.push(threshold.as_bytes());
            items.extend(group.members.iter().map(|member| self.name_of(*member)));
            lines.push(line(&items));
        }
        let quorum = match self.quorum {
            Quorum::None => b"none",
            Quorum::Of(member) => self.name_of(member),
        };
        lines.push(line(&[b"quorum", quorum]));
        lines.concat()
    }

    fn name_of(&self, member: Member) -> &[u8] {
        match member {
            Member::Witness(place) => self.witnesses.get(place).map(|witness| witness.name.as_slice()),
            Member::Group(place) => self.groups.get(place).map(|group| group.name.as_slice()),
        }
        .unwrap_or_default()
    }
}

fn threshold(group: &Group) -> String {
    match group.threshold {
        all if all == group.members.len() => "all".to_owned(),
        1 => "any".to_owned(),
        k => k.to_string(),
    }
}

/// Items of a line; an item that is absent is empty.
fn line(items: &[&[u8]]) -> Vec<u8> {
    let items: Vec<&[u8]> = items.iter().copied().filter(|item| !item.is_empty()).collect();
    [&items.join(&b' '), b"\n".as_slice()].concat()
}
