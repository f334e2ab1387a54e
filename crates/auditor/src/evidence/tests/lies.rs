//! Hosts that lie, each in one way.

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{head_after, sha256};
use souspli_protocol::Gid;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::receipt::Link;
use souspli_protocol::restore::Notice;

use super::calendar::{Calendar, Told, WINDOW, granules};
use super::{convicts, keys, shows_nothing};
use crate::Check;
use crate::Place;
use crate::evidence::{
    Doubt, Guilt, Verdict, double_claims, make_double_claim, make_false_notice, make_hidden_claim, make_signed_twice,
    make_two_claim_sets, make_wrong_count,
};

#[test]
fn a_place_that_is_signed_twice_convicts() {
    let mut calendar = Calendar::new(1, 1);
    let place = calendar.book(&granules(0), WINDOW).expect("free");
    let signed = calendar.at(place).receipt;
    let link = signed.statement.link;
    let other = sha256(b"another");
    for (changed, what) in
        [(Link { leaf: other, ..link }, "leaves"), (Link { previous: other, ..link }, "heads before it")]
    {
        let judgement = convicts(&make_signed_twice(&signed, &calendar.receipt(changed)), &keys(&calendar));
        let guilt = Guilt::SignedTwice { calendar: calendar.context.calendar, sequence: place, what };
        assert_eq!(judgement.verdict, Verdict::Guilty(guilt));
        assert_eq!(judgement.finding(Place::of("file")).expect("a finding").check, Check::SignedTwice);
    }
    shows_nothing(&make_signed_twice(&signed, &signed), &keys(&calendar), Doubt::Agrees);
    calendar.minute += 1;
    let again = calendar.receipt(link);
    shows_nothing(&make_signed_twice(&signed, &again), &keys(&calendar), Doubt::Agrees);
}

#[test]
fn a_chain_that_goes_on_from_another_head_convicts() {
    let mut calendar = Calendar::new(1, 1);
    let place = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.publish();
    let (one, next) = (calendar.at(place).receipt, calendar.at(place + 1).receipt);
    shows_nothing(&make_signed_twice(&next, &one), &keys(&calendar), Doubt::Agrees);
    let forked = Link { leaf: sha256(b"shown to somebody else"), ..one.statement.link };
    let judgement = convicts(&make_signed_twice(&calendar.receipt(forked), &next), &keys(&calendar));
    assert_eq!(
        judgement.verdict,
        Verdict::Guilty(Guilt::TwoChains { calendar: calendar.context.calendar, sequence: place + 1 })
    );
    let first = calendar.chain[0].receipt;
    shows_nothing(&make_signed_twice(&first, &next), &keys(&calendar), Doubt::Order);
}

#[test]
fn a_restore_to_another_chain_convicts() {
    let mut calendar = Calendar::new(1, 1);
    let place = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.publish();
    let (last, next) = (calendar.at(place).receipt, calendar.at(place + 1).receipt);
    let head = head_after(&last.statement.link);
    let notice = |from, sequence, head| {
        let (context, generation, minute) = (calendar.context, calendar.generation + 3, calendar.minute);
        let bytes = Notice { context, generation, from, sequence, head, minute }.encode();
        [&bytes[..], calendar.key.sign(&bytes).as_bytes()].concat()
    };
    let from = calendar.generation;
    let honest = notice(from, place, head);
    let lie = notice(from, place, sha256(b"another chain"));
    for (receipt, sequence) in [(last, place), (next, place + 1)] {
        shows_nothing(&make_false_notice(&honest, &receipt), &keys(&calendar), Doubt::Agrees);
        let judgement = convicts(&make_false_notice(&lie, &receipt), &keys(&calendar));
        let guilt = Guilt::FalseNotice { calendar: calendar.context.calendar, sequence };
        assert_eq!(judgement.verdict, Verdict::Guilty(guilt));
    }
    shows_nothing(&make_false_notice(&lie, &calendar.chain[0].receipt), &keys(&calendar), Doubt::Order);
    let another = notice(from + 1, place, sha256(b"another chain"));
    shows_nothing(&make_false_notice(&another, &last), &keys(&calendar), Doubt::Calendar);
    let mut forged = lie;
    *forged.last_mut().expect("bytes") ^= 1;
    shows_nothing(&make_false_notice(&forged, &last), &keys(&calendar), Doubt::Notice);
}

#[test]
fn a_time_that_is_given_twice_convicts_by_the_chain_and_by_the_record() {
    let mut calendar = Calendar::new(1, 1);
    let first = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.publish();
    calendar.book(&granules(100), WINDOW).expect("free");
    calendar.note(0);
    assert!(calendar.book(&granules(20), WINDOW).is_none(), "an honest host says no");
    let second = calendar.book_anyway(&granules(20), WINDOW);
    assert_eq!(double_claims(&calendar.chain), [(first, second)]);

    let by_chain = make_double_claim(&calendar.chain, first, second).expect("made");
    let judgement = convicts(&by_chain, &keys(&calendar));
    let Verdict::Guilty(Guilt::DoubleClaim { shared, first_sequence, second_sequence, .. }) = judgement.verdict else {
        panic!("{judgement}")
    };
    assert_eq!((shared, first_sequence, second_sequence), (4, first, second));

    calendar.note(0);
    let by_record = make_double_claim(&calendar.chain, first, second).expect("made");
    assert!(by_record.len() < by_chain.len() && String::from_utf8_lossy(&by_record).contains("\nnext "));
    convicts(&by_record, &keys(&calendar));
}

#[test]
fn a_move_into_a_time_that_is_taken_convicts() {
    let mut calendar = Calendar::new(1, 1);
    let first = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.book(&granules(100), WINDOW).expect("free");
    assert!(calendar.shift(1, &granules(23), WINDOW).is_none());
    // What the host would have had to refuse: another calendar's host writes the same move, with the time free.
    calendar.release(0);
    let released = calendar.sequence();
    let second = calendar.shift(1, &granules(23), WINDOW).expect("free now");
    let honest = make_double_claim(&calendar.chain, first, second).expect("made");
    shows_nothing(&honest, &keys(&calendar), Doubt::GivenBack);
    // Without the release the chain has a gap; with it told to be a publication, a version is missing.
    let gap: Vec<_> = calendar.chain.iter().filter(|entry| entry.sequence() != released).cloned().collect();
    shows_nothing(&make_double_claim(&gap, first, second).expect("made"), &keys(&calendar), Doubt::Gap);
    let mut hidden = calendar.chain.clone();
    hidden.iter_mut().filter(|entry| entry.sequence() == released).for_each(|entry| entry.event = None);
    shows_nothing(&make_double_claim(&hidden, first, second).expect("made"), &keys(&calendar), Doubt::MayBeEvents);
}

#[test]
fn a_claim_that_the_signed_set_hides_convicts() {
    let mut calendar = Calendar::new(1, 1);
    let claim = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.publish();
    calendar.book(&granules(100), WINDOW + 1).expect("free");
    let honest = calendar.told(WINDOW, granules(500).ids());
    let file = |told: &Told, chain: &[_]| make_hidden_claim(&told.0, &told.1, chain, claim).expect("made");
    shows_nothing(&file(&honest, &calendar.chain), &keys(&calendar), Doubt::Agrees);

    let all = calendar.claimed();
    let hiding: Vec<_> = all.iter().filter(|id| granules(0).ids()[3] != **id).copied().collect();
    // That somebody holds the id does not help the host: the chain says that it is claimed.
    let lie = calendar.tell(WINDOW, &hiding, &granules(0).ids()[3..4]);
    let judgement = convicts(&file(&lie, &calendar.chain), &keys(&calendar));
    assert!(matches!(judgement.verdict, Verdict::Guilty(Guilt::HiddenClaim { missing: 1, .. })), "{judgement}");
    calendar.note(0);
    convicts(&file(&lie, &calendar.chain), &keys(&calendar));

    // A set of windows that the claim is not in, and one of before the claim or of after its end, hide nothing.
    let elsewhere = calendar.tell(WINDOW + 1, &[], &[]);
    shows_nothing(&file(&elsewhere, &calendar.chain), &keys(&calendar), Doubt::Window);
    calendar.release(0);
    let after = calendar.told(WINDOW, &[]);
    shows_nothing(&file(&after, &calendar.chain), &keys(&calendar), Doubt::GivenBack);
    let mut early = Calendar::new(1, 1);
    let before = early.told(WINDOW, &[]);
    shows_nothing(&file(&before, &calendar.chain), &keys(&calendar), Doubt::Order);
    let alone = &calendar.chain[..4];
    shows_nothing(&file(&before, alone), &keys(&calendar), Doubt::Order);
}

#[test]
fn what_does_not_follow_shows_nothing() {
    let mut calendar = Calendar::new(1, 1);
    let first = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.note(0);
    let second = calendar.book_anyway(&granules(3), WINDOW);
    let mut other_head = calendar.chain.clone();
    let link = Link { previous: sha256(b"another"), ..other_head[4].receipt.statement.link };
    other_head[4].receipt = calendar.receipt(link);
    shows_nothing(&make_double_claim(&other_head, first, second).expect("made"), &keys(&calendar), Doubt::Gap);
    convicts(&make_double_claim(&calendar.chain, first, second).expect("made"), &keys(&calendar));
    // An event of the record that names another one before it, which might have given the time back.
    calendar.stray_note(0);
    shows_nothing(&make_double_claim(&calendar.chain, first, second).expect("made"), &keys(&calendar), Doubt::Order);
}

/// Somebody who has seen a set looks for ids that its filter holds by chance, and books them: they are in one set of that
/// place and not in the other, and the host is honest.
#[test]
fn ids_that_were_sought_out_for_a_filter_convict_nobody() {
    let mut calendar = Calendar::new(1, 1);
    calendar.book(&granules(0), WINDOW).expect("free");
    let (one, other) = (calendar.told(WINDOW, &[]), calendar.told(WINDOW, &[]));
    let [seen, unseen] = [&one, &other].map(|(_, set)| ClaimSet::decode(set).expect("a set"));
    let id = |n: u64| {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        Gid(id)
    };
    let sought: Vec<Gid> = (0..u64::MAX).map(id).filter(|id| seen.contains(id)).take(24).collect();
    assert!(!sought.iter().all(|id| unseen.contains(id)));
    let sought = ClaimIds::new(sought.try_into().expect("24")).expect("distinct");
    let claim = calendar.book(&sought, WINDOW).expect("free");
    let claim = Some((&calendar.chain[..], claim));
    let file = make_two_claim_sets((&one.0, &one.1), (&other.0, &other.1), claim).expect("made");
    shows_nothing(&file, &keys(&calendar), Doubt::Order);
}

#[test]
fn a_set_with_claims_that_nobody_made_convicts() {
    let mut calendar = Calendar::new(1, 1);
    calendar.book(&granules(0), WINDOW).expect("free");
    calendar.book(&granules(100), WINDOW + 7).expect("free");
    calendar.book(&granules(200), WINDOW + 6).expect("free");
    calendar.release(2);
    calendar.publish();
    let honest = calendar.told(WINDOW, &[]);
    let file = |told: &Told, chain: &[_]| make_wrong_count(&told.0, &told.1, chain).expect("made");
    shows_nothing(&file(&honest, &calendar.chain), &keys(&calendar), Doubt::Agrees);
    for (ids, told) in [(granules(0).ids().to_vec(), 24), (Vec::new(), 0), (calendar.claimed(), 48)] {
        let lie = calendar.tell(WINDOW, &ids, &[]);
        if told == 24 {
            shows_nothing(&file(&lie, &calendar.chain), &keys(&calendar), Doubt::Agrees);
            continue;
        }
        let judgement = convicts(&file(&lie, &calendar.chain), &keys(&calendar));
        let guilt = Guilt::WrongCount { sequence: calendar.sequence(), told, true_count: 24 };
        assert_eq!(judgement.verdict, Verdict::Guilty(guilt));
        // Less than the whole chain, or one with an event left out, shows nothing.
        shows_nothing(&file(&lie, &calendar.chain[1..]), &keys(&calendar), Doubt::Gap);
        let mut hidden = calendar.chain.clone();
        hidden[3].event = None;
        shows_nothing(&file(&lie, &hidden), &keys(&calendar), Doubt::MayBeEvents);
    }
}

#[test]
fn two_sets_of_one_place_that_differ_convict() {
    let mut calendar = Calendar::new(1, 1);
    let claim = calendar.book(&granules(0), WINDOW).expect("free");
    calendar.book(&granules(100), WINDOW).expect("free");
    let (one, same) = (calendar.told(WINDOW, &[]), calendar.told(WINDOW, granules(900).ids()));
    let told = |(statement, set): &Told| (statement.clone(), set.clone());
    let file = |one: &Told, other: &Told, chain: &[_]| {
        let claim = (!chain.is_empty()).then_some((chain, claim));
        make_two_claim_sets((&one.0, &one.1), (&other.0, &other.1), claim).expect("made")
    };
    shows_nothing(&file(&one, &same, &[]), &keys(&calendar), Doubt::Agrees);
    shows_nothing(&file(&one, &same, &calendar.chain), &keys(&calendar), Doubt::Agrees);

    let fewer = calendar.tell(WINDOW, granules(0).ids(), &[]);
    let judgement = convicts(&file(&one, &fewer, &[]), &keys(&calendar));
    assert!(matches!(judgement.verdict, Verdict::Guilty(Guilt::TwoClaimSets { what: "counts", .. })));

    let swapped = [granules(100).ids().as_slice(), granules(300).ids()].concat();
    let swapped = calendar.tell(WINDOW, &swapped, &[]);
    shows_nothing(&file(&one, &swapped, &[]), &keys(&calendar), Doubt::Agrees);
    let judgement = convicts(&file(&swapped, &one, &calendar.chain), &keys(&calendar));
    assert!(matches!(judgement.verdict, Verdict::Guilty(Guilt::TwoClaimSets { what: "ids", .. })));

    let version = calendar.version;
    calendar.version = 7;
    let versions = told(&calendar.told(WINDOW, &[]));
    calendar.version = version;
    let judgement = convicts(&file(&one, &versions, &[]), &keys(&calendar));
    assert!(matches!(judgement.verdict, Verdict::Guilty(Guilt::TwoClaimSets { what: "versions", .. })));

    let windows = calendar.told(WINDOW + 1, &[]);
    shows_nothing(&file(&one, &windows, &calendar.chain), &keys(&calendar), Doubt::Window);
    calendar.note(0);
    let later = calendar.tell(WINDOW, &[], &[]);
    shows_nothing(&file(&one, &later, &calendar.chain), &keys(&calendar), Doubt::Order);
}
