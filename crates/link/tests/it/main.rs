//! What the network edges share, through its public door.

mod key_files;
mod line;
mod outbound;
mod tls;
