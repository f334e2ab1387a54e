//! A PostgreSQL cluster for one run of the tests or of a measurement: its own directory, a random loopback port, a random password, real
//! `fsync`. A watch in another process group stops and deletes it when we end, however we end: its standard input is
//! a pipe whose other end only we hold, so that even `kill -9` closes it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, process as this_process};

use crate::failure::{Failure, OrSay, Outcome};
use crate::versions::{self, Version};
use crate::{apt, process};

/// The oldest PostgreSQL that Souspli supports.
const AT_LEAST: u32 = 15;
const PREFIX: &str = "souspli-postgres-";

/// A running cluster; dropping it stops and deletes it.
pub(crate) struct Postgres {
    /// `postgres://…` of a superuser in the database `postgres`.
    pub(crate) url: String,
    /// The file with its password, for who takes addresses without one (libpq's `PGPASSFILE`).
    pub(crate) passwords: PathBuf,
    /// The data directory, for tests that look for clear text in it.
    pub(crate) data: PathBuf,
    /// The server's version.
    pub(crate) version: Version,
    /// The folder of PostgreSQL's programs.
    pub(crate) bin: PathBuf,
    watch: Child,
}

impl Postgres {
    /// Starts a cluster, having installed PostgreSQL if it is missing and can be.
    pub(crate) fn start() -> Outcome<Self> {
        let (bin, version) = binaries()?;
        let owner = Owner::find()?;
        remove_leftovers(&bin, &owner);
        let folder = env::temp_dir().join(format!("{PREFIX}{}", this_process::id()));
        DirBuilder::new().mode(0o700).create(&folder).or_say(folder.display())?;
        let watch = watch(&folder, &bin, &owner, Stdio::piped())?;
        let data = folder.join("data");
        // From here on every way out of this function goes through Drop.
        let passwords = folder.join("pgpass");
        let mut cluster = Self { url: String::new(), passwords, data, version, bin: bin.clone(), watch };
        let password = random_hex()?;
        cluster.init(&folder, &bin, &owner, &password)?;
        let port = cluster.serve(&folder, &bin, &owner)?;
        cluster.url = format!("postgres://souspli:{password}@127.0.0.1:{port}/postgres");
        let line = format!("127.0.0.1:{port}:*:souspli:{password}\n");
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&cluster.passwords);
        file.and_then(|mut file| file.write_all(line.as_bytes())).or_say(cluster.passwords.display())?;
        Ok(cluster)
    }

    fn init(&self, folder: &Path, bin: &Path, owner: &Owner, password: &str) -> Outcome {
        let file = folder.join("password");
        fs::write(&file, password).or_say(file.display())?;
        owner.give(folder)?;
        let mut initdb = owner.command(&bin.join("initdb"), folder);
        initdb.args(["--username=souspli", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]);
        initdb.args(["--no-sync", "--data-checksums"]);
        process::output(initdb.arg("--pwfile").arg(&file).arg("--pgdata").arg(&self.data))?;
        fs::remove_file(&file).or_say(file.display())
    }

    /// Starts the server; gives its port.
    fn serve(&self, folder: &Path, bin: &Path, owner: &Owner) -> Outcome<u16> {
        let log = folder.join("log");
        // Another process may take the free port before PostgreSQL does.
        for attempt in 1.. {
            let port = free_port()?;
            let options = format!(
                "-p {port} -h 127.0.0.1 -k '{}' -c fsync=on -c synchronous_commit=on -c max_connections=200",
                folder.display()
            );
            let mut start = owner.command(&bin.join("pg_ctl"), folder);
            start.args(["start", "--wait", "--silent", "--pgdata"]).arg(&self.data).arg("--log").arg(&log);
            let printed = process::capture(start.arg("--options").arg(options))?;
            if printed.success {
                return Ok(port);
            }
            if attempt == 3 {
                let log = fs::read_to_string(&log).unwrap_or_default();
                return Err(Failure::Sentence(format!("{log}{}PostgreSQL does not start.", printed.stderr)));
            }
        }
        unreachable!("the loop above ends by returning")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        if let Err(error) = self.watch.wait() {
            eprintln!("Cannot wait for PostgreSQL to be stopped: {error}");
        }
    }
}

/// Who runs PostgreSQL: we do, or the user `postgres` where we are root (initdb refuses root).
struct Owner {
    by_root: bool,
}

impl Owner {
    fn find() -> Outcome<Self> {
        Ok(Self { by_root: apt::is_root()? })
    }

    /// `program`, run by the owner in `folder`.
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = if self.by_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(folder);
        command
    }

    /// Gives `folder` and what is in it to the owner.
    fn give(&self, folder: &Path) -> Outcome {
        if self.by_root { process::run(Command::new("chown").args(["-R", "postgres:"]).arg(folder)) } else { Ok(()) }
    }
}

/// Starts the watch of `folder`: once its standard input ends, it stops the server there and deletes the folder.
fn watch(folder: &Path, bin: &Path, owner: &Owner, stdin: Stdio) -> Outcome<Child> {
    const SCRIPT: &str = r#"cat; folder=$1; shift; cd /; "$@"; rm -rf "$folder""#;
    let stop = owner.command(&bin.join("pg_ctl"), folder);
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "watch"]).arg(folder).arg(stop.get_program()).args(stop.get_args());
    command.args(["stop", "--silent", "--mode", "immediate", "--pgdata"]).arg(folder.join("data"));
    // A process group of its own: a Ctrl-C at the terminal must not end the watch.
    command.process_group(0).current_dir("/").stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().or_say("Cannot run `sh`")
}

/// Stops and deletes clusters whose run and whose watch were both killed.
fn remove_leftovers(bin: &Path, owner: &Owner) {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let Ok(pid) = pid.parse::<u32>() else { continue };
        let alive = process::capture(Command::new("sh").args(["-c", &format!("kill -s 0 {pid}")]));
        if pid == this_process::id() || alive.is_ok_and(|printed| !printed.success) {
            let removed = watch(&entry.path(), bin, owner, Stdio::null()).map(|mut child| child.wait());
            if !matches!(removed, Ok(Ok(_))) {
                eprintln!("Cannot remove {}, left by an earlier run.", entry.path().display());
            }
        }
    }
}

/// PostgreSQL's programs: `initdb` is seldom in PATH.
fn binaries() -> Outcome<(PathBuf, Version)> {
    if let Some(found) = newest() {
        return Ok(found);
    }
    apt::install(&["postgresql"], &format!("PostgreSQL {AT_LEAST} or newer"))?;
    newest().ok_or_else(|| Failure::new(format!("apt-get installed a PostgreSQL older than {AT_LEAST}.")))
}

fn newest() -> Option<(PathBuf, Version)> {
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(process::which("initdb").and_then(|file| Some(file.parent()?.to_path_buf())));
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        folders.push(entry.path().join("bin"));
    }
    let versioned = folders.into_iter().filter(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file());
    let versioned = versioned.filter_map(|bin| {
        let version = versions::version_of(bin.join("postgres").to_str()?)?;
        (version.major() >= AT_LEAST).then_some((bin, version))
    });
    versioned.max_by_key(|(_, version)| *version)
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).or_say("No free port on 127.0.0.1")?;
    Ok(listener.local_addr().or_say("No free port on 127.0.0.1")?.port())
}

fn random_hex() -> Outcome<String> {
    let mut bytes = [0; 16];
    let read = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.or_say("/dev/urandom")?;
    Ok(u128::from_le_bytes(bytes)).map(|number| format!("{number:032x}"))
}
