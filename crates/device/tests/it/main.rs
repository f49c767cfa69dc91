//! The car's agent through its public door: its rules, its faults, its memory, and its line.

mod access;
mod armed;
mod binary;
mod broker;
mod brokers;
mod codes;
mod common;
mod disks;
mod faults;
mod field;
mod files;
mod fleet;
mod interlock;
mod keys;
mod memory;
mod model;
mod mqtt;
mod ports;
mod power;
mod rules;
mod storage;
mod time;
mod vectors;
