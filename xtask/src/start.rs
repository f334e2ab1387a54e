//! `cargo xtask start`: builds what is not built, and runs the host.

use std::env;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, value_parser};

use crate::failure::{Failure, OrSay, Outcome};
use crate::interrupt::{self, Passed};
use crate::steps::{seconds, step};
use crate::workspace::Workspace;
use crate::{process, toolchain, versions, wasm, web};

const SERVER: &str = "souspli-server";
/// What the server logs.
const LOG_FILTER: &str = "SOUSPLI_LOG_FILTER";
const AGENT: &str = "souspli";
/// Where the server reads the database's address.
const DATABASE_URL: &str = "SOUSPLI_DATABASE_URL";
/// The longest time from the server's start to its readiness; migrations of a large database take long.
const READY: Duration = Duration::from_mins(2);

/// Build everything that is missing or changed and start a host on this machine.
///
/// Installs the wasm target (through rustup) and the npm packages (into web-client/node_modules), builds the wasm and
/// the web client, and runs the host. Nothing is installed globally. A second start takes seconds. Ctrl-C stops it.
#[derive(Args)]
pub(crate) struct Options {
    /// The port to listen on, on 127.0.0.1
    #[arg(long, default_value_t = 8080, value_parser = value_parser!(u16).range(1..))]
    port: u16,
    /// The folder of the host's keys and, without --database-url, of its SQLite database
    #[arg(long, default_value = "./data", value_name = "FOLDER")]
    data: PathBuf,
    /// A PostgreSQL database to use instead of SQLite, such as postgres://user:password@127.0.0.1/souspli; others on
    /// this machine can see it here, and not in the variable
    #[arg(long, value_name = "URL", env = DATABASE_URL, hide_env_values = true)]
    database_url: Option<String>,
    /// Fill in a synthetic practice and print its booking link and how to unlock it; run twice, it does not double
    #[arg(long)]
    demo: bool,
}

/// Runs the command; ends when the host does.
pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let begin = Instant::now();
    check_port(options.port)?;
    step("versions", versions::check)?;
    let workspace = Workspace::load()?;
    build(&workspace, options)?;
    check_port(options.port)?;
    let mut host = Host::start(&workspace, options)?;
    let ready = step("host", || host.wait_until_ready(options.port)).and_then(|()| {
        println!("\nStarted in {}.", seconds(begin.elapsed()));
        if options.demo { demo(&workspace, options) } else { Ok(()) }
    });
    match ready {
        Ok(()) => println!("{}", where_to_click(options)),
        Err(Failure::Interrupted) => {}
        // The host is stopped with the end of this function.
        Err(failure) => return Err(failure),
    }
    let status = host.process.wait().or_say("Cannot wait for the host")?;
    match (interrupt::requested(), status.success()) {
        (true, true) => {
            println!("\nStopped. Nothing is lost: every booking that was acknowledged is in {}.", place(options));
            Ok(ExitCode::SUCCESS)
        }
        (true, false) => Err(Failure::Sentence(format!(
            "The host was stopped before it had ended by itself ({status}). What it had acknowledged is on the disk, \
             and the next start goes on from there."
        ))),
        (false, _) => Err(Failure::Sentence(format!("The host ended by itself ({status}); its last lines say why."))),
    }
}

/// The running host: signals are passed on to it, and it ends with us, however we end.
struct Host {
    process: Child,
    _passed: Passed,
}

impl Host {
    fn start(workspace: &Workspace, options: &Options) -> Outcome<Self> {
        let process = process::spawn(&mut server_command(workspace, options))?;
        Ok(Self { _passed: Passed::to(&process), process })
    }

    fn wait_until_ready(&mut self, port: u16) -> Outcome<&'static str> {
        let begin = Instant::now();
        while begin.elapsed() < READY {
            interrupt::check()?;
            if let Some(status) = self.process.try_wait().or_say("Cannot wait for the host")? {
                return Err(Failure::Sentence(format!("The host did not start ({status}); its last lines say why.")));
            }
            if is_ready(port) {
                return Ok("ready");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::Sentence(format!("The host was not ready after {}; its last lines say why.", seconds(READY))))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            interrupt::send("INT", self.process.id());
            let _ = self.process.wait();
        }
    }
}

fn build(workspace: &Workspace, options: &Options) -> Outcome {
    step("crates", || toolchain::crates(&workspace.root))?;
    step("npm packages", || web::packages(workspace))?;
    wasm::build_all(workspace)?;
    step("web client", || web::build(workspace))?;
    step("host, compile", || compile(workspace, "souspli-server", SERVER))?;
    if options.demo {
        step("agent, compile", || compile(workspace, "souspli-agent", AGENT))?;
    }
    Ok(())
}

/// Compiles in the development profile, in which the cryptographic crates are optimised: a start takes less time.
fn compile(workspace: &Workspace, package: &str, bin: &str) -> Outcome<&'static str> {
    process::run(process::cargo(&workspace.root).args(["build", "--package", package, "--bin", bin]))?;
    Ok("compiled")
}

fn check_port(port: u16) -> Outcome {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Failure::Sentence(format!(
            "Port {port} of 127.0.0.1 is taken, perhaps by a Souspli that is running already. Stop that program or \
             choose another port: cargo xtask start --port {}",
            port.checked_add(1).unwrap_or(8080)
        ))),
        Err(error) => Err(Failure::Sentence(format!("Port {port} of 127.0.0.1 cannot be used: {error}."))),
    }
}

fn server_command(workspace: &Workspace, options: &Options) -> Command {
    let mut command = Command::new(workspace.bin(SERVER));
    command.args(["serve", "--port", &options.port.to_string(), "--data"]).arg(&options.data);
    if let Some(url) = &options.database_url {
        // Not as an argument: every user of this machine can read those, and a password may be in it.
        command.env(DATABASE_URL, url);
    }
    // A line for each request would bury what this command says; who wants them sets the variable.
    if env::var_os(LOG_FILTER).is_none() {
        command.env(LOG_FILTER, "warn");
    }
    command
}

/// Whether `GET /readyz` is answered with 200.
fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        // In one piece: whoever answers the first of several and closes makes the others fail, and the answer is lost.
        let request = format!("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

fn demo(workspace: &Workspace, options: &Options) -> Outcome {
    step("demonstration", || {
        let mut agent = Command::new(workspace.bin(AGENT));
        agent.args(["demo", "--host", &url(options.port), "--data"]).arg(&options.data);
        process::run(&mut agent).map(|()| "filled in")
    })
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Where the data is, for people; never the database's address, which may hold a password.
fn place(options: &Options) -> String {
    let folder = options.data.display();
    if options.database_url.is_some() {
        format!("the PostgreSQL database, the host's keys in {folder}")
    } else {
        folder.to_string()
    }
}

fn where_to_click(options: &Options) -> String {
    let url = url(options.port);
    format!(
        "\n  {url}/practice   create a practice, or open yours\n  {url}/           what patients' links open\n\n\
         Data in {}. Press Ctrl-C to stop.",
        place(options)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_before_anything_is_built() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let Err(Failure::Sentence(sentence)) = check_port(port) else { panic!("the port is taken") };
        assert!(sentence.contains("is taken"), "{sentence}");
        drop(taken);
        check_port(port).unwrap();
    }

    #[test]
    fn a_databases_password_is_in_no_argument_and_in_nothing_that_is_printed() {
        #[derive(clap::Parser)]
        struct Start {
            #[command(flatten)]
            options: Options,
        }
        let url = "postgres://souspli:secret@127.0.0.1/souspli";
        let Start { options } = clap::Parser::parse_from(["start", "--database-url", url]);
        let command = server_command(&Workspace::load().unwrap(), &options);
        assert!(command.get_args().all(|argument| !argument.to_string_lossy().contains("secret")));
        let given = command.get_envs().find(|(name, _)| *name == DATABASE_URL);
        assert_eq!(given.and_then(|(_, value)| value), Some(std::ffi::OsStr::new(url)));
        assert!(!where_to_click(&options).contains("secret"));
        assert!(<Start as clap::Parser>::try_parse_from(["start", "--port", "0"]).is_err(), "no port to click on");
    }

    #[test]
    fn the_host_ends_with_us() {
        let process = process::spawn(Command::new("sleep").arg("60")).unwrap();
        let id = process.id();
        drop(Host { _passed: Passed::to(&process), process });
        let alive = process::capture(Command::new("sh").args(["-c", &format!("kill -s 0 {id}")])).unwrap();
        assert!(!alive.success);
    }

    #[test]
    fn only_status_200_is_ready() {
        for (answer, ready) in [("HTTP/1.1 200 OK\r\n\r\n", true), ("HTTP/1.1 503 Wait\r\n\r\n", false), ("", false)] {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 512];
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(is_ready(port), ready);
            server.join().unwrap();
        }
    }
}
