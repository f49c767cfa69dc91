//! A serial line: a keypad, a radio or a workshop's cable that speaks the lines of [`super::lines`].

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};
use std::time::Duration;

use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::sys::termios::{BaudRate, SetArg, cfmakeraw, cfsetspeed, tcgetattr, tcsetattr};
use tokio::net::unix::pipe;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use super::{Arrival, Carrier, Inside, Port, inside, lines};

/// Eight bits, no parity, one stop bit.
const SPEED: BaudRate = BaudRate::B115200;
/// Pause before a line that was lost is opened again.
const PAUSE: Duration = Duration::from_secs(1);

/// A serial line that takes what is brought, for as long as this exists.
#[derive(Debug)]
pub struct Serial {
    inside: Inside,
    _serving: AbortOnDropHandle<()>,
}

impl Serial {
    /// Serves the device at `path`, at 115,200 baud. One that is unplugged is opened again. Must be called within a Tokio
    /// runtime.
    pub fn open(path: &Path) -> io::Result<Self> {
        let first = open(path)?;
        let (agent, inside) = inside();
        let serving = AbortOnDropHandle::new(tokio::spawn(serve(path.to_owned(), first, agent)));
        Ok(Self { inside, _serving: serving })
    }
}

impl Port for Serial {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        self.inside.poll_next(context)
    }
}

async fn serve(path: PathBuf, first: (pipe::Receiver, pipe::Sender), agent: Carrier) {
    let mut line = Ok(first);
    loop {
        match line {
            Ok((from, to)) => lines::serve(from, to, &agent).await,
            Err(error) => warn!(%error, path = %path.display(), "the serial line is not there"),
        }
        tokio::time::sleep(PAUSE).await;
        line = open(&path);
    }
}

/// The line's two directions. Both are the same file: what can be polled like a pipe is read like one.
fn open(path: &Path) -> io::Result<(pipe::Receiver, pipe::Sender)> {
    let file = OpenOptions::new().read(true).write(true).custom_flags(O_NOCTTY | O_NONBLOCK).open(path)?;
    make_raw(&file)?;
    Ok((pipe::Receiver::from_file_unchecked(file.try_clone()?)?, pipe::Sender::from_file_unchecked(file)?))
}

/// No echo and no translation: what is sent is what arrives.
fn make_raw(file: &File) -> io::Result<()> {
    let mut settings = tcgetattr(file)?;
    cfmakeraw(&mut settings);
    cfsetspeed(&mut settings, SPEED)?;
    Ok(tcsetattr(file, SetArg::TCSANOW, &settings)?)
}
