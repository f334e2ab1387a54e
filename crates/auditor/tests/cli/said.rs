//! What the program says of itself.

use crate::program::Desk;

#[test]
fn a_wrong_command_line_ends_with_2() {
    let desk = Desk::new();
    for arguments in [
        &[][..],
        &["all"],
        &["nothing"],
        &["show"],
        &["verify", "r.json", "--signed-by", "short"],
        &["all", "--config", "a.toml", "--language", "de"],
        &["key", "new"],
    ] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn help_says_what_it_does_what_it_needs_and_how_it_ends() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]);
    assert_eq!(help.code, 0);
    for word in [
        "Exit codes:",
        "  0 ",
        "  1 ",
        "  2 ",
        "  3 ",
        "  4 ",
        "  5 ",
        "  6 ",
        "  7 ",
        "config example",
        "--language",
        "--quiet",
    ] {
        assert!(help.out.contains(word), "{word}: {}", help.out);
    }
    let commands: Vec<&str> = help
        .out
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .collect();
    assert_eq!(
        commands,
        [
            "all",
            "database",
            "files",
            "retention",
            "canaries",
            "traffic",
            "live",
            "log",
            "receipt",
            "evidence",
            "witness",
            "show",
            "verify",
            "key",
            "config",
            "policy",
            "schema",
            "completions",
            "man"
        ]
    );
    let text = include_str!("../../../../docs/auditing.md");
    let told = |command: &&str| text.contains(&format!("| `{command}` |"));
    assert!(commands.iter().all(told), "docs/auditing.md names what is here");
    for line in text.lines().filter(|line| line.ends_with("| not there yet |")) {
        assert!(!commands.iter().any(|command| line.starts_with(&format!("| `{command}` |"))), "it is there: {line}");
    }
    for command in commands {
        let of = desk.run(&[command, "--help"]);
        assert!(of.code == 0 && of.out.contains("Usage:"), "{command}");
    }
}

#[test]
fn the_schema_the_example_the_manual_and_the_completions_are_printed() {
    let desk = Desk::new();
    let schema = desk.run(&["schema"]).out;
    assert_eq!(schema, souspli_auditor::report::SCHEMA);
    for (language, word) in [("en", "# The host under examination"), ("fr", "# L’hébergeur examiné")] {
        let example = desk.run(&["config", "example", "--language", language]).out;
        assert!(example.contains(word) && example.contains("host = "), "{example}");
    }
    assert!(desk.run(&["man"]).out.contains(".TH souspli-audit"));
    assert!(desk.run(&["completions", "bash"]).out.contains("souspli-audit"));
    std::fs::create_dir(desk.path("man1")).expect("folder");
    assert_eq!(desk.run(&["man", "man1"]).code, 0);
    assert!(desk.path("man1/souspli-audit.1").exists() && desk.path("man1/souspli-audit-all.1").exists());
    assert_eq!(desk.run(&["man", "nowhere"]).code, 6);
}

#[test]
fn who_stops_reading_ends_nothing() {
    use std::process::{Command, Stdio};
    let mut running = Command::new(env!("CARGO_BIN_EXE_souspli-audit"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    drop(running.stdout.take());
    let ended = running.wait_with_output().expect("ends");
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}
