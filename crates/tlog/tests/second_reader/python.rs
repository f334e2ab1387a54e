//! Runs the second reader.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// Where a library goes that the machine's Python does not have.
fn library() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("second-reader")
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/second-reader")
}

/// Python that finds the library; `-B` leaves no compiled files behind.
fn python(arguments: &[&str]) -> Output {
    let mut command = Command::new("python3");
    command.arg("-B").args(arguments).env("PYTHONPATH", library());
    command.output().expect("the second reader needs `python3`, 3.10 or later, on the path")
}

/// Makes sure, once, that Python has the one library that the second reader needs.
fn prepare() {
    static READY: OnceLock<()> = OnceLock::new();
    READY.get_or_init(|| {
        // Old versions of the library lack what is asked for here.
        let asked = "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as Key; Key.public_bytes_raw";
        let has_library = || python(&["-c", asked]).status.success();
        if has_library() {
            return;
        }
        let (target, wanted) = (library(), home().join("requirements.txt"));
        let (target, wanted) = (target.to_str().expect("a path in UTF-8"), wanted.to_str().expect("a path in UTF-8"));
        let installed = python(&["-m", "pip", "install", "--quiet", "--target", target, "--requirement", wanted]);
        assert!(
            installed.status.success() && has_library(),
            "the second reader needs the Python package `cryptography`, and `pip install --target {target} --requirement \
             {wanted}` did not get it: {}",
            String::from_utf8_lossy(&installed.stderr)
        );
    });
}

/// The second reader's verdicts on these cases, in their order.
pub(crate) fn judge(cases: &[Value]) -> Vec<Value> {
    prepare();
    let file = tempfile::NamedTempFile::new().expect("a file");
    serde_json::to_writer(&file, cases).expect("cases");
    let (status, output) = run(&["judge", file.path().to_str().expect("a path in UTF-8")]);
    assert_eq!(status, 0);
    let verdicts: Vec<Value> = serde_json::from_slice(&output).expect("verdicts");
    assert_eq!(verdicts.len(), cases.len());
    verdicts
}

/// One command as a person gives it: its exit code and what it prints.
pub(crate) fn run(arguments: &[&str]) -> (i32, Vec<u8>) {
    prepare();
    let reader = home().join("reader.py");
    let output = python(&[&[reader.to_str().expect("a path in UTF-8")], arguments].concat());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.code().expect("an exit code"), output.stdout)
}
