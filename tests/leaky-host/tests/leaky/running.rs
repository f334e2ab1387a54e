//! A running host, and what an audit from outside says of it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use souspli_auditor::report::Report;
use souspli_evil_host::{Lie, Proxy};
use souspli_journey::spawned::Spawned;
use souspli_leaky_host::audited::report;
use souspli_leaky_host::copy::Copy;

use crate::worlds;

/// One honest host for all of them; it ends with this program, which holds its input.
struct Running {
    addr: SocketAddr,
    metrics: SocketAddr,
    /// The release is that of a build that the auditor trusts; asked for once, before audits use up what an address may ask.
    release: Vec<u8>,
    _host: Mutex<Spawned>,
    minute: u32,
    _copy: Copy,
}

fn running() -> &'static Running {
    static RUNNING: OnceLock<Running> = OnceLock::new();
    RUNNING.get_or_init(|| {
        let copy = Copy::of(worlds::sqlite());
        let minute = copy.honest().minute + 1;
        let host = Spawned::start(Path::new(env!("CARGO_BIN_EXE_leaky-host")), &copy.data(), None, minute);
        let (addr, metrics) = (host.addr, host.metrics_addr);
        let release = runtime().block_on(souspli_evil_host::get(addr, "/release"));
        assert_eq!(release.status, 200, "the manifest");
        Running { addr, metrics, release: release.body, _host: Mutex::new(host), minute, _copy: copy }
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

/// The report on a running host, before which a proxy lies.
pub(crate) fn live(lie: Option<Lie>) -> Report {
    let Running { addr, metrics, release, minute, .. } = running();
    let runtime = runtime();
    let proxies = [addr, metrics].map(|addr| runtime.block_on(Proxy::before(*addr)));
    if let Some(lie) = lie.map(Arc::new) {
        for proxy in &proxies {
            proxy.tell(Arc::clone(&lie));
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("live.json");
    let manifest = folder.path().join("release.txt");
    std::fs::write(&manifest, release).expect("written");
    let [at, metrics] = proxies.each_ref().map(|proxy| format!("http://{}", proxy.addr));
    let asked = ["souspli-audit", "--quiet", "live", &at, "--metrics", &metrics, "--manifest"].map(Into::into);
    let files = [manifest.into_os_string(), "--json".into(), json.clone().into_os_string()];
    report(asked.into_iter().chain(files), &json, *minute)
}
