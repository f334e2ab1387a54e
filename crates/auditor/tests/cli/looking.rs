//! `database`, `files`, `retention`, `canaries`, `policy`: what they take, say and end with.

use souspli_auditor::Check;
use souspli_auditor::policy::Policy;
use souspli_auditor::report::Report;
use souspli_auditor::scan::CanarySet;

use crate::program::Desk;

fn report(desk: &Desk, name: &str) -> Report {
    Report::from_json(desk.read(name).as_bytes()).expect("a report")
}

#[test]
fn persons_are_invented_once_and_shown() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["canaries", "new", "c.json", "--persons", "3"]).code, 0);
    let before = desk.read("c.json");
    let set = CanarySet::read(before.as_bytes()).expect("a set");
    assert_eq!((set.persons.len(), set.canaries().len()), (3, 15));
    let again = desk.run(&["canaries", "new", "c.json"]);
    assert_eq!((again.code, desk.read("c.json")), (6, before), "{}", again.err);
    let shown = desk.run(&["canaries", "show", "c.json"]);
    assert!(set.persons.iter().all(|person| shown.out.contains(&person.name)), "{}", shown.out);
    let french = desk.run_in("fr_FR.UTF-8", &["canaries", "show", "c.json"]).out;
    assert!(french.contains("Motif: ") || french.contains("Motif : "), "{french}");
    assert_eq!(desk.run(&["canaries", "new", "d.json", "--persons", "100000"]).code, 2);
    assert!(!desk.path("d.json").exists());
    for (name, content) in [("text", "words"), ("empty", ""), ("other", "{\"version\": 2, \"persons\": []}")] {
        desk.write(name, content);
        let ran = desk.run(&["canaries", "show", name]);
        assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{name}");
        assert!(ran.err.contains(name), "{}", ran.err);
    }
}

#[test]
fn the_policy_is_printed_and_taken_back() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["policy"]).out, Policy::EMBEDDED);
    desk.write("p.toml", Policy::EMBEDDED);
    desk.write("broken.toml", "version = 1");
    std::fs::create_dir(desk.path("data")).expect("a folder");
    assert_eq!(desk.run(&["files", "data", "--policy", "p.toml", "--json", "r.json"]).code, 0);
    assert_eq!(report(&desk, "r.json").policy.expect("a policy").name, "p.toml");
    let ran = desk.run(&["files", "data", "--policy", "broken.toml"]);
    assert_eq!(ran.code, 5);
    assert!(ran.err.contains("broken.toml"), "{}", ran.err);
    assert_eq!(desk.run(&["files", "data", "--policy", "nowhere.toml"]).code, 6);
}

#[test]
fn what_cannot_be_looked_at_makes_the_audit_incomplete() {
    let desk = Desk::new();
    desk.write("text", "no database at all");
    for source in ["nowhere.db", "text", "postgres://nobody:hunter2@127.0.0.1:1/none"] {
        for command in ["database", "retention"] {
            let name = desk.fresh();
            let ran = desk.run(&[command, source, "--host", "h", "--json", &name]);
            assert_eq!(ran.code, 4, "{command} {source}: {}", ran.err);
            assert!(!desk.read(&name).contains("hunter2") && !ran.out.contains("hunter2"));
            let report = report(&desk, &name);
            assert!(report.looked.is_empty() && report.unchecked.len() == 1, "{:?}", report.unchecked);
        }
    }
    assert_eq!(desk.run(&["files", "nowhere"]).code, 4);
    assert_eq!(desk.run(&["files", "text"]).code, 4, "a file is no folder");
    assert_eq!(desk.run(&["files"]).code, 2);
    assert_eq!(desk.run(&["retention", "text", "--now", "tomorrow"]).code, 2);
}

#[test]
fn a_word_in_a_folder_is_a_breach_and_the_report_says_where() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["canaries", "new", "c.json", "--persons", "2"]).code, 0);
    let set = CanarySet::read(desk.read("c.json").as_bytes()).expect("a set");
    std::fs::create_dir_all(desk.path("data/old")).expect("a folder");
    desk.write("data/old/copy.txt", format!("seen: {}", set.persons[1].name.to_uppercase()));
    desk.write("data/souspli-server.log", "");
    let ran = desk.run(&["files", "data", "--canaries", "c.json", "--host", "h", "--json", "r.json"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let report = report(&desk, "r.json");
    let canary = report.findings.iter().find(|finding| finding.check == Check::Canary).expect("found");
    assert_eq!(canary.place.to_string(), "folder data › file old/copy.txt");
    assert!(canary.facts.iter().any(|fact| fact.value == "canary 2, name"), "{:?}", canary.facts);
    assert!(report.findings.iter().all(|finding| !finding.place.path.iter().any(|step| step.contains("server.log"))));
}
