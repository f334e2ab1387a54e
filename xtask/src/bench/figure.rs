//! Figures as the measuring programs print them, and the closing table.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process;

/// What begins the line of a figure.
const MARK: &str = "figure | ";

/// One measured figure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Figure {
    /// What was measured.
    pub(super) name: String,
    /// How much it is.
    pub(super) value: String,
    /// What is aimed at.
    pub(super) aim: String,
    /// Whether that was met.
    pub(super) met: bool,
}

/// Runs a measuring program, whose output goes to the terminal, and gives the figures that it printed.
pub(super) fn measure(command: &mut Command) -> Outcome<Vec<Figure>> {
    let printed = process::tee(command)?;
    if !printed.success {
        return Err(Failure::new("The measurement did not come to its end; its last lines say why."));
    }
    let figures: Vec<_> = printed.stdout.lines().filter_map(parse).collect();
    if figures.is_empty() {
        return Err(Failure::new("The measurement printed no figure."));
    }
    Ok(figures)
}

/// `figure | name | value | aim | met` or `… | missed`.
fn parse(line: &str) -> Option<Figure> {
    let mut parts = line.trim_start().strip_prefix(MARK)?.split(" | ").map(str::to_owned);
    let (name, value, aim, met) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Figure { name, value, aim, met: met.trim() == "met" })
}

/// All figures, one a line.
pub(super) fn table(figures: &[Figure]) -> String {
    let heads = ["figure", "measured", "aim"].map(str::to_owned);
    let rows: Vec<[&String; 3]> = std::iter::once(heads.each_ref())
        .chain(figures.iter().map(|figure| [&figure.name, &figure.value, &figure.aim]))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let verdicts = std::iter::once("").chain(figures.iter().map(|figure| if figure.met { "met" } else { "missed" }));
    let mut text = String::new();
    for (row, verdict) in rows.iter().zip(verdicts) {
        let line = format!(
            "{:<w0$}  {:<w1$}  {:<w2$}  {verdict}",
            row[0],
            row[1],
            row[2],
            w0 = widths[0],
            w1 = widths[1],
            w2 = widths[2]
        );
        text.extend([line.trim_end(), "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_shown() {
        let line = "figure | free times, 1,500 bookings | 151.2 kB | at most 150 | missed";
        let figure = parse(line).unwrap();
        assert_eq!((figure.value.as_str(), figure.met), ("151.2 kB", false));
        assert_eq!(parse("a figure | of speech"), None);
        let text = table(&[figure]);
        assert!(text.ends_with("free times, 1,500 bookings  151.2 kB  at most 150  missed\n"), "{text}");
    }

    #[test]
    fn a_program_without_figures_has_measured_nothing() {
        assert!(measure(Command::new("true").arg("x")).is_err());
        assert!(measure(Command::new("sh").args(["-c", "echo 'figure | a | 1 | at most 2 | met'; exit 1"])).is_err());
        let figures = measure(Command::new("sh").args(["-c", "echo 'figure | a | 1 | at most 2 | met'"])).unwrap();
        assert!(figures[0].met);
    }
}
