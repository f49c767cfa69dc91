//! Builds Solana programs from package registries alone, and installs the tools the project runs.
//!
//! Solana's `cargo build-sbf` downloads a compiler. Where that download cannot be reached, this package assembles one
//! from Debian's packages and crates: see `README.md` for what each part is for.
//!
//! ```text
//! args      the command line of cargo-build-sbf, as Anchor and Solana's tool have it
//! program   one cargo build, and the program in target/deploy
//!   std_source   std for a machine without writable statics or entropy
//!   llvm         LLVM 23 from Debian sid, run with its own loader
//!   runtime      128-bit integers and memory functions, and the target
//!   cargo_tool   sbpf-linker, and any other tool installed by cargo
//!   debian       packages installed by apt
//! platform  whether Solana's own tools are here, and then none of this is needed
//! ```

pub mod args;
pub mod cache;
pub mod cargo_tool;
pub mod command;
pub mod debian;
pub mod llvm;
pub mod platform;
pub mod program;
pub mod runtime;
pub mod std_source;
