//! A real broker that a test can kill and bring back.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use tempfile::TempDir;

/// A mosquitto on a free port of this machine. It ends with this value.
pub struct Mosquitto {
    pub port: u16,
    directory: TempDir,
    child: Option<Child>,
}

impl Mosquitto {
    /// One that runs and listens.
    pub fn running() -> Self {
        let mut broker = Self::stopped();
        broker.start();
        broker
    }

    /// One whose port nobody listens on yet.
    pub fn stopped() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = free_port();
        let settings = format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
        fs::write(directory.path().join("mosquitto.conf"), settings).unwrap();
        Self { port, directory, child: None }
    }

    pub fn start(&mut self) {
        let executable = executable();
        let child = Command::new(&executable)
            .arg("-c")
            .arg(self.directory.path().join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", executable.display()));
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(Instant::now() < deadline, "the broker does not listen on port {}", self.port);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it without a goodbye: connections, sessions and messages are lost.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The one that `cargo xtask` found, or the one on this machine.
fn executable() -> PathBuf {
    if let Some(named) = env::var_os("LATCHKEY_MOSQUITTO") {
        return named.into();
    }
    // Debian keeps it where only root's PATH leads.
    let debian = Path::new("/usr/sbin/mosquitto");
    if debian.exists() { debian.to_owned() } else { "mosquitto".into() }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
