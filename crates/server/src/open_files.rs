//! How many files and connections the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit, often 1,024, to the hard one: each connection is an open file. Gives what is allowed now;
/// `None` where there is no limit.
pub fn allow_open_files() -> Option<u64> {
    let Rlimit { maximum, current } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    // Where it is refused, what was allowed before goes on being so.
    if setrlimit(Resource::Nofile, raised).is_ok() { maximum } else { current }
}
