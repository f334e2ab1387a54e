//! The browser tests: Playwright, a real host, a real Chromium.

use std::fs;

use super::{Setting, Stage};
use crate::counts::{self, Counts};
use crate::failure::{OrSay, Outcome};
use crate::steps::step;
use crate::{process, wasm, web};

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    setting.need_chromium()?;
    setting.need_postgres()?;
    step("npm packages", || web::packages(&setting.workspace))?;
    wasm::build_all(&setting.workspace)?;
    let vectors = wasm::build_vectors(&setting.workspace)?;
    step("web client", || web::build(&setting.workspace))?;
    // After the web client, which the server embeds.
    setting.programs()?;
    let report = setting.workspace.target.join("xtask/playwright.json");
    if report.exists() {
        fs::remove_file(&report).or_say(report.display())?;
    }
    let mut command = web::script(&setting.workspace, "test:e2e");
    command.args(["--", "--reporter=list,json"]).env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    command.env("SOUSPLI_VECTORS", vectors);
    let printed = process::tee(setting.export(&mut command))?;
    let report = fs::read_to_string(&report).or_say("Playwright wrote no report")?;
    let mut counts = counts::playwright(&report)?;
    if !printed.success && counts.failed == 0 {
        println!("Playwright failed outside its tests: this counts as one failure.");
        counts.failed += 1;
    }
    let figures = printed.stdout.lines().filter(|line| line.starts_with("e2e: "));
    counts.notes.extend(figures.map(str::to_owned));
    Ok(counts)
}
