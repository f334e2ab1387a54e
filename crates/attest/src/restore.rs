//! The restores that a host has said, and what they leave of a chain (`docs/spec/restore.md` §2, §4). Host, clients and
//! auditors ask the same.

use souspli_protocol::receipt::{GENERATION, Link, Receipt};
use souspli_protocol::restore::{EARLIER, Notice};
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::tlv::TlvError;
use souspli_protocol::wire::split_signed;
use souspli_protocol::{Context, Digest, VerifyingKey};

use crate::{leaf_of, verify};

/// Why notices are not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// One has another shape.
    #[error("a notice has another shape: {0}")]
    Shape(#[from] TlvError),
    /// One is of another practice or calendar.
    #[error("a notice is of another practice or calendar")]
    Context,
    /// One is not signed by this host.
    #[error("a notice is not signed by this host")]
    Signature,
    /// They do not follow one another.
    #[error("the notices do not follow one another")]
    Order,
}

/// Why earlier receipts of an object are not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EarlierError {
    /// They are no receipts, none, or too many.
    #[error("these are no receipts")]
    Shape,
    /// One is of another calendar or of other bytes, or promises something else.
    #[error("a receipt is for something else")]
    Other,
    /// One is not signed by this host.
    #[error("a receipt is not signed by this host")]
    Signature,
    /// One is of a place that no restore has lost.
    #[error("a receipt is of a place that is not lost")]
    NotLost,
}

/// The restores of a calendar, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restores(Vec<Notice>);

impl Restores {
    /// Of notices that follow one another; their signatures are not looked at.
    pub fn new(notices: Vec<Notice>) -> Result<Self, NoticeError> {
        let (mut generation, mut sequence) = (GENERATION, 0);
        for notice in &notices {
            if notice.from != generation || notice.sequence < sequence {
                return Err(NoticeError::Order);
            }
            (generation, sequence) = (notice.generation, notice.sequence);
        }
        Ok(Self(notices))
    }

    /// Verifies signed notices of a calendar.
    pub fn verify<'a>(
        notices: impl IntoIterator<Item = &'a [u8]>,
        context: &Context,
        receipt_key: &VerifyingKey,
    ) -> Result<Self, NoticeError> {
        let verified = notices.into_iter().map(|bytes| verify_notice(bytes, context, receipt_key));
        Self::new(verified.collect::<Result<_, _>>()?)
    }

    /// The newest generation.
    pub fn generation(&self) -> u32 {
        self.0.last().map_or(GENERATION, |notice| notice.generation)
    }

    /// The newest notice.
    pub fn newest(&self) -> Option<&Notice> {
        self.0.last()
    }

    /// All of them, the oldest first.
    pub fn notices(&self) -> &[Notice] {
        &self.0
    }

    /// Whether a place is one of the chain as it is now.
    pub fn holds(&self, generation: u32, sequence: u64) -> bool {
        let opened = self.0.iter().find(|notice| notice.generation == generation);
        let closed = self.0.iter().find(|notice| notice.from == generation);
        let begins = if generation == GENERATION { Some(0) } else { opened.map(|notice| notice.sequence) };
        begins.is_some_and(|begins| begins < sequence) && closed.is_none_or(|notice| sequence <= notice.sequence)
    }

    /// Whether a place is one that a restore has lost.
    pub fn lost(&self, generation: u32, sequence: u64) -> bool {
        generation < self.generation() && sequence > 0 && !self.holds(generation, sequence)
    }

    /// Whether a head may stand at a sequence: that of each notice there.
    pub fn agree(&self, sequence: u64, head: &Digest) -> bool {
        self.0.iter().all(|notice| notice.sequence != sequence || notice.head == *head)
    }

    /// Up to which sequence a chain that was followed under other notices is the same; `None` where all of it is.
    pub fn common(&self, before: &Self) -> Option<u64> {
        let only = |one: &Self, other: &Self| {
            one.0.iter().filter(|notice| !other.0.contains(notice)).map(|notice| notice.sequence).min()
        };
        [only(self, before), only(before, self)].into_iter().flatten().min()
    }

    /// Verifies the earlier receipts of an object: one after the other, the oldest first, all of lost places.
    pub fn verify_earlier(
        &self,
        bytes: &[u8],
        object: &Digest,
        context: &Context,
        receipt_key: &VerifyingKey,
    ) -> Result<Vec<Receipt>, EarlierError> {
        let receipts = decode_earlier(bytes)?;
        let leaf = leaf_of(object);
        for receipt in &receipts {
            let statement = &receipt.statement;
            let Link { context: of, generation, sequence, leaf: promised, .. } = statement.link;
            if of != *context || promised != leaf || statement.mmd != MMD_MINUTES {
                return Err(EarlierError::Other);
            }
            verify(receipt_key, &statement.encode(), &receipt.signature).map_err(|_| EarlierError::Signature)?;
            if !self.lost(generation, sequence) {
                return Err(EarlierError::NotLost);
            }
        }
        Ok(receipts)
    }
}

/// Verifies one signed notice.
pub fn verify_notice(bytes: &[u8], context: &Context, receipt_key: &VerifyingKey) -> Result<Notice, NoticeError> {
    let (statement, signature) = split_signed(bytes).ok_or(TlvError::Truncated)?;
    verify(receipt_key, statement, &signature).map_err(|_| NoticeError::Signature)?;
    let notice = Notice::decode(statement)?;
    if notice.context == *context { Ok(notice) } else { Err(NoticeError::Context) }
}

/// Takes earlier receipts apart; generations rise.
pub fn decode_earlier(bytes: &[u8]) -> Result<Vec<Receipt>, EarlierError> {
    let chunks = bytes.chunks_exact(Receipt::SIZE);
    if !chunks.remainder().is_empty() || chunks.len() > EARLIER {
        return Err(EarlierError::Shape);
    }
    let receipts: Vec<Receipt> =
        chunks.map(Receipt::decode).collect::<Result<_, _>>().map_err(|_| EarlierError::Shape)?;
    let generations: Vec<u32> = receipts.iter().map(|receipt| receipt.statement.link.generation).collect();
    let rising = generations.iter().zip(generations.iter().skip(1)).all(|(one, next)| one < next);
    if rising { Ok(receipts) } else { Err(EarlierError::Shape) }
}

#[cfg(test)]
mod tests {
    use souspli_protocol::receipt::ReceiptStatement;
    use souspli_protocol::{CalendarId, Fingerprint};

    use super::*;
    use crate::SigningKey;

    const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };

    fn notice(generation: u32, from: u32, sequence: u64) -> Notice {
        let head = if sequence == 0 { Digest::ZERO } else { Digest([u8::try_from(generation).expect("small"); 32]) };
        Notice { context: CONTEXT, generation, from, sequence, head, minute: 5 }
    }

    fn restores(notices: &[(u32, u32, u64)]) -> Restores {
        let notices = notices.iter().map(|(generation, from, sequence)| notice(*generation, *from, *sequence));
        Restores::new(notices.collect()).expect("they follow one another")
    }

    fn key() -> SigningKey {
        SigningKey::from_seed(&[8; 32])
    }

    fn signed(notice: &Notice) -> Vec<u8> {
        let bytes = notice.encode();
        [&bytes[..], key().sign(&bytes).as_bytes()].concat()
    }

    #[test]
    fn every_place_is_held_by_one_generation_at_most() {
        let none = Restores::default();
        assert!(none.holds(0, 1) && none.holds(0, u64::MAX) && !none.holds(1, 1) && !none.lost(0, 1));
        let some = restores(&[(1, 0, 10), (4, 1, 15)]);
        for sequence in 1..30 {
            let held: Vec<u32> = (0..6).filter(|generation| some.holds(*generation, sequence)).collect();
            let expected = match sequence {
                1..=10 => 0,
                11..=15 => 1,
                _ => 4,
            };
            assert_eq!(held, [expected], "{sequence}");
            let lost: Vec<u32> = (0..6).filter(|generation| some.lost(*generation, sequence)).collect();
            assert_eq!(lost, (0..4).filter(|generation| *generation != expected).collect::<Vec<_>>(), "{sequence}");
        }
        let whole = restores(&[(2, 0, 0)]);
        assert!(whole.lost(0, 1) && whole.lost(1, 7) && whole.holds(2, 1) && !whole.lost(2, 1) && !whole.lost(0, 0));
    }

    #[test]
    fn what_is_common_ends_at_the_first_difference() {
        let (none, one) = (Restores::default(), restores(&[(1, 0, 10)]));
        assert_eq!(one.common(&one), None);
        assert_eq!(one.common(&none), Some(10));
        // From a copy that is older than the first restore, or younger than its copy but from before it.
        assert_eq!(restores(&[(2, 0, 4)]).common(&one), Some(4));
        assert_eq!(restores(&[(2, 0, 12)]).common(&one), Some(10));
        assert_eq!(restores(&[(1, 0, 10), (2, 1, 12)]).common(&one), Some(12));
        assert_eq!(none.common(&one), Some(10), "a list that lacks one");
        assert!(one.agree(10, &Digest([1; 32])) && !one.agree(10, &Digest([2; 32])) && one.agree(11, &Digest([2; 32])));
    }

    #[test]
    fn notices_that_do_not_follow_one_another_are_refused() {
        for bad in [&[(1, 1, 4)][..], &[(2, 1, 4)], &[(1, 0, 9), (2, 0, 9)], &[(1, 0, 9), (2, 1, 8)]] {
            let notices = bad.iter().map(|(generation, from, sequence)| notice(*generation, *from, *sequence));
            assert_eq!(Restores::new(notices.collect()), Err(NoticeError::Order), "{bad:?}");
        }
    }

    #[test]
    fn every_bit_of_a_notice_is_signed() {
        let good = signed(&notice(1, 0, 10));
        assert_eq!(good.len(), Notice::SIGNED);
        let verify = |bytes: &[u8], context: &Context, key: &SigningKey| {
            Restores::verify([bytes], context, &key.verifying_key())
        };
        assert_eq!(verify(&good, &CONTEXT, &key()), Ok(restores(&[(1, 0, 10)])));
        for place in 0..good.len() {
            for bit in 0..8 {
                let mut changed = good.clone();
                changed[place] ^= 1 << bit;
                assert_eq!(verify(&changed, &CONTEXT, &key()), Err(NoticeError::Signature), "byte {place}");
            }
            assert!(verify(&good[..place], &CONTEXT, &key()).is_err());
        }
        let other = Context { calendar: CalendarId([7; 16]), ..CONTEXT };
        assert_eq!(verify(&good, &other, &key()), Err(NoticeError::Context));
        assert_eq!(verify(&good, &CONTEXT, &SigningKey::from_seed(&[9; 32])), Err(NoticeError::Signature));
    }

    #[test]
    fn an_earlier_receipt_is_this_hosts_for_these_bytes_of_a_lost_place() {
        let (object, some) = (Digest([5; 32]), restores(&[(1, 0, 10), (2, 1, 12)]));
        let receipt = |generation, sequence, change: fn(&mut ReceiptStatement)| {
            let link =
                Link { context: CONTEXT, generation, sequence, previous: Digest([6; 32]), leaf: leaf_of(&object) };
            let mut statement = ReceiptStatement { link, minute: 7, mmd: MMD_MINUTES };
            change(&mut statement);
            Receipt { statement, signature: key().sign(&statement.encode()) }.encode()
        };
        let verify = |bytes: &[u8]| some.verify_earlier(bytes, &object, &CONTEXT, &key().verifying_key());
        let (lost, again) = (receipt(0, 11, |_| {}), receipt(1, 13, |_| {}));
        assert_eq!(verify(&[]), Ok(Vec::new()));
        assert_eq!(verify(&lost).map(|receipts| receipts.len()), Ok(1));
        assert_eq!(verify(&[lost.clone(), again.clone()].concat()).map(|receipts| receipts.len()), Ok(2));
        assert_eq!(verify(&[again.clone(), lost.clone()].concat()), Err(EarlierError::Shape), "another order");
        assert_eq!(verify(&[lost.clone(), lost.clone()].concat()), Err(EarlierError::Shape), "twice");
        assert_eq!(verify(&lost[1..]), Err(EarlierError::Shape));
        for held in [receipt(0, 10, |_| {}), receipt(1, 11, |_| {}), receipt(2, 13, |_| {}), receipt(3, 13, |_| {})] {
            assert_eq!(verify(&held), Err(EarlierError::NotLost));
        }
        let other = [
            receipt(0, 11, |statement| statement.link.leaf = Digest([9; 32])),
            receipt(0, 11, |statement| statement.link.context.calendar = CalendarId([9; 16])),
            receipt(0, 11, |statement| statement.mmd = 9),
        ];
        for other in other {
            assert_eq!(verify(&other), Err(EarlierError::Other));
        }
        let mut forged = lost;
        *forged.last_mut().expect("bytes") ^= 1;
        assert_eq!(verify(&forged), Err(EarlierError::Signature));
    }
}
