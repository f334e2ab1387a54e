//! `all`: from a configuration to a report that verifies.

use souspli_auditor::Severity;
use souspli_auditor::policy::Policy;
use souspli_auditor::report::Report;

use crate::program::Desk;

const CONFIG: &str = "\
host = \"https://rdv.example.org\"
auditor = \"A. Example\"
key = \"auditor.key\"
reports = \"reports\"
policy = \"policy.toml\"
databases = [\"souspli.db\"]
live = \"http://127.0.0.1:1\"
";

fn desk() -> Desk {
    let desk = Desk::new();
    assert_eq!(desk.run(&["key", "new", "auditor.key"]).code, 0);
    desk.write("policy.toml", Policy::EMBEDDED);
    desk.write("audit.toml", CONFIG);
    desk
}

/// The names in the folder of reports.
fn reports(desk: &Desk) -> Vec<String> {
    let entries = std::fs::read_dir(desk.path("reports")).expect("reports");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

#[test]
fn a_configuration_becomes_a_report_a_page_and_a_signature() {
    let desk = desk();
    let ran = desk.run(&["all", "--config", "audit.toml"]);
    assert_eq!((ran.code, ran.err.as_str()), (4, ""), "nothing can be looked at yet: {}", ran.out);
    let names = reports(&desk);
    let [html, json, signature] = &names[..] else { panic!("{names:?}") };
    let minute = json.strip_suffix(".json").expect("a report");
    assert!(minute.ends_with('Z') && *html == format!("{minute}.html"), "{names:?}");
    assert_eq!(*signature, format!("{json}.sig"));

    let (json, html) = (format!("reports/{json}"), format!("reports/{html}"));
    let key = desk.run(&["key", "show", "auditor.key"]).out;
    let verified = desk.run(&["verify", &json, "--html", &html, "--signed-by", key.trim_end()]);
    assert_eq!((verified.code, verified.err.as_str()), (0, ""));
    assert_eq!(desk.run(&["all", "--config", "audit.toml", "--quiet"]).code, 4);
    assert_eq!(reports(&desk).len(), 6, "a second report in the same minute has another name");

    let report = Report::from_json(desk.read(&json).as_bytes()).expect("a report");
    assert_eq!(report.host, "https://rdv.example.org");
    assert_eq!(report.auditor.name.as_deref(), Some("A. Example"));
    assert_eq!(report.policy.expect("a policy").name, "policy.toml", "as it is written, not where it is");
}

#[test]
fn whatever_is_named_stands_in_the_report() {
    let desk = desk();
    let more =
        "folders = [\"data\"]\nlogs = [\"a.log\"]\ntraffic = [\"t.har\"]\nlog = \"log\"\nreceipts = [\"r.json\"]\n";
    desk.write("audit.toml", format!("{CONFIG}{more}"));
    let ran = desk.run(&["all", "--config", "./audit.toml", "--json", "r.json", "--html", "r.html"]);
    assert_eq!((ran.code, ran.err.as_str()), (4, ""), "{}", ran.out);
    let report = Report::from_json(desk.read("r.json").as_bytes()).expect("a report");
    let named: Vec<String> = report
        .looked
        .iter()
        .map(|l| &l.place)
        .chain(report.unchecked.iter().map(|u| &u.place))
        .map(ToString::to_string)
        .collect();
    for name in ["souspli.db", "http://127.0.0.1:1", "data", "a.log", "t.har", "log", "r.json"] {
        assert!(named.iter().any(|place| place.ends_with(&format!(" {name}"))), "{name} is missing: {named:?}");
    }
    assert!(!desk.path("reports").exists(), "the command line wins over the file");
}

#[test]
fn a_report_that_is_there_already_is_left_alone_and_no_work_is_done() {
    let desk = desk();
    desk.write("r.json", "mine");
    let ran = desk.run(&["all", "--config", "audit.toml", "--json", "r.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (6, ""));
    assert!(ran.err.contains("never overwritten"), "{}", ran.err);
    assert_eq!(desk.read("r.json"), "mine");
    desk.write("s.json.sig", "mine");
    assert_eq!(desk.run(&["all", "--config", "audit.toml", "--json", "s.json"]).code, 6);
    assert!(!desk.path("s.json").exists());
}

#[test]
fn the_language_is_that_of_the_command_line_then_the_file_then_the_surroundings() {
    let desk = desk();
    let said = |locale: &str, arguments: &[&str]| {
        let name = desk.fresh();
        let mut all = vec!["all", "--config", "audit.toml", "--json", &name];
        all.extend(arguments);
        desk.run_in(locale, &all).out
    };
    assert!(said("C", &[]).starts_with("Nothing was looked at"));
    assert!(said("fr_FR.UTF-8", &[]).starts_with("Rien n’a été examiné"));
    desk.write("audit.toml", format!("language = \"fr\"\n{CONFIG}"));
    assert!(said("C", &[]).starts_with("Rien n’a été examiné"));
    assert!(said("fr_FR.UTF-8", &["--language", "en"]).starts_with("Nothing was looked at"));
}

#[test]
fn a_baseline_is_compared_with_if_it_verifies_and_refused_with_a_sentence_if_not() {
    let desk = desk();
    std::fs::remove_file(desk.path("auditor.key")).expect("removed");
    let key = desk.signed("earlier.json", Some(Severity::Breach));
    let run = |arguments: &[&str]| {
        let name = desk.fresh();
        let mut all = vec!["all", "--config", "audit.toml", "--json", &name, "--baseline", "earlier.json"];
        all.extend(arguments);
        (desk.run(&all), name)
    };
    let (compared, name) = run(&[]);
    assert_eq!((compared.code, compared.err.as_str()), (4, ""));
    assert!(compared.out.contains("no longer looked at 1"), "{}", compared.out);
    let report = Report::from_json(desk.read(&name).as_bytes()).expect("a report");
    let comparison = report.comparison.expect("compared");
    assert_eq!((comparison.gone.len(), comparison.not_seen_again.len(), comparison.lost_sight.len()), (0, 1, 1));

    let (stranger, _) = run(&["--baseline-key", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]);
    assert_eq!(stranger.code, 7);
    assert!(stranger.err.contains("another key than the one expected"), "{}", stranger.err);
    assert_eq!(run(&["--baseline-key", &key]).0.code, 4);

    let (elsewhere, _) = run(&["--host", "another"]);
    assert_eq!(elsewhere.code, 2);
    assert!(elsewhere.err.contains("another host: https://rdv.example.org, not another"), "{}", elsewhere.err);

    std::fs::rename(desk.path("earlier.json.sig"), desk.path("away.sig")).expect("moved");
    let (unsigned, _) = run(&[]);
    assert_eq!(unsigned.code, 7);
    assert!(unsigned.err.contains("not signed"), "{}", unsigned.err);
    std::fs::rename(desk.path("away.sig"), desk.path("earlier.json.sig")).expect("moved");
    desk.write("earlier.json", desk.read("earlier.json").replace("\"host\": \"h", "\"host\": \"x"));
    let (changed, name) = run(&[]);
    assert_eq!(changed.code, 7);
    assert!(changed.err.contains("somebody has changed it"), "{}", changed.err);
    assert!(!desk.path(&name).exists(), "no report comes of it");

    desk.write("audit.toml", CONFIG.replace("key = \"auditor.key\"\n", ""));
    let (keyless, _) = run(&[]);
    assert_eq!(keyless.code, 2, "{}", keyless.err);
}

#[test]
fn a_configuration_that_cannot_be_used_ends_with_5() {
    let desk = desk();
    for (text, english, french) in [
        (
            format!("{CONFIG}databses = []\n"),
            "`databases` is perhaps what was meant",
            "peut-être s’agit-il de `databases`",
        ),
        ("folders = [\"a\"]\n".to_owned(), "`host` is missing", "`host` manque"),
        ("host = \"h\"\n".to_owned(), "names nothing to examine", "ne nomme rien à examiner"),
        ("host =\n".to_owned(), "Line 1 is not TOML", "La ligne 1 n’est pas du TOML"),
        ("host = 3\n".to_owned(), "`host` must be a text", "`host` doit être un texte"),
    ] {
        desk.write("audit.toml", text);
        let ran = desk.run(&["all", "--config", "audit.toml"]);
        assert_eq!((ran.code, ran.out.as_str()), (5, ""));
        assert!(ran.err.contains(english) && ran.err.contains("audit.toml"), "{}", ran.err);
        let ran = desk.run(&["all", "--config", "audit.toml", "--language", "fr"]);
        assert!(ran.err.contains(french), "{}", ran.err);
    }
    let missing = desk.run(&["all", "--config", "nowhere.toml"]);
    assert_eq!(missing.code, 5);
    assert!(missing.err.contains("it is not there"), "{}", missing.err);
}

#[test]
fn what_is_missing_ends_it_before_the_work() {
    let desk = desk();
    desk.write("audit.toml", CONFIG.replace("reports = \"reports\"\n", ""));
    let nowhere = desk.run(&["all", "--config", "audit.toml"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.contains("say where it goes"), "{}", nowhere.err);
    desk.write("audit.toml", CONFIG);
    std::fs::remove_file(desk.path("policy.toml")).expect("removed");
    assert_eq!(desk.run(&["all", "--config", "audit.toml"]).code, 6);
    desk.write("policy.toml", "policy");
    let unusable = desk.run(&["all", "--config", "audit.toml"]);
    assert_eq!(unusable.code, 5);
    assert!(unusable.err.contains("policy.toml") && unusable.err.contains("as a policy"), "{}", unusable.err);
    desk.write("policy.toml", Policy::EMBEDDED);
    std::fs::remove_file(desk.path("auditor.key")).expect("removed");
    assert_eq!(desk.run(&["all", "--config", "audit.toml"]).code, 6);
    assert!(!desk.path("reports").exists());
}
