//! Opening a full agenda in a real browser: `tests/e2e/agenda.bench.ts`.

use super::figure::{Figure, measure};
use super::setting::Setting;
use crate::browser;
use crate::failure::Outcome;

pub(super) fn run(setting: &mut Setting) -> Outcome<Vec<Figure>> {
    let chromium = browser::chromium()?;
    let mut program = setting.program("agenda")?;
    let web = setting.workspace.web_client();
    program.arg("--").arg(web.join("node_modules/.bin/playwright"));
    program.args(["test", "--config", "../tests/e2e/bench.config.ts", "--reporter", "line"]);
    program.current_dir(&web).env(browser::VARIABLE, chromium);
    measure(&mut program)
}
