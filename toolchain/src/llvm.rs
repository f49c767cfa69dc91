//! LLVM 23 from Debian sid, unpacked into the cache: the system's own packages stay as they are.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{cache::Cache, command};

/// LLVM's version. Its BPF back end is the first to pass arguments on the stack and to lower library calls.
pub const VERSION: u32 = 23;

/// How long the download usually takes.
pub const USUAL: Duration = Duration::from_secs(15);

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// LLVM's shared library with everything it links to, down to the C library and its loader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Llvm {
    /// The directory of the libraries.
    pub libraries: PathBuf,
}

impl Llvm {
    /// The loader that belongs to these libraries: newer than the system's, so it must be the one that runs them.
    pub fn loader(&self) -> PathBuf {
        self.libraries.join(loader_name())
    }
}

/// Whether the libraries are in the cache.
pub fn is_present(cache: &Cache) -> bool {
    cache.root().join(name()).is_dir()
}

/// Downloads and unpacks the libraries once, some 45 MB.
pub fn prepare(cache: &Cache) -> Result<Llvm> {
    let root = cache
        .directory(&name(), |draft| {
            let apt = Sid::open(&draft.join("apt"))?;
            let debs = apt.download(&format!("libllvm{VERSION}"))?;
            for deb in debs {
                command::run_quietly(Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(draft))?;
            }
            fs::remove_dir_all(draft.join("apt")).context("removing the downloaded packages")?;
            ensure!(
                draft.join(library_path()).join(format!("libLLVM-{VERSION}.so")).exists(),
                "Debian sid's libllvm{VERSION} does not hold the library expected"
            );
            Ok(())
        })
        .with_context(|| format!("getting LLVM {VERSION} from Debian sid"))?;
    Ok(Llvm { libraries: root.join(library_path()) })
}

fn name() -> String {
    format!("llvm-{VERSION}")
}

fn library_path() -> PathBuf {
    Path::new("usr/lib").join(format!("{}-linux-gnu", std::env::consts::ARCH))
}

fn loader_name() -> &'static str {
    if cfg!(target_arch = "aarch64") { "ld-linux-aarch64.so.1" } else { "ld-linux-x86-64.so.2" }
}

/// A separate apt: Debian sid's package lists in a directory of the cache, signed by keys that the system trusts.
struct Sid {
    directory: PathBuf,
}

impl Sid {
    fn open(directory: &Path) -> Result<Self> {
        for part in ["lists/partial", "archives/partial", "debs"] {
            fs::create_dir_all(directory.join(part))?;
        }
        let source = format!("deb [signed-by={KEYRING}] {} sid main\n", mirror()?);
        fs::write(directory.join("sources.list"), source)?;
        let sid = Self { directory: directory.to_owned() };
        command::run_quietly(sid.apt("apt-get").args(["-qq", "update"]))?;
        Ok(sid)
    }

    /// Downloads a package and all it depends on.
    fn download(&self, package: &str) -> Result<Vec<PathBuf>> {
        let answer = command::capture(self.apt("apt-cache").arg("depends").args([
            "--recurse",
            "--no-recommends",
            "--no-suggests",
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
            package,
        ]))?;
        let debs = self.directory.join("debs");
        command::run_quietly(
            self.apt("apt-get").args(["-qq", "download"]).args(packages_in(&answer)).current_dir(&debs),
        )?;
        fs::read_dir(&debs)?.map(|entry| Ok(entry?.path())).collect()
    }

    fn apt(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let at = |part: &str| self.directory.join(part).display().to_string();
        command.env("LC_ALL", "C");
        for option in [
            format!("Dir::Etc::SourceList={}", at("sources.list")),
            "Dir::Etc::SourceParts=/dev/null".into(),
            format!("Dir::State::Lists={}", at("lists")),
            format!("Dir::Cache={}", self.directory.display()),
            "Dir::State::status=/dev/null".into(),
            // Downloads as the user who runs us, who alone can write here.
            "APT::Sandbox::User=".into(),
        ] {
            command.args(["-o", &option]);
        }
        command
    }
}

/// The packages named by `apt-cache depends --recurse`: the lines that are not indented and not virtual.
pub fn packages_in(answer: &str) -> BTreeSet<&str> {
    answer
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .map(str::trim)
        .collect()
}

/// The Debian mirror this machine already uses.
fn mirror() -> Result<String> {
    let mut sources = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(entries) = fs::read_dir("/etc/apt/sources.list.d") {
        sources.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
    }
    sources.sort();
    sources
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|text| debian_mirror_in(&text))
        .context("no Debian mirror in /etc/apt: LLVM comes from Debian sid, so this needs a Debian system")
}

/// The first Debian mirror in a file of apt sources, in either of its two formats.
///
/// Other publishers' and the security archive's lines do not count: sid is not there.
pub fn debian_mirror_in(sources: &str) -> Option<String> {
    let is_debian = |url: &&str| url.contains("://") && url.trim_end_matches('/').ends_with("/debian");
    sources.lines().map(str::trim).find_map(|line| {
        let words =
            if let Some(urls) = line.strip_prefix("URIs:") { urls } else { line.strip_prefix("deb ")? };
        words.split_whitespace().find(is_debian).map(str::to_owned)
    })
}
