//! `souspli journal` and `souspli breach-report`, as a practice runs them after a device was stolen.

mod scene;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use scene::{Scene, lines_of};

#[tokio::test]
async fn who_fetched_what_and_whom_to_tell() {
    let scene = Scene::new().await;
    scene.demo().await;
    let (key, words) = (scene.secret("key", "desk-account-key"), scene.secret("words", "desk-passphrase"));
    let desk = ["--account-key-file", &key, "--passphrase-file", &words];
    scene.must(&[&["agenda", "--to", "2099-01-01"][..], &desk].concat()).await;
    let strange = scene.book("=cmd|'/C calc'!A0 <b>Patient</b>").await;
    scene.must(&[&["agenda", "--to", "2099-01-01"][..], &desk].concat()).await;
    scene.agenda().await;
    the_journal_is_printed(&scene).await;
    a_report_of_a_member_is_written_once(&scene, &strange).await;
    a_report_of_an_owner_has_the_reasons(&scene).await;
    a_desk_member_reports_by_key_and_says_what_it_cannot_know(&scene, &desk).await;
    a_report_of_a_link_tells_nobody(&scene).await;
}

async fn the_journal_is_printed(scene: &Scene) {
    let printed = scene.must(&["journal", "--since", "2h", "--kit", &scene.kit()]).await;
    assert!(printed.contains("Desk One (desk)") && printed.contains("· this key"), "{printed}");
    assert!(printed.contains("37 records") && printed.contains("the host signed for it at"), "{printed}");
    let french = scene.must(&["journal", "--lang", "fr", "--kit", &scene.kit()]).await;
    assert!(french.contains("Desk One (secrétariat)") && french.contains("37 dossiers"), "{french}");
    let nobody =
        scene.must(&["journal", "--until", "2020-01-01", "--since", "2019-12-31", "--kit", &scene.kit()]).await;
    assert!(nobody.starts_with("Nobody has read anything"), "{nobody}");
    let json = scene.must(&["journal", "--json", "--kit", &scene.kit()]).await;
    let journal: Value = serde_json::from_str(&json).expect("JSON");
    assert!(journal["lines"].as_array().is_some_and(|lines| lines.len() >= 2));
    let output = scene.run(&["journal", "--since", "soon", "--kit", &scene.kit()]).await;
    assert_eq!(output.status.code(), Some(2), "{}", lines_of(&output.stderr));
}

fn read(folder: &Path, name: &str) -> String {
    let file = folder.join(name);
    let mode = std::fs::metadata(&file).expect("written").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{name} is this user's alone");
    std::fs::read_to_string(file).expect("text")
}

/// Rows without the heading, as RFC 4180 reads them; no field of these tables has a line's end in it.
fn rows(table: &str) -> Vec<Vec<String>> {
    let table = table.strip_prefix('\u{feff}').expect("the mark");
    let mut rows = Vec::new();
    for line in table.strip_suffix("\r\n").expect("a last line").split("\r\n").skip(1) {
        let (mut row, mut quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                c => row.last_mut().expect("a field").push(c),
            }
        }
        rows.push(row);
    }
    rows
}

async fn a_report_of_a_member_is_written_once(scene: &Scene, strange: &Value) {
    let out = scene.path("report");
    let command =
        ["breach-report", "--member", "desk one", "--out", out.to_str().expect("a path"), "--kit", &scene.kit()];
    let printed = scene.must(&command).await;
    assert!(printed.contains("Desk One (desk)") && printed.contains("people.csv"), "{printed}");
    let cover = read(&out, "cover.txt");
    assert!(printed.starts_with(&cover));
    let number = |label: &str| {
        let line = cover.lines().find(|line| line.starts_with(label)).unwrap_or_else(|| panic!("{label} in {cover}"));
        line.rsplit("  ").next().expect("a value").to_owned()
    };
    assert_eq!(number("Records given"), "37");
    assert_eq!((number("Health data (GDPR art. 9)"), number("Records not readable here")), ("none".into(), "0".into()));
    assert!(cover.contains("[TO COMPLETE: when the practice became aware"), "{cover}");
    let (people, records) = (rows(&read(&out, "people.csv")), rows(&read(&out, "records.csv")));
    assert_eq!(number("Persons to tell (about)"), people.len().to_string());
    let ids: BTreeSet<&str> =
        records.iter().map(|row| row[0].trim_start_matches('\'')).filter(|id| !id.is_empty()).collect();
    let agenda = scene.agenda().await;
    assert_eq!(ids, agenda.iter().map(|item| item["record"].as_str().expect("an id")).collect());
    let silent = records.iter().filter(|row| row[0].is_empty());
    assert!(
        silent.clone().count() > 0
            && silent.clone().all(|row| row[13].contains("publications, or events that were erased"))
    );
    assert!(people.iter().all(|row| row[8].is_empty() && row[7].contains("name")), "a desk member reads no reason");
    // What a patient typed computes in no spreadsheet and is no markup.
    let id = strange["record"].as_str().expect("an id");
    let row = people.iter().find(|row| row[9].contains(id)).expect("the strange one");
    assert_eq!(row[0], "'=cmd|'/C calc'!A0 <b>Patient</b>");
    let letters = read(&out, "letters.html");
    assert_eq!(letters.matches("<article").count(), people.len());
    assert!(letters.contains("&lt;b&gt;Patient&lt;/b&gt;") && !letters.contains("<b>Patient</b>"));
    assert!(letters.contains("default-src 'none'") && letters.contains("<mark>[TO COMPLETE: "));

    let again = scene.run(&command).await;
    assert_eq!(again.status.code(), Some(1), "nothing is overwritten");
    assert!(lines_of(&again.stderr).contains("the folder is not empty"));
    let mode = std::fs::metadata(&out).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o700);
}

async fn a_report_of_an_owner_has_the_reasons(scene: &Scene) {
    let journal = scene.must(&["journal", "--json", "--kit", &scene.kit()]).await;
    let journal: Value = serde_json::from_str(&journal).expect("JSON");
    let lines = journal["lines"].as_array().expect("lines");
    let owner = lines.iter().find(|line| line["who"]["role"] == "owner").expect("the owner has read");
    let out = scene.path("of-the-owner");
    let key = owner["key"].as_str().expect("a key");
    let kit = scene.kit();
    let command =
        ["breach-report", "--lang", "fr", "--key", key, "--out", out.to_str().expect("a path"), "--kit", &kit];
    scene.must(&command).await;
    let people = rows(&read(&out, "people.csv"));
    assert!(people.iter().any(|row| row[8].contains("motif de la visite")));
    assert!(read(&out, "cover.txt").contains("[À COMPLÉTER : ce qui s’est passé"));
    assert!(
        read(&out, "letters.html").contains("reason of the visit")
            || read(&out, "letters.html").contains("motif de la visite")
    );
}

async fn a_desk_member_reports_by_key_and_says_what_it_cannot_know(scene: &Scene, desk: &[&str]) {
    let journal = scene.must(&["journal", "--json", "--kit", &scene.kit()]).await;
    let journal: Value = serde_json::from_str(&journal).expect("JSON");
    let lines = journal["lines"].as_array().expect("lines");
    let owner = lines.iter().find(|line| line["who"]["role"] == "owner").expect("the owner has read");
    let out = scene.path("by-the-desk");
    let out_path = out.to_str().expect("a path");
    let key = owner["key"].as_str().expect("a key");
    let by_name = scene.run(&[&["breach-report", "--member", "Desk One", "--out", out_path][..], desk].concat()).await;
    assert_eq!(by_name.status.code(), Some(1));
    assert!(lines_of(&by_name.stderr).contains("[owner_only]") && !out.exists(), "names are an owner's to know");
    scene.must(&[&["breach-report", "--key", key, "--out", out_path][..], desk].concat()).await;
    let records = rows(&read(&out, "records.csv"));
    assert!(records.iter().any(|row| row[13].contains("whether there are any is not known here")));
    assert!(read(&out, "letters.html").contains("if there are any"));
}

async fn a_report_of_a_link_tells_nobody(scene: &Scene) {
    let kit = scene.kit();
    let out = scene.path("of-a-link");
    let command = ["breach-report", "--link", "1", "--out", out.to_str().expect("a path"), "--kit", &kit];
    let printed = scene.must(&command).await;
    assert!(printed.contains("no record opens with it") && printed.contains("bookings.csv"), "{printed}");
    assert_eq!(rows(&read(&out, "bookings.csv")).len(), 37);
    assert!(!out.join("letters.html").exists() && !out.join("people.csv").exists());
    let output = scene.run(&["breach-report", "--link", "Nothing", "--json", "--kit", &kit]).await;
    assert!(lines_of(&output.stderr).contains("[no_link (link)]"), "{}", lines_of(&output.stderr));
    let json = scene.must(&["breach-report", "--since", "1h", "--json", "--kit", &kit]).await;
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert!(report["keys"].as_array().is_some_and(|keys| keys.len() >= 2), "everybody of the last hour");
}
