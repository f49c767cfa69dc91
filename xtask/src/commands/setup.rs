//! `cargo xtask setup`: installs what is missing, and only what is wanted.

use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use latchkey_progress::usual;
use latchkey_toolchain::{cache::Cache, command::on_path, debian, platform, program::Toolchain};

use crate::{
    commands::build,
    emulator, program_key,
    terminal::Terminal,
    tools::{self, ANCHOR, DENY, NEXTEST, TYPOS, VALIDATOR},
    workspace::Workspace,
};

/// Install what is missing
#[derive(Debug, Parser)]
pub struct Args {
    /// What it is for [default: everything]
    #[arg(value_enum)]
    pub purposes: Vec<Purpose>,
}

/// What a machine is to be set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// Building the program
    Build,
    /// The demo on its embedded ledger
    Demo,
    /// The demo on a local validator
    Localnet,
    /// The demo with its function as an AWS Lambda
    Lambda,
    /// Every test
    Test,
    /// Formatting, clippy, licences, spelling
    Lint,
    /// `anchor build` and `anchor test`
    Anchor,
}

/// Something that can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What builds the program: Solana's tools, or this tree's.
    SbfBuild,
    /// What everything else links.
    Libraries,
    /// mosquitto.
    Broker,
    /// Prometheus and promtool.
    Prometheus,
    /// cargo-nextest.
    Nextest,
    /// cargo-deny.
    Deny,
    /// typos.
    Typos,
    /// solana-test-validator.
    Validator,
    /// anchor.
    Anchor,
    /// cargo-lambda, which emulates AWS Lambda. Without it a test is skipped, and everything else runs.
    Emulator,
}

impl Purpose {
    /// The parts it needs.
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::Build => &[Part::SbfBuild],
            Self::Demo => &[Part::SbfBuild, Part::Libraries],
            Self::Localnet => &[Part::SbfBuild, Part::Libraries, Part::Broker, Part::Validator],
            Self::Lambda => &[Part::SbfBuild, Part::Libraries, Part::Emulator],
            Self::Test => &[
                Part::SbfBuild,
                Part::Libraries,
                Part::Broker,
                Part::Prometheus,
                Part::Nextest,
                Part::Validator,
                Part::Emulator,
            ],
            Self::Lint => &[Part::Libraries, Part::Deny, Part::Typos],
            Self::Anchor => {
                &[Part::SbfBuild, Part::Libraries, Part::Broker, Part::Nextest, Part::Validator, Part::Anchor]
            }
        }
    }
}

/// The executables that were found or installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    /// mosquitto.
    pub broker: Option<PathBuf>,
    /// cargo-nextest.
    pub nextest: Option<PathBuf>,
    /// cargo-deny.
    pub deny: Option<PathBuf>,
    /// typos.
    pub typos: Option<PathBuf>,
    /// solana-test-validator.
    pub validator: Option<PathBuf>,
    /// anchor.
    pub anchor: Option<PathBuf>,
    /// cargo-lambda, where it could be installed.
    pub emulator: Option<PathBuf>,
}

/// Sets up for the purposes named, and puts the tools people type themselves on PATH.
pub fn run(workspace: &Workspace, args: &Args, terminal: &mut Terminal) -> Result<()> {
    let purposes = if args.purposes.is_empty() { Purpose::value_variants() } else { &args.purposes };
    let parts: BTreeSet<Part> = purposes.iter().flat_map(|purpose| purpose.parts()).copied().collect();
    let tools = ensure(&workspace.cache, &parts, terminal)?;
    program_key::place(workspace)?;

    let bin = cargo_bin()?;
    complete(&args.purposes, &tools)?;
    let offered = [
        ("anchor", &tools.anchor),
        ("solana-test-validator", &tools.validator),
        // `cargo lambda build` makes the package that is deployed.
        ("cargo-lambda", &tools.emulator),
    ];
    for (name, tool) in offered {
        if let Some(tool) = tool {
            offer(&bin, name, tool)?;
        }
    }
    if parts.contains(&Part::Anchor) && platform::solana_build_sbf().is_none() {
        let ours = install_build_sbf(workspace, terminal)?;
        offer(&bin, "cargo-build-sbf", &ours)?;
    }
    eprintln!("ready");
    Ok(())
}

/// Fails if a purpose that was named lacks what only it needs. Whoever named none has everything else.
pub fn complete(named: &[Purpose], tools: &Tools) -> Result<()> {
    if named.contains(&Purpose::Lambda) && tools.emulator.is_none() {
        bail!("the demo as a Lambda needs cargo-lambda: see the note above");
    }
    Ok(())
}

/// Installs what is missing of these parts; quick when nothing is.
pub fn ensure(cache: &Cache, parts: &BTreeSet<Part>, terminal: &mut Terminal) -> Result<Tools> {
    debian::ensure(&missing_packages(cache, parts)?, terminal)?;
    let mut tools = Tools::default();
    for part in parts {
        match part {
            Part::SbfBuild if platform::solana_build_sbf().is_some() => {}
            Part::SbfBuild => {
                Toolchain::prepare(cache, terminal)?;
            }
            // Packages only, installed above.
            Part::Libraries | Part::Prometheus => {}
            Part::Broker => tools.broker = Some(tools::mosquitto(terminal)?),
            Part::Nextest => tools.nextest = Some(tools::any(&NEXTEST, cache, terminal)?),
            Part::Deny => tools.deny = Some(tools::exact(&DENY, cache, terminal)?),
            Part::Typos => tools.typos = Some(tools::exact(&TYPOS, cache, terminal)?),
            Part::Validator => tools.validator = Some(tools::exact(&VALIDATOR, cache, terminal)?),
            Part::Anchor => tools.anchor = Some(tools::exact(&ANCHOR, cache, terminal)?),
            Part::Emulator => match emulator::ensure(cache, terminal) {
                Ok(emulator) => tools.emulator = Some(emulator),
                Err(error) => eprintln!("note: no AWS Lambda emulator: {error:#}"),
            },
        }
    }
    Ok(tools)
}

/// Every Debian package that the parts will ask for, so that root is needed once, at the start.
pub fn missing_packages(cache: &Cache, parts: &BTreeSet<Part>) -> Result<Vec<&'static str>> {
    let mut packages = Vec::new();
    for part in parts {
        match part {
            Part::SbfBuild => packages.extend(build::missing_packages()?),
            Part::Libraries => packages.extend(tools::missing_libraries()?),
            Part::Validator if !tools::is_present(&VALIDATOR, cache) => {
                packages.extend(debian::missing(VALIDATOR.packages)?);
            }
            Part::Anchor if !tools::is_present(&ANCHOR, cache) => {
                packages.extend(debian::missing(ANCHOR.packages)?);
            }
            Part::Broker => packages.extend(tools::missing_mosquitto()?),
            Part::Prometheus => packages.extend(tools::missing_prometheus()?),
            _ => {}
        }
    }
    packages.sort_unstable();
    packages.dedup();
    Ok(packages)
}

/// Builds this tree's `cargo-build-sbf` and keeps it in the cache, where it outlives the clone.
fn install_build_sbf(workspace: &Workspace, terminal: &mut Terminal) -> Result<PathBuf> {
    workspace.build(&["cargo-build-sbf"], "building cargo-build-sbf", usual(10), terminal)?;
    let built = workspace.binary("cargo-build-sbf");
    let directory = workspace.cache.tool("cargo-build-sbf", env!("CARGO_PKG_VERSION")).join("bin");
    fs::create_dir_all(&directory)?;
    let installed = directory.join("cargo-build-sbf");
    // A running program's file cannot be written to, but another can take its name.
    let draft = directory.join(format!("cargo-build-sbf.{}", std::process::id()));
    fs::copy(&built, &draft).with_context(|| format!("copying {}", built.display()))?;
    fs::rename(&draft, &installed)?;
    Ok(installed)
}

/// Where cargo puts what it installs: on every Rust user's PATH.
fn cargo_bin() -> Result<PathBuf> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => PathBuf::from(env::var_os("HOME").context("HOME is not set")?).join(".cargo"),
    };
    Ok(home.join("bin"))
}

/// Links a tool under its name, unless that name is taken by something we did not put there.
pub fn offer(bin: &Path, name: &str, tool: &Path) -> Result<()> {
    let link = bin.join(name);
    let link_is_ours = fs::read_link(&link).is_ok_and(|target| target.iter().any(|part| part == "latchkey"));
    let taken_by =
        if link_is_ours { None } else { on_path(name).or_else(|| link.is_symlink().then(|| link.clone())) };
    if let Some(other) = taken_by {
        if fs::canonicalize(&other).ok() != fs::canonicalize(tool).ok() {
            eprintln!("note: `{name}` is {}; the one for this tree is {}", other.display(), tool.display());
        }
        return Ok(());
    }
    fs::create_dir_all(bin)?;
    // Beside it first, then in its place: the name is never without a tool.
    let draft = bin.join(format!(".{name}.{}", std::process::id()));
    symlink(tool, &draft).with_context(|| format!("linking {}", draft.display()))?;
    fs::rename(&draft, &link).with_context(|| format!("linking {}", link.display()))?;
    if on_path(name).is_none() {
        eprintln!("note: put {} on PATH to call `{name}`", bin.display());
    }
    Ok(())
}
