//! The sponsor at its own HTTP endpoint, on the program's real bytes.

mod attacks;
mod configured;
mod scene;
mod signs;
mod solana_pay;
