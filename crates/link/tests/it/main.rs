//! What the network edges share, through its public door.

mod json_rpc;
mod key_files;
mod line;
mod outbound;
mod tls;
