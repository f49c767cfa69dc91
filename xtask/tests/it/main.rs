//! The commands through their public functions.

mod commands;
mod features;
mod leaks;
mod offers;
mod web;
