//! `key new` and `key show`.

use std::os::unix::fs::PermissionsExt as _;

use crate::program::Desk;

#[test]
fn a_key_is_made_once_for_its_owner_alone_and_shown_again() {
    let desk = Desk::new();
    let made = desk.run(&["key", "new", "auditor.key"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    assert_eq!(made.out.trim_end().len(), 43, "a public key: {}", made.out);
    let rights = std::fs::metadata(desk.path("auditor.key")).expect("file").permissions().mode();
    assert_eq!(rights & 0o777, 0o600);
    assert_eq!(desk.run(&["key", "show", "auditor.key"]).out, made.out);

    let before = desk.read("auditor.key");
    let again = desk.run(&["key", "new", "auditor.key"]);
    assert_eq!(again.code, 6);
    assert!(again.err.contains("never overwritten"), "{}", again.err);
    assert_eq!(desk.read("auditor.key"), before);

    let other = desk.run(&["key", "new", "other.key"]);
    assert_ne!(other.out, made.out);
}

#[test]
fn a_key_that_others_may_read_or_that_is_none_is_refused() {
    let desk = Desk::new();
    desk.run(&["key", "new", "auditor.key"]);
    let file = desk.path("auditor.key");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("mode");
    let exposed = desk.run(&["key", "show", "auditor.key"]);
    assert_eq!(exposed.code, 7);
    assert!(exposed.err.contains("chmod 600"), "{}", exposed.err);
    desk.write("none", "nothing");
    std::fs::set_permissions(desk.path("none"), std::fs::Permissions::from_mode(0o600)).expect("mode");
    assert_eq!(desk.run(&["key", "show", "none"]).code, 7);
    let missing = desk.run(&["key", "show", "nowhere"]);
    assert_eq!((missing.code, missing.err.contains("it is not there")), (6, true), "{}", missing.err);
    assert_eq!(desk.run(&["key", "new", "no/folder/key"]).code, 6);
}
