use std::path::PathBuf;
use std::{env, fs};

/// The program's bytes: what `LATCHKEY_PROGRAM_SO` names, or what every build leaves in cargo's target directory.
pub fn bytes() -> Vec<u8> {
    let path = env::var_os("LATCHKEY_PROGRAM_SO").map_or_else(built, PathBuf::from);
    fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: `cargo xtask build --no-idl` builds it", path.display()))
}

fn built() -> PathBuf {
    let test = env::current_exe().expect("a test knows where it lies");
    let target = test.ancestors().find(|path| path.join("CACHEDIR.TAG").exists());
    target.expect("a test lies in cargo's target directory").join("deploy/latchkey.so")
}
