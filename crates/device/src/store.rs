//! State that survives a power cut at any instruction.
//!
//! Two slots, each a file with a generation number and a checksum. A save writes the older slot and syncs it; the
//! newer one is not touched until the next save. Whatever instant the power goes, one slot is whole, and loading takes
//! the newest that is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use latchkey_protocol::sealed::sha256;
use serde::{Deserialize, Serialize};

use crate::state::State;

/// Why the state could not be saved or loaded.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the state in {path} cannot be written or read: check the disk and its permissions")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("another agent uses the state in {path}: a car has one agent, stop the other")]
    InUse { path: PathBuf },
    /// No slot is whole, although there was a first save.
    #[error(
        "both copies of the state in {path} are damaged: the car needs service, because it must not guess"
    )]
    Damaged { path: PathBuf },
}

pub trait Store: Send {
    /// The last state saved, or that of a new car if none was saved.
    fn load(&mut self) -> Result<State, StoreError>;
    /// Saves durably: when this returns, the state survives a power cut.
    fn save(&mut self, state: &State) -> Result<(), StoreError>;
}

/// Two slots in a directory, which belongs to one store at a time.
#[derive(Debug)]
pub struct DiskStore {
    directory: PathBuf,
    generation: u64,
    /// Locked as long as the store exists. The lock ends with the process at the latest.
    _claim: File,
}

#[derive(Serialize, Deserialize)]
struct Slot {
    generation: u64,
    state: State,
}

/// Length of a slot's checksum, hex, and the line feed after it.
const CHECKSUM_LEN: usize = 65;

impl DiskStore {
    /// A store in `directory`, which is made if it does not exist.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.into();
        let failed = |source| StoreError::Io { path: directory.clone(), source };
        create_durably(&directory).map_err(failed)?;
        let claim = File::create(directory.join("lock")).map_err(failed)?;
        match claim.try_lock() {
            Ok(()) => Ok(Self { directory, generation: 0, _claim: claim }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: directory }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    fn slot(&self, generation: u64) -> PathBuf {
        self.directory.join(if generation.is_multiple_of(2) { "state.a" } else { "state.b" })
    }

    fn read(path: &Path) -> Result<Found, StoreError> {
        match fs::read(path) {
            Ok(bytes) => Ok(decode(&bytes).map_or(Found::Damaged, Found::Whole)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(source) => Err(StoreError::Io { path: path.to_owned(), source }),
        }
    }
}

enum Found {
    Nothing,
    Damaged,
    Whole(Slot),
}

impl Store for DiskStore {
    fn load(&mut self) -> Result<State, StoreError> {
        match (Self::read(&self.slot(0))?, Self::read(&self.slot(1))?) {
            (Found::Whole(a), Found::Whole(b)) => {
                Ok(self.take(if a.generation > b.generation { a } else { b }))
            }
            (Found::Whole(one), _) | (_, Found::Whole(one)) => Ok(self.take(one)),
            // The first save, which goes to the second slot, was cut short or never made: the car has done nothing yet.
            (Found::Nothing, _) => Ok(State::default()),
            (Found::Damaged, _) => Err(StoreError::Damaged { path: self.directory.clone() }),
        }
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        let generation = self.generation + 1;
        let path = self.slot(generation);
        let failed = |source| StoreError::Io { path: path.clone(), source };
        let slot = Slot { generation, state: state.clone() };
        let body = serde_json::to_vec(&slot).map_err(|error| failed(error.into()))?;
        let mut bytes = hex::encode(sha256(&body)).into_bytes();
        bytes.push(b'\n');
        bytes.extend_from_slice(&body);

        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).open(&path).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        // A new file's name must survive too.
        sync(&self.directory).map_err(failed)?;
        self.generation = generation;
        Ok(())
    }
}

impl DiskStore {
    fn take(&mut self, slot: Slot) -> State {
        self.generation = slot.generation;
        slot.state
    }
}

/// Creates a directory whose name survives a power cut, because a state in a directory without a name is lost.
fn create_durably(directory: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        directory.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    fs::create_dir_all(directory)?;
    for created in missing {
        let parent = created.parent().filter(|parent| !parent.as_os_str().is_empty());
        sync(parent.unwrap_or(Path::new(".")))?;
    }
    Ok(())
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn decode(bytes: &[u8]) -> Option<Slot> {
    let (checksum, body) = bytes.split_at_checked(CHECKSUM_LEN)?;
    let expected = hex::encode(sha256(body));
    (checksum.strip_suffix(b"\n")? == expected.as_bytes()).then(|| serde_json::from_slice(body).ok())?
}

/// State in memory, for fleets of simulated cars. Clones share it, so that a simulated car can be restarted.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(std::sync::Arc<std::sync::Mutex<State>>);

impl Store for MemoryStore {
    fn load(&mut self) -> Result<State, StoreError> {
        Ok(self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = state.clone();
        Ok(())
    }
}
