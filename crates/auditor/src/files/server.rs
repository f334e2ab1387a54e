//! The folder of a PostgreSQL server: which of its files are the server's own.

use std::path::Path;

/// Whether a folder is one.
pub(super) fn is_server(folder: &Path) -> bool {
    folder.join("PG_VERSION").is_file() && folder.join("global/pg_control").is_file()
}

/// Whether a file below it is one that the server makes. `name` begins below the folder.
pub(super) fn is_own(name: &str) -> bool {
    let names: Vec<&str> = name.split('/').collect();
    match names.as_slice() {
        [file] => {
            ["PG_VERSION", "postmaster.pid", "postmaster.opts", "current_logfiles", "backup_label", "tablespace_map"]
                .contains(file)
                || ["postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf"].contains(file)
        }
        ["base", _, file] | ["global", file] => {
            is_relation(file) || ["PG_VERSION", "pg_filenode.map", "pg_internal.init", "pg_control"].contains(file)
        }
        ["pg_wal", file] => is_hex(file, 24) || file.ends_with(".history") || is_backup_history(file),
        ["pg_xact" | "pg_subtrans" | "pg_commit_ts" | "pg_notify" | "pg_serial", file]
        | ["pg_multixact", "members" | "offsets", file] => is_hex(file, 4),
        ["pg_wal", "archive_status" | "summaries", _]
        | [
            "pg_stat" | "pg_stat_tmp" | "pg_logical" | "pg_replslot" | "pg_dynshmem" | "pg_snapshots" | "pg_twophase",
            ..,
        ] => true,
        _ => false,
    }
}

/// Settings of the server, in which addresses stand that are its own.
pub(super) fn is_settings(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "conf")
        || ["postmaster.pid", "postmaster.opts", "backup_label"].contains(&name)
}

/// `16384`, `16384.1`, `16384_fsm`.
fn is_relation(file: &str) -> bool {
    let (number, part) = file.split_once('.').unwrap_or((file, "0"));
    let (number, fork) = number.split_once('_').unwrap_or((number, "fsm"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(number) && is_number(part) && ["fsm", "vm", "init"].contains(&fork)
}

fn is_hex(file: &str, length: usize) -> bool {
    file.len() >= length && file.len() <= 24 && file.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_backup_history(file: &str) -> bool {
    file.strip_suffix(".backup").and_then(|file| file.split_once('.')).is_some_and(|(segment, _)| is_hex(segment, 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_files_are_told_from_others() {
        for own in [
            "PG_VERSION",
            "base/5/16384",
            "base/5/16384_vm",
            "base/5/16384.12",
            "pg_wal/000000010000000000000001",
            "pg_xact/0000",
            "global/pg_control",
            "pg_multixact/members/0000",
            "pg_stat/pgstat.stat",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "notes.txt",
            "base/5/dump.sql",
            "base/pgsql_tmp/pgsql_tmp12.0",
            "pg_wal/copy.gz",
            "base/5/1x",
            "log/today.log",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
