//! State that survives a power cut at any instruction.
//!
//! Two slots, each a file with a generation number and a checksum. A save overwrites the older slot and syncs it; the
//! newer one is not touched until the next save. Whatever instant the power goes, one slot is whole, and loading takes
//! the newest that is. A state in which the car is unlocked goes into both slots, one after the other: no single fault
//! of the disk brings an older lock back.

pub mod disk;
mod record;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use disk::{Disk, DiskFile as _, SystemDisk};
use record::{Found, Record};

use crate::state::{Lock, State};

pub use record::SLOT_LEN;

/// Why the state could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the state in {path} cannot be written: check the disk and its permissions")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("another agent uses the state in {path}: a car has one agent, stop the other")]
    InUse { path: PathBuf },
    #[error("{path} already holds the record of a car: a new one would forget its numbers")]
    Provisioned { path: PathBuf },
    #[error("{path} holds a record of a newer agent: install that one again")]
    Newer { path: PathBuf },
}

/// Why there is no record to go on from. Each is for service to look at: the car must not guess.
#[derive(Debug, thiserror::Error)]
pub enum NoRecord {
    #[error("there is no record in {path}: mount the car's storage, or have the car provisioned")]
    Missing { path: PathBuf },
    #[error("both copies of the record in {path} are damaged: have the car provisioned again")]
    Damaged { path: PathBuf },
    #[error("the record in {path} cannot be read: check the disk")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the record in {path} is of a newer agent: install that one again")]
    Newer { path: PathBuf },
}

pub trait Store: Send {
    /// The last state saved.
    fn load(&mut self) -> Result<State, NoRecord>;
    /// Saves durably: when this returns, the state survives a power cut.
    fn save(&mut self, state: &State) -> Result<(), StoreError>;
}

/// Two slots in a directory, which belongs to one store at a time.
#[derive(Debug)]
pub struct DiskStore<D = SystemDisk> {
    directory: PathBuf,
    disk: D,
    generation: u64,
    /// Locked as long as the store exists; `None` where there is no directory. The lock ends with the process at the
    /// latest.
    _claim: Option<File>,
}

impl DiskStore {
    /// The store of a car that was provisioned. A directory that cannot be used is found out when it is read: the car
    /// needs service then, and still lets its driver drive.
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.into();
        let claim = claim(&directory)?;
        Ok(Self { _claim: claim, ..Self::on(SystemDisk, directory) })
    }

    /// The store of a new car: makes the directory if it does not exist, and the first record. Refuses a directory that
    /// holds a record already.
    pub fn provision(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.into();
        create_durably(&directory).map_err(|source| StoreError::Io { path: directory.clone(), source })?;
        let mut store = Self::open(&directory)?;
        store.begin()?;
        Ok(store)
    }
}

impl<D: Disk> DiskStore<D> {
    /// A store on any disk, for tests that fail its operations.
    pub fn on(disk: D, directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), disk, generation: 0, _claim: None }
    }

    /// Writes the record of a new car, if there is none that can be read.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        match self.load() {
            Ok(_) => return Err(StoreError::Provisioned { path: self.directory.clone() }),
            Err(NoRecord::Newer { path }) => return Err(StoreError::Newer { path }),
            Err(_) => {}
        }
        // Another nonce each time, so that no hand-over is obeyed that an earlier record knew.
        let new = State { nonce: rand::random(), ..State::default() };
        for generation in [1, 2] {
            self.write(generation, &new)?;
        }
        self.disk
            .sync_directory(&self.directory)
            .map_err(|source| StoreError::Io { path: self.directory.clone(), source })
    }

    fn slot(&self, generation: u64) -> PathBuf {
        self.directory.join(if generation.is_multiple_of(2) { "state.a" } else { "state.b" })
    }

    fn write(&mut self, generation: u64, state: &State) -> Result<(), StoreError> {
        let path = self.slot(generation);
        let overwrite = || {
            let mut file = self.disk.open(&path)?;
            file.write(&record::encode(generation, state))?;
            file.sync()
        };
        overwrite().map_err(|source| StoreError::Io { path: path.clone(), source })?;
        self.generation = generation;
        Ok(())
    }
}

impl<D: Disk> Store for DiskStore<D> {
    fn load(&mut self) -> Result<State, NoRecord> {
        let path = self.directory.clone();
        let mut newest: Option<Box<Record>> = None;
        let (mut missing, mut unreadable) = (0, None);
        for generation in [0, 1] {
            match self.disk.read(&self.slot(generation)).map(|bytes| record::decode(&bytes)) {
                Ok(Found::Whole(record)) => {
                    if newest.as_ref().is_none_or(|newest| record.generation > newest.generation) {
                        newest = Some(record);
                    }
                }
                // Not overwritten: the agent that wrote it may come back.
                Ok(Found::Newer) => return Err(NoRecord::Newer { path }),
                Ok(Found::Damaged) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing += 1,
                Err(error) => unreadable = Some(error),
            }
        }
        match (newest, unreadable) {
            (Some(record), _) => {
                self.generation = record.generation;
                Ok(record.state)
            }
            (None, Some(source)) => Err(NoRecord::Unreadable { path, source }),
            (None, None) if missing == 2 => Err(NoRecord::Missing { path }),
            (None, None) => Err(NoRecord::Damaged { path }),
        }
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        let older = self.write(self.generation + 1, state);
        if state.lock != Lock::Unlocked {
            return older;
        }
        // Even if the older slot cannot be written: whatever comes of this one, no lock is left in it.
        let newer = self.write(self.generation + if older.is_ok() { 1 } else { 2 }, state);
        older.or(newer)
    }
}

/// Claims the directory for one agent. It is no failure if that cannot be done for another reason than another agent.
fn claim(directory: &Path) -> Result<Option<File>, StoreError> {
    // The directory itself is locked, because a lock file could not be made on a disk that is full or read-only.
    let Ok(claim) = File::open(directory) else { return Ok(None) };
    match claim.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: directory.to_owned() }),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(claim)),
    }
}

/// Creates a directory whose name survives a power cut, because a state in a directory without a name is lost.
fn create_durably(directory: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        directory.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    fs::create_dir_all(directory)?;
    for created in missing {
        let parent = created.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// State in memory, for fleets of simulated cars: that of a new car at first. Clones share it, so that a simulated car
/// can be restarted.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(std::sync::Arc<std::sync::Mutex<State>>);

impl Store for MemoryStore {
    fn load(&mut self) -> Result<State, NoRecord> {
        Ok(self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }

    fn save(&mut self, state: &State) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = state.clone();
        Ok(())
    }
}
