//! The sponsor behind HTTP: Kora's JSON-RPC at `/`, Solana Pay at `/pay/LOAN`.

mod kora;
mod pay;
mod router;

pub use router::{Offer, router};
