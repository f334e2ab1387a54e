//! The three builds of `crates/wasm`: `patient` and `log` are small, `practice` is fast.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wasm_bindgen_cli_support::Bindgen;

use crate::failure::{Failure, OrSay, Outcome};
use crate::process;
use crate::stamp::{Fingerprint, Stamp};
use crate::steps::step;
use crate::toolchain::{self, WASM_TARGET};
use crate::workspace::Workspace;

const PACKAGE: &str = "souspli-wasm";
/// The crate's name in file names.
const STEM: &str = "souspli_wasm";

/// One build: its feature, which is its name too, and the flags beyond its profile `wasm-<feature>`.
pub(crate) struct Build {
    /// `patient`, `practice` or `log`.
    pub(crate) feature: &'static str,
    flags: &'static [&'static str],
}

/// A loop instead of rounds written out: 4 kB less to load.
const COMPACT: &[&str] = &["--cfg", "sha2_backend_soft=\"compact\""];

/// All builds; the first two have keys, and run the vectors.
pub(crate) const BUILDS: [Build; 3] = [
    Build { feature: "patient", flags: COMPACT },
    // Halves Argon2id and `open`; every browser since 2023 has it.
    Build { feature: "practice", flags: &["-C", "target-feature=+simd128"] },
    Build { feature: "log", flags: COMPACT },
];

/// Adds the wasm target if it is missing and makes all builds, a step each.
pub(crate) fn build_all(workspace: &Workspace) -> Outcome {
    step("wasm target", || toolchain::wasm_target(&workspace.root))?;
    for build in &BUILDS {
        step(&format!("wasm, the {}'s build", build.feature), || build.make(workspace))?;
    }
    Ok(())
}

/// The builds with keys again, with the runner of `tests/vectors`, for the browser tests; gives the folder that holds them. They
/// are never where the web client looks.
pub(crate) fn build_vectors(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.target.join("xtask/vectors");
    for build in BUILDS.iter().filter(|build| build.feature != "log") {
        step(&format!("wasm, the {}'s build with the vectors", build.feature), || {
            let made = build.compile_with(workspace, &["vectors"]);
            let bound = made.and_then(|()| bind(&build.compiled(workspace), &folder.join(build.feature)));
            // The two share what they depend on, and cargo's name for the result: this puts back the one that is served.
            build.compile(workspace).and(bound).map(|()| "not served")
        })?;
    }
    Ok(folder)
}

impl Build {
    /// Where the web client imports this build from.
    fn package_folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.web_client().join("src/sealed/pkg").join(self.feature)
    }

    /// Makes the build unless its inputs are unchanged; gives its sizes.
    fn make(&self, workspace: &Workspace) -> Outcome<String> {
        let folder = self.package_folder(workspace);
        let stamp = Stamp::of(&workspace.target, &format!("wasm-{}", self.feature));
        let fresh = stamp.holds(&self.inputs(workspace)?, &Fingerprint::default().path(&folder)?);
        if !fresh {
            self.compile(workspace)?;
            bind(&self.compiled(workspace), &folder)?;
            // What was read is known only now: cargo lists it after compiling.
            stamp.write(&self.inputs(workspace)?, &Fingerprint::default().path(&folder)?)?;
        }
        let (plain, packed) = sizes(&folder.join(format!("{STEM}_bg.wasm")))?;
        let unchanged = if fresh { ", unchanged" } else { "" };
        Ok(format!("{} kB, {} kB gzipped{unchanged}", plain.div_ceil(1000), packed.div_ceil(1000)))
    }

    fn compile(&self, workspace: &Workspace) -> Outcome {
        self.compile_with(workspace, &[])
    }

    /// Compiles with more features than the build has.
    fn compile_with(&self, workspace: &Workspace, more: &[&str]) -> Outcome {
        if !workspace.package(PACKAGE).is_some_and(|package| package.features.iter().any(|name| name == self.feature)) {
            return Err(Failure::Sentence(format!("{PACKAGE} has no feature `{}`.", self.feature)));
        }
        let profile = self.profile();
        let features = [&[self.feature], more].concat().join(",");
        let mut cargo = process::cargo(&workspace.root);
        cargo.args(["build", "--package", PACKAGE, "--lib", "--no-default-features", "--features", &features]);
        cargo.args(["--target", WASM_TARGET, "--profile", &profile]);
        // Its own target directory: a build for the host does not wait for this one, nor rebuild because of it.
        cargo.arg("--target-dir").arg(target_folder(workspace));
        // The encoded form allows spaces in paths, and replaces whatever flags the person uses for the host.
        cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", self.rustflags(workspace).join("\u{1f}"));
        process::run(&mut cargo)
    }

    /// The flags of this build; the paths of the machine that builds do not end up in what browsers download.
    fn rustflags(&self, workspace: &Workspace) -> Vec<String> {
        let home = env::var("HOME").unwrap_or_default();
        let cargo_home = env::var("CARGO_HOME").unwrap_or_else(|_| format!("{home}/.cargo"));
        let mut flags: Vec<String> = self.flags.iter().map(ToString::to_string).collect();
        flags.push(format!("--remap-path-prefix={cargo_home}=cargo"));
        // The last that fits counts: of a crate's path, its name and what follows is enough.
        for index in fs::read_dir(format!("{cargo_home}/registry/src")).into_iter().flatten().flatten() {
            flags.push(format!("--remap-path-prefix={}=cargo", index.path().display()));
        }
        flags.push(format!("--remap-path-prefix={}=souspli", workspace.root.display()));
        flags
    }

    fn profile(&self) -> String {
        format!("wasm-{}", self.feature)
    }

    fn compiled(&self, workspace: &Workspace) -> PathBuf {
        target_folder(workspace).join(WASM_TARGET).join(self.profile()).join(format!("{STEM}.wasm"))
    }

    /// Every source file that cargo says it read, the manifests, the lock file, the compiler and the flags.
    fn inputs(&self, workspace: &Workspace) -> Outcome<Fingerprint> {
        let list = fs::read_to_string(self.compiled(workspace).with_extension("d")).unwrap_or_default();
        let compiler = process::output(Command::new("rustc").arg("-vV").current_dir(&workspace.root))?;
        let mut inputs = Fingerprint::default().word(&compiler).word(&self.rustflags(workspace).join(" "));
        for name in ["Cargo.toml", "Cargo.lock", ".cargo"] {
            inputs = inputs.path(&workspace.root.join(name))?;
        }
        for file in dependencies(&list) {
            inputs = inputs.path(&file)?;
            // src/lib.rs is beside its crate's manifest, which names features and versions.
            if file.ends_with("src/lib.rs") {
                inputs = inputs.path(&file.with_file_name("../Cargo.toml"))?;
            }
        }
        Ok(inputs)
    }
}

fn target_folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("wasm")
}

/// Writes the JavaScript, the types and the final wasm of `compiled` to `folder`.
fn bind(compiled: &Path, folder: &Path) -> Outcome {
    if folder.exists() {
        fs::remove_dir_all(folder).or_say(folder.display())?;
    }
    let mut bindgen = Bindgen::new();
    // No default path: the worker fetches the module itself, with its integrity, and hands it over.
    bindgen.input_path(compiled).omit_default_module_path(true).typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let generated = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    generated.or_say(format!("wasm-bindgen cannot read {}", compiled.display()))
}

/// The files of a makefile-style list such as cargo writes: `target: file file\ with\ space`.
fn dependencies(list: &str) -> Vec<PathBuf> {
    let Some((_, files)) = list.lines().next().and_then(|line| line.split_once(": ")) else { return Vec::new() };
    let hidden = files.replace("\\ ", "\0");
    hidden.split_whitespace().map(|file| file.replace('\0', " ").into()).collect()
}

/// The size of `file`, plain and gzipped, in bytes.
pub(crate) fn sizes(file: &Path) -> Outcome<(usize, usize)> {
    let plain = fs::read(file).or_say(file.display())?.len();
    let packed = Command::new("gzip").args(["-9", "-n", "-c"]).arg(file).stdin(Stdio::null()).output();
    let packed = packed.or_say("Cannot run `gzip`")?;
    if packed.status.success() {
        Ok((plain, packed.stdout.len()))
    } else {
        Err(Failure::Sentence(format!("gzip failed: {}", String::from_utf8_lossy(&packed.stderr))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_list_of_files_is_read() {
        let list = "/t/wasm/souspli_wasm.wasm: /w/my\\ crates/a/src/lib.rs /w/b.rs\n";
        assert_eq!(dependencies(list), [PathBuf::from("/w/my crates/a/src/lib.rs"), PathBuf::from("/w/b.rs")]);
        assert!(dependencies("").is_empty());
    }
}
