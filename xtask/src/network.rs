//! Tells a missing network from other failures of the programs that download.

/// What npm, rustup, cargo and apt print when they cannot reach the network.
const SIGNS: [&str; 22] = [
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "network request to",
    "Could not resolve",
    "Couldn't resolve host",
    "Temporary failure resolving",
    "Could not connect to",
    "Couldn't connect to server",
    "Failed to connect",
    "Timeout was reached",
    "Connection timed out",
    "Network is unreachable",
    "error sending request",
    "dns error",
    "spurious network error",
    "could not download file",
];

/// Whether a program's output says that the network cannot be reached.
pub(crate) fn is_missing(output: &str) -> bool {
    SIGNS.iter().any(|sign| output.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::is_missing;

    #[test]
    fn what_the_programs_print_without_a_network_is_recognised() {
        assert!(is_missing(
            "npm error request to https://example.org/x failed, reason: getaddrinfo EAI_AGAIN example.org"
        ));
        assert!(is_missing("warning: spurious network error (3 tries remaining): [6] Could not resolve hostname"));
        assert!(is_missing("  [28] Timeout was reached (Failed to connect to example.org port 443 after 30002 ms)"));
        assert!(is_missing("  [7] Couldn't connect to server"));
        assert!(is_missing("error: could not download file from 'https://example.org/x' to 'y'"));
        assert!(is_missing(
            "W: Failed to fetch http://example.org/InRelease  Temporary failure resolving 'example.org'"
        ));
    }

    #[test]
    fn other_failures_are_not() {
        assert!(!is_missing(
            "npm error code EUSAGE\nnpm error `npm ci` can only install packages when package.json and package-lock.json are in sync"
        ));
    }
}
