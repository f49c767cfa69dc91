//! `latchkey-device carry`

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

#[derive(Args)]
pub struct Carry {
    /// The car's socket
    #[arg(long)]
    socket: PathBuf,
    /// The envelope of a command, a hand-over or a release, hexadecimal; `-` reads it from standard input
    envelope: String,
}

impl Carry {
    pub async fn execute(&self) -> Result<()> {
        let envelope = match self.envelope.as_str() {
            "-" => std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?,
            envelope => envelope.to_owned(),
        };
        let stream = UnixStream::connect(&self.socket)
            .await
            .with_context(|| format!("no car listens at {}", self.socket.display()))?;
        let (read, mut write) = stream.into_split();
        write.write_all(format!("{}\n", envelope.trim()).as_bytes()).await?;
        let answer = BufReader::new(read).lines().next_line().await?;
        match answer.as_deref() {
            Some("ignored") => {
                bail!("the car ignores it: it is no order for this car by keys that it trusts")
            }
            Some(receipt) => println!("{receipt}"),
            None => bail!("the car says nothing: the envelope must be hexadecimal"),
        }
        Ok(())
    }
}
