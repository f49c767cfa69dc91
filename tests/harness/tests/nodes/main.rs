//! The keeper's ledger against nodes that fail: lags, lies, silence, refusals, losses. Real HTTP and websockets.

mod addresses;
mod landing;
mod life;
mod recent;
mod setup;
mod time;
mod watching;
