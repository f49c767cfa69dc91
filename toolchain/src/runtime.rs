//! What a program is linked with beside its own code: the target, the built-in functions, and the linker itself.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{cache::Cache, command, llvm::Llvm};

/// The target's name, which is also its directory below `target/sbf`: the name Solana's tools use.
pub const TARGET: &str = "sbpf-solana-solana";

const TARGET_JSON: &str = include_str!("../runtime/target.json");

/// C sources compiled into every program, by name.
const SOURCES: [(&str, &str); 2] =
    [("int128", include_str!("../runtime/int128.c")), ("memory", include_str!("../runtime/memory.c"))];

/// The functions of the C sources that code generation may still call when optimisation has removed every visible use.
pub const BUILTINS: [&str; 10] = [
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "bcmp",
    "__multi3",
    "__udivti3",
    "__umodti3",
    "__divti3",
    "__modti3",
];

/// The prepared files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The target specification, for rustc.
    pub target: PathBuf,
    /// The built-in functions as LLVM bitcode.
    pub builtins: Vec<PathBuf>,
    /// A directory for PATH, with the linker in it.
    pub bin: PathBuf,
}

/// Writes the target and the linker's wrapper and compiles the built-ins, once for each version of them.
pub fn prepare(cache: &Cache, llvm: &Llvm, linker: &Path) -> Result<Runtime> {
    let wrapper = wrapper(llvm, linker);
    let root = cache.directory(&format!("runtime-{:016x}", fingerprint(&wrapper)), |draft| {
        fs::write(draft.join(format!("{TARGET}.json")), TARGET_JSON)?;
        for (name, source) in SOURCES {
            compile(draft, name, source)?;
        }
        let bin = draft.join("bin");
        fs::create_dir(&bin)?;
        fs::write(bin.join("sbpf-linker"), &wrapper)?;
        fs::set_permissions(bin.join("sbpf-linker"), fs::Permissions::from_mode(0o755))?;
        Ok(())
    })?;
    Ok(Runtime {
        target: root.join(format!("{TARGET}.json")),
        builtins: SOURCES.iter().map(|(name, _)| root.join(name).with_extension("bc")).collect(),
        bin: root.join("bin"),
    })
}

fn compile(directory: &Path, name: &str, source: &str) -> Result<()> {
    let file = directory.join(name).with_extension("c");
    fs::write(&file, source)?;
    command::run_quietly(
        Command::new("clang")
            .args(["--target=bpfel", "-O2", "-fno-builtin", "-emit-llvm", "-c"])
            .arg(&file)
            .arg("-o")
            .arg(file.with_extension("bc")),
    )
    .with_context(|| format!("compiling {name}.c"))?;
    Ok(())
}

/// sbpf-linker loads whichever LLVM it finds. This shows it ours, under the loader that LLVM was linked for.
fn wrapper(llvm: &Llvm, linker: &Path) -> String {
    let (libraries, loader, linker) =
        (shell_word(&llvm.libraries), shell_word(&llvm.loader()), shell_word(linker));
    format!(
        "#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {loader} --library-path {libraries} {linker} \"$@\"\n"
    )
}

fn shell_word(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn fingerprint(wrapper: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (TARGET_JSON, SOURCES, wrapper).hash(&mut hasher);
    hasher.finish()
}
