//! One SBF build: cargo with the prepared parts, then the program in the deploy directory.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use latchkey_progress::{Progress, cargo, usual};
use serde_json::Value;

use crate::{
    args::{Arch, Args},
    cache::Cache,
    cargo_tool::SBPF_LINKER,
    command, debian, llvm,
    runtime::{self, BUILTINS, Runtime, TARGET},
    std_source,
};

/// Debian's compiler with the sources of its std, and clang for the built-in functions.
pub const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "clang"];

/// Seconds that the first build of a program takes one core: std and every dependency are compiled with it.
const FIRST_BUILD: u32 = 130;

/// Builds the programs that `args` name and returns their paths in the deploy directory.
///
/// What is already built is not built again: cargo decides by its fingerprints.
pub fn build(args: &Args, cache: &Cache, progress: &mut dyn Progress) -> Result<Vec<PathBuf>> {
    let toolchain = Toolchain::prepare(cache, progress)?;
    let workspace = Workspace::of(args)?;
    let built = toolchain.cargo_build(args, &workspace, progress)?;
    let directory = match &args.sbf_out_dir {
        Some(directory) => directory.clone(),
        None => workspace.target_directory.join("deploy"),
    };
    fs::create_dir_all(&directory).with_context(|| format!("creating {}", directory.display()))?;
    built.iter().map(|file| deploy(file, &directory)).collect()
}

/// How long the first build usually takes. `None` where there was one already: then only what changed is built.
pub fn first_build(target_directory: &Path) -> Option<Duration> {
    (!sbf_directory(target_directory).exists()).then(|| usual(FIRST_BUILD))
}

fn sbf_directory(target_directory: &Path) -> PathBuf {
    target_directory.join("sbf")
}

/// Everything a build needs, ready.
#[derive(Debug)]
pub struct Toolchain {
    std: PathBuf,
    runtime: Runtime,
}

impl Toolchain {
    /// Installs and compiles what is missing.
    pub fn prepare(cache: &Cache, progress: &mut dyn Progress) -> Result<Self> {
        debian::ensure(&PACKAGES, progress)?;
        let std = std_source::prepare(cache)?;
        let llvm = if llvm::is_present(cache) {
            llvm::prepare(cache)?
        } else {
            progress.begin(&format!("downloading LLVM {}, 45 MB", llvm::VERSION), Some(llvm::USUAL));
            let llvm = llvm::prepare(cache)?;
            progress.end();
            llvm
        };
        let linker = SBPF_LINKER.ensure(cache, progress)?;
        let runtime = runtime::prepare(cache, &llvm, &linker)?;
        Ok(Self { std, runtime })
    }

    /// How long each step of [`Toolchain::prepare`] that is still to be done usually takes, packages aside.
    pub fn missing_steps(cache: &Cache) -> Vec<Duration> {
        let mut steps = Vec::new();
        if !llvm::is_present(cache) {
            steps.push(llvm::USUAL);
        }
        if !SBPF_LINKER.is_installed(cache) {
            steps.push(usual(SBPF_LINKER.core_seconds));
        }
        steps
    }

    fn cargo_build(
        &self,
        args: &Args,
        workspace: &Workspace,
        progress: &mut dyn Progress,
    ) -> Result<Vec<PathBuf>> {
        let first = first_build(&workspace.target_directory);
        let mut build = command::outside_cargo(std_source::DEBIAN_CARGO);
        build
            .args(["build", "--release", "--message-format=json-render-diagnostics"])
            .arg("--target")
            .arg(&self.runtime.target)
            .args(["-Z", "json-target-spec", "-Z", "build-std=std,panic_abort"])
            // Its own directory: an SBF build leaves the host's alone, and the other way round.
            .arg("--target-dir")
            .arg(sbf_directory(&workspace.target_directory))
            .args(args.for_cargo());
        if let Some(manifest) = &args.manifest_path {
            build.arg("--manifest-path").arg(manifest);
        }
        for package in &workspace.programs {
            build.args(["--package", package]);
        }
        build
            .env("RUSTC", std_source::DEBIAN_RUSTC)
            .env("CARGO_ENCODED_RUSTFLAGS", encoded(&rustc_flags(args.arch, &self.runtime)))
            // build-std and a target given as JSON are unstable: this unlocks them in a stable compiler.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC_BOOTSTRAP_SYNTHETIC_TARGET", "1")
            .env("__CARGO_TESTS_ONLY_SRC_ROOT", &self.std)
            .env("PATH", path_with(&self.runtime.bin)?);
        let mut programs = Vec::new();
        let finished = cargo::run(&mut build, "building the program", first, progress, |message| {
            programs.extend(program_in(message));
        })
        .context("cannot start Debian's cargo")?;
        if !finished.status.success() {
            bail!("the SBF build failed\n{}", finished.said);
        }
        ensure!(
            !programs.is_empty(),
            "nothing was built: a program's library needs crate-type = [\"cdylib\", …]"
        );
        Ok(programs)
    }
}

/// The flags for rustc. README.md says what fails without each.
pub fn rustc_flags(arch: Arch, runtime: &Runtime) -> Vec<String> {
    let arch = match arch {
        Arch::V3 => "v3",
    };
    let mut flags: Vec<String> = [
        "-Clinker=sbpf-linker",
        "-Zunstable-options",
        "-Cpanic=immediate-abort",
        "-Crelocation-model=static",
        "-Cpasses=lower-atomic",
        "--cfg=target_os=\"solana\"",
        "--cfg=target_feature=\"static-syscalls\"",
        "-Aexplicit_builtin_cfgs_in_flags",
    ]
    .map(str::to_owned)
    .into();
    let mut link = |argument: String| flags.push(format!("-Clink-arg={argument}"));
    for builtins in &runtime.builtins {
        link(builtins.display().to_string());
    }
    link(format!("--export={}", BUILTINS.join(",")));
    link(format!("--arch={arch}"));
    // The linker would write to target/deploy below its working directory, whatever directory was asked for.
    link("--deploy=false".into());
    for argument in [
        "-bpf-stack-size=4096",
        "--bpf-max-stores-per-memfunc=5",
        "-inline-threshold=100",
        "--disable-gotox",
        "--disable-ldsx",
        "--disable-movsx",
        "--disable-bswap",
    ] {
        link(format!("--llvm-args={argument}"));
    }
    flags
}

/// Cargo's encoding for flags that may hold spaces.
fn encoded(flags: &[String]) -> String {
    flags.join("\x1f")
}

/// The linker's directory first, then the system's, so that Debian's cargo finds Debian's tools.
fn path_with(bin: &Path) -> Result<OsString> {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let directories = [bin.to_owned(), "/usr/bin".into()].into_iter().chain(env::split_paths(&inherited));
    env::join_paths(directories).context("the cache's path cannot be put on PATH")
}

/// The programs of the workspace that are to be built, and where output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Cargo's target directory.
    pub target_directory: PathBuf,
    /// Packages to name on cargo's command line; none where the caller named them.
    pub programs: Vec<String>,
}

impl Workspace {
    fn of(args: &Args) -> Result<Self> {
        let mut cargo = command::outside_cargo(std_source::DEBIAN_CARGO);
        cargo.args(["metadata", "--no-deps", "--format-version=1"]);
        if let Some(manifest) = &args.manifest_path {
            cargo.arg("--manifest-path").arg(manifest);
        }
        if args.offline {
            cargo.arg("--offline");
        }
        let metadata: Value =
            serde_json::from_str(&command::capture(&mut cargo)?).context("reading cargo metadata")?;
        let named =
            args.cargo_args.iter().any(|word| word.starts_with("--package") || word.starts_with("-p"));
        let here = match &args.manifest_path {
            Some(manifest) => {
                fs::canonicalize(manifest).with_context(|| format!("finding {}", manifest.display()))?
            }
            None => nearest_manifest(&env::current_dir()?)
                .context("no Cargo.toml in this directory or above it")?,
        };
        Self::from_metadata(&metadata, (!args.workspace).then_some(here.as_path()), named)
    }

    /// Chooses the programs: the package whose manifest is `here`, otherwise every program of the workspace.
    pub fn from_metadata(metadata: &Value, here: Option<&Path>, named_by_caller: bool) -> Result<Self> {
        let target_directory =
            metadata["target_directory"].as_str().context("cargo names no target directory")?.into();
        if named_by_caller {
            return Ok(Self { target_directory, programs: Vec::new() });
        }
        let packages: Vec<&Value> = metadata["packages"].as_array().into_iter().flatten().collect();
        let chosen: Vec<&Value> = packages
            .iter()
            .copied()
            .filter(|package| here.is_some_and(|here| is_manifest_of(package, here)))
            .collect();
        let from = if chosen.is_empty() { packages } else { chosen };
        let programs: Vec<String> = from
            .into_iter()
            .filter(|package| package["targets"].as_array().into_iter().flatten().any(is_program))
            .filter_map(|package| package["name"].as_str().map(str::to_owned))
            .collect();
        ensure!(
            !programs.is_empty(),
            "no program here: a program's library has crate-type = [\"cdylib\", …]"
        );
        Ok(Self { target_directory, programs })
    }
}

fn is_manifest_of(package: &Value, manifest: &Path) -> bool {
    package["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest)
}

fn is_program(target: &Value) -> bool {
    target["crate_types"].as_array().into_iter().flatten().any(|kind| kind == "cdylib")
}

fn nearest_manifest(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().map(|directory| directory.join("Cargo.toml")).find(|manifest| manifest.is_file())
}

/// The program that one of cargo's messages says was built, or was fresh.
pub fn program_in(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["reason"] != "compiler-artifact" || !is_program(&message["target"]) {
        return None;
    }
    let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
    // Programs of the workspace only: a dependency may be a cdylib too, and its file lies in `deps`.
    files.into_iter().find(|file| {
        file.extension().is_some_and(|extension| extension == "so")
            && file.parent().is_some_and(|parent| parent.ends_with(Path::new(TARGET).join("release")))
    })
}

/// Copies `libNAME.so` to `NAME.so`, and leaves an identical file as it is, so that what depends on it stays fresh.
fn deploy(built: &Path, directory: &Path) -> Result<PathBuf> {
    let name = built.file_name().and_then(|name| name.to_str()).context("the program has no name")?;
    let target = directory.join(name.strip_prefix("lib").unwrap_or(name));
    let bytes = fs::read(built).with_context(|| format!("reading {}", built.display()))?;
    if fs::read(&target).is_ok_and(|present| present == bytes) {
        return Ok(target);
    }
    fs::write(&target, bytes).with_context(|| format!("writing {}", target.display()))?;
    Ok(target)
}
