//! The keeper's ledger against nodes that fail: lags, lies, silence, refusals, losses. Real HTTP and websockets.

mod addresses;
mod alerts;
mod doctor;
mod landing;
mod life;
mod recent;
mod setup;
mod surface;
mod time;
mod watching;
