//! `show` and `verify`.

use souspli_auditor::Severity;
use souspli_auditor::report::{AuditorKey, Signed};

use crate::program::{Desk, report};

#[test]
fn showing_a_report_ends_as_the_audit_did() {
    let desk = Desk::new();
    for (severity, code) in
        [(None, 0), (Some(Severity::Note), 0), (Some(Severity::Warning), 1), (Some(Severity::Breach), 3)]
    {
        desk.signed("r.json", severity);
        let shown = desk.run(&["show", "r.json"]);
        assert_eq!((shown.code, shown.err.as_str()), (code, ""), "{severity:?}: {}", shown.out);
        let quiet = desk.run(&["show", "r.json", "--quiet"]);
        assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (code, "", ""));
    }
    let breach = desk.run(&["show", "r.json"]).out;
    assert!(breach.contains("At least one breach") && breach.contains("[clear_run]"), "{breach}");
    assert!(breach.contains("\\u{1b}[2J") && breach.contains("\\u{202e}x"), "what is hidden is shown: {breach}");
    assert!(!breach.contains('\u{1b}') && !breach.contains('\u{202e}'), "and nothing reaches the terminal raw");
}

#[test]
fn a_report_has_a_page_in_each_language_and_pages_are_never_overwritten() {
    let desk = Desk::new();
    let key = desk.signed("r.json", Some(Severity::Breach));
    for (language, word) in [("en", "What was found"), ("fr", "Ce qui a été trouvé")] {
        let name = format!("{language}.html");
        let shown = desk.run(&["show", "r.json", "--html", &name, "--language", language, "--quiet"]);
        assert_eq!((shown.code, shown.err.as_str()), (3, ""));
        let page = desk.read(&name);
        assert!(page.contains(word) && page.contains(&key), "{language}");
        let checked = desk.run(&["verify", "r.json", "--html", &name, "--signed-by", &key]);
        assert_eq!((checked.code, checked.err.as_str()), (0, ""));
        let again = desk.run(&["show", "r.json", "--html", &name]);
        assert_eq!(again.code, 6, "{}", again.out);
        assert_eq!(desk.read(&name), page);

        desk.write("changed.html", page.replace("Breach", "Nothing").replace("Manquement", "Rien"));
        let changed = desk.run(&["verify", "r.json", "--html", "changed.html"]);
        assert_eq!(changed.code, 7);
        assert!(changed.err.contains("somebody has changed it"), "{}", changed.err);
    }
}

#[test]
fn a_signature_holds_or_the_program_ends_with_7_and_says_why() {
    let desk = Desk::new();
    let key = desk.signed("r.json", None);
    let held = desk.run(&["verify", "r.json"]);
    assert_eq!((held.code, held.err.as_str()), (0, ""));
    assert!(held.out.contains("The signature holds.") && held.out.contains(&key) && held.out.contains("--signed-by"));
    let known = desk.run(&["verify", "r.json", "--signed-by", &key]);
    assert!(known.code == 0 && !known.out.contains(&key), "{}", known.out);

    let stranger = AuditorKey::from_seed(&[9; 32]);
    let refused = |arguments: &[&str], why: &str| {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (7, ""), "{arguments:?}");
        assert!(ran.err.contains(why), "{}", ran.err);
    };
    refused(&["verify", "r.json", "--signed-by", &stranger.public().to_string()], "another key than the one expected");
    refused(&["show", "r.json", "--signed-by", &stranger.public().to_string()], "another key than the one expected");

    let json = desk.read("r.json");
    desk.write("r.json.sig", Signed::sign(json.as_bytes(), &stranger).to_text());
    refused(&["verify", "r.json"], "names another key");
    desk.signed("r.json", None);
    desk.write("r.json", json.replace("\"host\": \"h", "\"host\": \"i"));
    refused(&["verify", "r.json"], "not the report that was signed");
    refused(&["show", "r.json"], "not the report that was signed");
    desk.write("r.json", json.replace("\"verdict\": \"nothing\"", "\"verdict\": \"breach\""));
    refused(&["verify", "r.json"], "do not follow");
    desk.write("r.json", &json);
    desk.write("r.json.sig", "nothing");
    refused(&["verify", "r.json"], "not a signature file");
    std::fs::remove_file(desk.path("r.json.sig")).expect("removed");
    refused(&["verify", "r.json"], "no signature file beside it");
    refused(&["show", "r.json"], "no signature file beside it");
    desk.write("r.json", "{}");
    refused(&["show", "r.json"], "not a report of an audit");
    assert_eq!(desk.run(&["verify", "nowhere.json"]).code, 6);
}

#[test]
fn an_unsigned_report_is_shown_as_one_and_does_not_verify() {
    let desk = Desk::new();
    desk.write("r.json", report(None, None).to_json());
    let shown = desk.run(&["show", "r.json"]);
    assert_eq!(shown.code, 0);
    assert!(shown.out.contains("Nobody has signed this report."), "{}", shown.out);
    assert_eq!(desk.run(&["verify", "r.json"]).code, 7);
}
