//! What is brought and replied as lines of text, over a socket or a serial line: for each line one line back.
//!
//! | line | reply |
//! | --- | --- |
//! | an envelope in hexadecimal | the receipt's envelope in hexadecimal, `ignored`, or `later` |
//! | `code` and twelve digits | the same, or `wrong 5`, `wait 5` (seconds) or `no codes` |
//! | anything else | `unreadable` |

use std::io;

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
    BufReader,
};

use super::{Brought, Carrier, Reply};
use crate::agent::NotTaken;

/// The longest line: a hand-over with three signatures has 812 bytes.
const LONGEST_LINE: u64 = 2 * 1024;

/// Reads a line. `None` if it says nothing that the car knows.
pub fn read(line: &[u8]) -> Option<Brought> {
    let line = str::from_utf8(line).ok()?.trim();
    match line.strip_prefix("code ") {
        Some(code) => code.parse().ok().map(Brought::Code),
        None => hex::decode(line).ok().filter(|envelope| !envelope.is_empty()).map(Brought::Envelope),
    }
}

/// Writes a reply, without the end of the line.
pub fn write(reply: &Reply) -> String {
    match reply {
        Reply::Receipt(receipt) => hex::encode(receipt),
        Reply::Ignored => "ignored".to_owned(),
        Reply::Later => "later".to_owned(),
        Reply::NotTaken(NotTaken::NoCodes) => "no codes".to_owned(),
        Reply::NotTaken(NotTaken::Wrong { wait }) => format!("wrong {wait}"),
        Reply::NotTaken(NotTaken::TooSoon { wait }) => format!("wait {wait}"),
    }
}

/// Serves whoever is at the other end, until they or the agent are gone.
pub(super) async fn serve(from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, agent: &Carrier) {
    let mut from = BufReader::new(from);
    loop {
        let Ok(Some(line)) = next_line(&mut from).await else { return };
        let reply = match read(&line) {
            Some(brought) => match agent.bring(brought).await {
                Some(reply) => write(&reply),
                None => return,
            },
            None => "unreadable".to_owned(),
        };
        if to.write_all(format!("{reply}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next line; empty for one that is too long. `None` at the end.
async fn next_line(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut is_too_long = false;
    loop {
        let mut line = Vec::new();
        let length = from.take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
        if length == 0 {
            return Ok(None);
        }
        if line.ends_with(b"\n") {
            // The end of a line that is too long is no line of its own.
            return Ok(Some(if is_too_long { Vec::new() } else { line }));
        }
        is_too_long = true;
    }
}
