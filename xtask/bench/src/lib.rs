//! What the program costs: compute units, bytes and accounts of every instruction, measured on its real bytes in
//! LiteSVM, and the size of those bytes. `cargo xtask bench cu` builds and runs it.
//!
//! Every key is the same in every run, and so is every program-derived address: what an instruction costs changes only
//! when the program, its compiler or the runtime does.

pub mod cu;
pub mod measurement;
pub mod report;
