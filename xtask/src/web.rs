//! What the web page in `app/` needs: npm with the packages of its lock file, and the rules as WebAssembly.

use std::{env, ffi::OsStr, fs, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use latchkey_progress::{Progress, cargo, usual};
use latchkey_toolchain::{
    command::{self, on_path},
    debian, std_source,
};

use crate::{terminal::Terminal, workspace::Workspace};

/// The browser of the page's tests.
pub const BROWSER: &str = "chromium";

/// Debian's compiler with the sources of its std, and LLVM's linker for WebAssembly.
pub const WASM_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];

const TARGET: &str = "wasm32-unknown-unknown";

/// LLVM's linker for WebAssembly, of Debian's package `lld`.
const LINKER: &str = "wasm-ld";

/// Seconds that the first build of the rules takes one core: std and every dependency are compiled with it.
const FIRST_WASM: u32 = 220;

/// The modules, and what JavaScript asks of each: nothing else of the dependencies is kept. What reads the past decodes every
/// event, and most readers change neither parties nor settings: the first screen does not wait for those.
const MODULES: [(&str, &str); 3] = [
    ("rules.wasm", "latchkey_ask"),
    ("past.wasm", "latchkey_ask_past"),
    ("changes.wasm", "latchkey_ask_change"),
];

/// How JavaScript passes a question and takes the answer.
const MEMORY: [&str; 2] = ["latchkey_alloc", "latchkey_free"];

/// npm in `app/`, if this machine has it.
pub fn npm(workspace: &Workspace) -> Option<Command> {
    let mut command = Command::new(on_path("npm")?);
    command.current_dir(workspace.path("app"));
    Some(command)
}

/// The same, with the packages of the lock file installed.
pub fn prepared_npm(workspace: &Workspace, progress: &mut dyn Progress) -> Result<Command> {
    let npm = npm(workspace)
        .context("the web page needs Node 20.19 or later with npm: install them, then run this again")?;
    install(workspace, progress)?;
    Ok(npm)
}

/// Runs a script of `app/package.json`.
pub fn script<I: AsRef<OsStr>>(
    workspace: &Workspace,
    name: &str,
    rest: &[I],
    terminal: &mut Terminal,
) -> Result<()> {
    let mut npm = prepared_npm(workspace, terminal)?;
    npm.args(["run", "--silent", name]);
    if !rest.is_empty() {
        npm.arg("--").args(rest);
    }
    command::run(&mut npm)
}

/// Whether the page's checks can run here. Where not, says why and goes on, except in CI, which must not pass without them.
pub fn is_checked_here(workspace: &Workspace, terminal: &mut Terminal) -> Result<bool> {
    match prepared_npm(workspace, terminal) {
        Ok(_) => Ok(true),
        Err(error) if env::var_os("CI").is_some() => Err(error),
        Err(error) => {
            eprintln!("note: the web page is NOT checked: {error:#}");
            Ok(false)
        }
    }
}

/// `npm ci`, unless the installed packages are those of the lock file.
fn install(workspace: &Workspace, progress: &mut dyn Progress) -> Result<()> {
    let lock = workspace.path("app/package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let stamp = workspace.path("app/node_modules/.latchkey-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = npm(workspace).context("npm is not on PATH")?;
    progress.begin("installing the web page's packages", Some(usual(30)));
    command::run_quietly(npm.args(["ci", "--no-audit", "--no-fund"]))
        .context("npm ci: is a registry of npm packages in reach?")?;
    progress.end();
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// Debian's package of the browser, where there is none.
pub fn missing_browser() -> Result<Vec<&'static str>> {
    if on_path(BROWSER).is_some() { Ok(Vec::new()) } else { debian::missing(&[BROWSER]) }
}

/// Builds the rules into `app/public/rules.wasm`, and the modules that are loaded later beside it.
///
/// They are linked by hand from a static library, because a dependency marks functions of its own for export, and a `cdylib`
/// would keep them all.
pub fn build_rules(workspace: &Workspace, progress: &mut dyn Progress) -> Result<()> {
    debian::ensure(&debian::missing(&WASM_PACKAGES)?, progress)?;
    let target = workspace.target("wasm");
    let first: Option<Duration> = (!target.exists()).then(|| usual(FIRST_WASM));
    let mut build = command::outside_cargo(std_source::DEBIAN_CARGO);
    build
        .current_dir(workspace.path(""))
        .args(["rustc", "--profile", "wasm", "--target", TARGET, "-Z", "build-std=std,panic_abort"])
        .args(["--package", "latchkey-rules-wasm", "--lib", "--crate-type", "staticlib"])
        .arg("--message-format=json-render-diagnostics")
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTC", std_source::DEBIAN_RUSTC)
        // Some dependencies are shared libraries too, and are linked on the way. rustc looks for its own linker otherwise.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER)
        // build-std is unstable: this unlocks it in a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1");
    let finished = cargo::run(&mut build, "building the rules for the web page", first, progress, |_| {})
        .with_context(|| format!("cannot start {}", std_source::DEBIAN_CARGO))?;
    if !finished.status.success() {
        bail!("building the rules for the web page failed\n{}", finished.said);
    }
    let library = target.join(TARGET).join("wasm/liblatchkey_rules_wasm.a");
    for (name, asked) in MODULES {
        link(&library, asked, &workspace.path("app/public").join(name))?;
    }
    Ok(())
}

fn link(library: &Path, asked: &str, module: &Path) -> Result<()> {
    let mut linker = Command::new(LINKER);
    linker.args([
        "--no-entry",
        "--gc-sections",
        "--strip-all",
        "-O2",
        "--stack-first",
        "-z",
        "stack-size=262144",
    ]);
    for name in MEMORY.into_iter().chain([asked]) {
        linker.arg(format!("--export={name}"));
    }
    command::run_quietly(linker.arg(library).arg("-o").arg(module))?;
    let bytes = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let stripped = without_custom_sections(&bytes).context("wasm-ld wrote no WebAssembly module")?;
    fs::write(module, stripped).with_context(|| format!("writing {}", module.display()))
}

/// A module without its custom sections: half of it would be what a dependency writes there for a tool that is not used.
/// `None` if the bytes are no module.
pub fn without_custom_sections(module: &[u8]) -> Option<Vec<u8>> {
    let (head, mut rest) = module.split_at_checked(8)?;
    if !head.starts_with(b"\0asm") {
        return None;
    }
    let mut kept = head.to_vec();
    while let Some(id) = rest.first() {
        let (length, prefix) = leb128(rest.get(1..)?)?;
        let (section, after) = rest.split_at_checked(1 + prefix + length)?;
        if *id != 0 {
            kept.extend_from_slice(section);
        }
        rest = after;
    }
    Some(kept)
}

/// A number in WebAssembly's own form, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}
