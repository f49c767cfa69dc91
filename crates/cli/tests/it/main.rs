//! `latchkey` as a process, without a cluster: files, flags, exit codes.

mod files;
mod flags;
mod page;
mod policies;
