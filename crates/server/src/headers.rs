//! The headers of every response: two sets, one for scripts that run in workers (`docs/architecture.md`).

use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue};

const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html souspli-code";
const WORKER: &str = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'; \
    require-trusted-types-for 'script'; trusted-types 'none'";
/// Everything off; a page may only put the private link on the clipboard when its button is pressed.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(self), \
    display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), \
    microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), \
    usb=(), xr-spatial-tracking=()";

const FIXED: [(HeaderName, &str); 6] = [
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("integrity-policy"), "blocked-destinations=(script)"),
];
const HSTS: &str = "max-age=63072000";

/// Adds the set that fits what is served at `path`.
pub(crate) fn secure(headers: &mut HeaderMap, path: &str, behind_tls: bool) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = if is_worker(path) { WORKER } else { PAGE };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if behind_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// Whether a script is run by a worker. A policy means nothing to a script that a page loads, so one match too many
/// does no harm; a worker without its policy would run unrestricted.
fn is_worker(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some(stem) = name.strip_suffix(".js").or_else(|| name.strip_suffix(".mjs")) else { return false };
    stem.to_ascii_lowercase().contains("worker") || stem.split(['-', '_', '.']).any(|part| part == "sw")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_told_by_their_names() {
        for worker in ["/assets/sealed-worker-B3x_.js", "/sw.js", "/assets/sw-Ab12.js", "/assets/sealedWorker.js"] {
            assert!(is_worker(worker), "{worker}");
        }
        for page in ["/", "/practice", "/assets/answers-B3.js", "/worker.html", "/assets/worker.css", "/v1/worker"] {
            assert!(!is_worker(page), "{page}");
        }
    }

    #[test]
    fn both_sets_are_whole() {
        let mut page = HeaderMap::new();
        secure(&mut page, "/", false);
        let mut worker = HeaderMap::new();
        secure(&mut worker, "/sw.js", true);
        assert_eq!(page.len(), 7);
        assert_eq!(worker.len(), 8);
        assert!(!PAGE.contains("unsafe") && !PAGE.contains("  "), "{PAGE}");
        assert!(worker["content-security-policy"].to_str().is_ok_and(|policy| policy.contains("'wasm-unsafe-eval'")));
    }
}
