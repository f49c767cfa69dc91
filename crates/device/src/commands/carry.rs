//! `latchkey-device carry`

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_device::agent::NotTaken;
use latchkey_protocol::code::Code;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

#[derive(Args)]
pub struct Carry {
    /// The car's socket
    #[arg(long)]
    socket: PathBuf,
    /// The envelope of a command, a hand-over or a release, hexadecimal, or a code of twelve digits; `-` reads it from
    /// standard input
    brought: String,
}

impl Carry {
    pub async fn execute(&self) -> Result<()> {
        let brought = match self.brought.as_str() {
            "-" => std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?,
            brought => brought.to_owned(),
        };
        // No envelope is as short as a code.
        let line = match brought.parse::<Code>() {
            Ok(code) => format!("code {code}"),
            Err(_) => brought.trim().to_owned(),
        };
        let stream = UnixStream::connect(&self.socket)
            .await
            .with_context(|| format!("no car listens at {}", self.socket.display()))?;
        let (read, mut write) = stream.into_split();
        write.write_all(format!("{line}\n").as_bytes()).await?;
        let answer = BufReader::new(read).lines().next_line().await?;
        match answer.as_deref() {
            Some("ignored") => {
                bail!("the car ignores it: it is no order for this car by keys that it trusts")
            }
            Some("unreadable") => {
                bail!("the car cannot read it: an envelope is hexadecimal, a code has twelve digits")
            }
            Some("later") => bail!("the car could not do it yet: carry it again"),
            Some("no codes") => bail!("{}", NotTaken::NoCodes),
            Some(reply) if reply.starts_with("wrong ") || reply.starts_with("wait ") => {
                let (what, secs) = reply.split_once(' ').unwrap_or_default();
                let wait = secs.parse().context("the car's reply names no time")?;
                bail!(
                    "{}",
                    if what == "wrong" { NotTaken::Wrong { wait } } else { NotTaken::TooSoon { wait } }
                );
            }
            Some(receipt) => println!("{receipt}"),
            None => bail!("the car has ended the connection"),
        }
        Ok(())
    }
}
