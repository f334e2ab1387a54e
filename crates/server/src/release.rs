//! What this release serves of the web client, as one canonical list (`docs/spec/release.md`).

use std::fmt::Write as _;

use souspli_attest::sha256;
use souspli_protocol::Digest;

use crate::web::Site;

/// The first line.
const HEADER: &str = "souspli release 1";

/// The manifest of a site.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// Its bytes.
    pub(crate) manifest: String,
    /// What the log holds of it; nothing where no web client is served.
    pub(crate) object: Option<Digest>,
}

impl Release {
    /// That of the files that are there now.
    pub(crate) fn of(site: &Site) -> Self {
        let mut files: Vec<(String, Digest, usize)> = site
            .files()
            .into_iter()
            .filter_map(|name| {
                let bytes = site.file(&name)?;
                Some((served_at(&name)?, sha256(&bytes), bytes.len()))
            })
            .collect();
        files.sort_unstable();
        let mut manifest = format!("{HEADER}\nversion {}\n", env!("CARGO_PKG_VERSION"));
        for (path, hash, size) in &files {
            let _ = writeln!(manifest, "file {} {size} {path}", hexadecimal(hash));
        }
        let object = (!files.is_empty()).then(|| sha256(manifest.as_bytes()));
        Self { manifest, object }
    }
}

/// The manifest of what is built in, or of a folder.
pub fn manifest(folder: Option<std::path::PathBuf>) -> String {
    Release::of(&Site::new(folder)).manifest
}

/// Where a file is served; other pages than the three, and what no path can name, are not.
fn served_at(name: &str) -> Option<String> {
    match name {
        "index.html" => Some("/".to_owned()),
        "practice.html" => Some("/practice".to_owned()),
        "check.html" => Some("/check".to_owned()),
        name if matches!(name.rsplit_once('.'), Some((_, "html" | "map"))) => None,
        name => name.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#%".contains(&byte)).then(|| format!("/{name}")),
    }
}

/// Small letters.
pub(crate) fn hexadecimal(digest: &Digest) -> String {
    digest.0.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_manifest_lists_what_is_served_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let put = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            fs::write(path, content).expect(name);
        };
        put("practice.html", "p");
        put("check.html", "c");
        put("index.html", "abc");
        put("assets/b-2.js", "");
        put("assets/a-1.js", "abc");
        put("assets/a-1.js.map", "map");
        put("other.html", "o");
        let release = Release::of(&Site::new(Some(folder.path().to_owned())));
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let (p, c) = (hexadecimal(&sha256(b"p")), hexadecimal(&sha256(b"c")));
        let expected = format!(
            "souspli release 1\nversion {}\nfile {abc} 3 /\nfile {abc} 3 /assets/a-1.js\nfile {none} 0 /assets/b-2.js\n\
             file {c} 1 /check\nfile {p} 1 /practice\n",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(release.manifest, expected);
        assert_eq!(release.object, Some(sha256(expected.as_bytes())));
        let empty = tempfile::tempdir().expect("folder");
        assert_eq!(Release::of(&Site::new(Some(empty.path().to_owned()))).object, None, "nothing is served");
    }
}
