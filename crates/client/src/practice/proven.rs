//! That a restore which the host has said is in its public log (`docs/spec/restore.md` §4): until a proof has come, the
//! practice is told; after MMD there is no excuse.

use souspli_attest::leaf_of;
use souspli_attest::restore::verify_notice;
use souspli_attest::sha256;
use souspli_crypto::publish::Identity;
use souspli_protocol::restore::Notice;
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::wire::{NoticeAnswer, NoticeRead};
use souspli_tlog::policy::Policy;
use souspli_tlog::proof::{Proof, verify};
use souspli_tlog::vkey::{KeyType, VerifierKey};

use super::Session;
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::trust::{Distrust, Practice};

/// Minutes that a host may take beyond MMD, for a clock that is a little ahead here.
const GRACE: u32 = 60;

impl Session {
    /// Asks for the proofs of notices that this session has none of.
    pub(super) async fn prove_notices(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(()) };
        let (calendar, proven) = (open.context.calendar, open.restored.proven);
        let notices: Vec<Notice> =
            practice.restores.notices().iter().filter(|notice| notice.generation > proven).copied().collect();
        for notice in notices {
            let body = NoticeRead { generation: notice.generation };
            let answer: Result<NoticeAnswer, Failure> =
                self.host.post(io, calendar_path(&calendar, "notices"), &body).await;
            let practice = self.open()?.practice()?;
            let proven = answer.as_ref().is_ok_and(|answer| practice.has_logged(&notice, answer));
            if !proven {
                let over = now > notice.minute.saturating_add(MMD_MINUTES + GRACE);
                // A host that cannot be asked is away; whatever else it says is no proof.
                let away = answer.as_ref().err().is_some_and(|failure| failure.code == "offline");
                return if over && !away { Err(Distrust::UnprovenNotice.into()) } else { Ok(()) };
            }
            self.open()?.restored.proven = notice.generation;
        }
        Ok(())
    }
}

impl Practice {
    /// Whether an answer proves that a notice is in the log, by what the practice's root has signed of it.
    fn has_logged(&self, notice: &Notice, answer: &NoticeAnswer) -> bool {
        let proves = || {
            let signed = verify_notice(&answer.notice.0, &self.context, &self.identity.receipt_key).ok()?;
            let proof = Proof::decode(&answer.proof.as_ref()?.0).ok()?;
            let leaf = leaf_of(&sha256(&answer.notice.0));
            (signed == *notice && verify(&proof, &leaf, &policy(&self.identity)?).is_ok()).then_some(())
        };
        proves().is_some()
    }
}

/// The witness policy of an identity; an empty one asks for no witness (`docs/spec/log.md` §6).
fn policy(identity: &Identity) -> Option<Policy> {
    let own = VerifierKey::new(&identity.log_origin, KeyType::Ed25519, identity.log_key).ok()?;
    let none = format!("log {own}\nquorum none\n");
    let text = if identity.witness_policy.is_empty() { &none } else { &identity.witness_policy };
    let policy = Policy::parse(text.as_bytes()).ok()?;
    policy.logs().iter().any(|log| *log.key() == own).then_some(policy)
}
