//! The car's agent through its public door: its rules, its faults, its memory, and its line.

mod access;
mod binary;
mod broker;
mod common;
mod faults;
mod files;
mod fleet;
mod memory;
mod model;
mod mqtt;
mod power;
mod rules;
