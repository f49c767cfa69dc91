//! std's sources for SBF: a copy of Debian's with two small edits.
//!
//! Each edit names the text it expects. A std that reads differently is refused, never half edited.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{cache::Cache, command};

/// Debian's compiler, whose sources [`DEBIAN_LIBRARY`] holds.
pub const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// The cargo of the same version.
pub const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// The sources of std that go with [`DEBIAN_RUSTC`].
pub const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

/// Raise it when the edits change: copies made with the old ones are then not used.
const REVISION: u32 = 1;

/// A change to one file of std.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// The file, below `library/`.
    pub file: &'static str,
    /// Where the replaced text starts: the first characters of it.
    pub from: &'static str,
    /// The last characters of the replaced text; the same as `from` where that is all of it.
    pub to: &'static str,
    /// What stands there afterwards.
    pub becomes: &'static str,
}

/// The edits, and why.
pub const EDITS: [Edit; 2] = [
    // std's allocator wants to know which alignment an architecture guarantees, and does not know BPF. Solana's
    // allocator hands out multiples of 8.
    Edit {
        file: "std/src/sys/alloc/mod.rs",
        from: "    target_arch = \"x86\",\n",
        to: "    target_arch = \"x86\",\n",
        becomes: "    target_arch = \"x86\",\n    target_arch = \"bpf\",\n",
    },
    // A HashMap's random keys sit in a writable thread-local static, and a program has neither writable statics nor
    // entropy. Fixed keys, as in Solana's own std.
    Edit {
        file: "std/src/hash/random.rs",
        from: "        // Historically this function did not",
        to: "            RandomState { k0, k1 }\n        })\n",
        becomes: "        RandomState { k0: 0, k1: 0 }\n",
    },
];

impl Edit {
    /// Applies the edit, or says why the text is not the one expected.
    pub fn apply(&self, text: &str) -> Result<String> {
        let starts = text.matches(self.from).count();
        ensure!(starts == 1, "{}: {starts} places begin like the text to edit, not one", self.file);
        let start = text.find(self.from).context("counted above")?;
        let length = text[start..]
            .find(self.to)
            .with_context(|| format!("{}: the text to edit does not end as expected", self.file))?;
        let end = start + length + self.to.len();
        Ok([&text[..start], self.becomes, &text[end..]].concat())
    }
}

/// The version of Debian's compiler, such as `1.96.0`.
pub fn compiler_version() -> Result<String> {
    let line = command::capture(command::outside_cargo(DEBIAN_RUSTC).arg("--version"))?;
    match line.split_whitespace().nth(1) {
        Some(version) => Ok(version.to_owned()),
        None => bail!("{DEBIAN_RUSTC} --version says `{}`", line.trim()),
    }
}

/// Copies and edits std once for a compiler version; returns the `library` directory.
pub fn prepare(cache: &Cache) -> Result<PathBuf> {
    let version = compiler_version()?;
    cache.directory(&format!("std-{version}-{REVISION}"), |draft| {
        copy_followed(Path::new(DEBIAN_LIBRARY), draft)?;
        for edit in EDITS {
            let path = draft.join(edit.file);
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let edited = edit.apply(&text).with_context(|| {
                format!("std {version} in {DEBIAN_LIBRARY} is not one this toolchain knows")
            })?;
            fs::write(&path, edited).with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    })
}

/// Debian keeps some of the vendored crates as links to elsewhere: copy what they point to.
fn copy_followed(from: &Path, to: &Path) -> Result<()> {
    command::run_quietly(Command::new("cp").args(["-rL", "--no-preserve=mode"]).arg(from.join(".")).arg(to))?;
    Ok(())
}
