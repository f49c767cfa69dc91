//! A disk in memory that fails as disks do: at any operation, with any error, or by losing power in the middle of it.
//!
//! What is written is lost with the power until it is synced; a power cut in a write leaves a part of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use latchkey_device::store::DiskStore;
use latchkey_device::store::disk::{Disk, DiskFile};

/// What the disk does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// ENOSPC at a write, as on a file system that never writes in place.
    Full,
    /// EROFS at an open for writing, as after a file system found an error in itself.
    ReadOnly,
    /// EIO at every operation, reads too.
    Broken,
}

impl Fault {
    fn at(self, operation: Operation) -> Option<io::Error> {
        let number = match (self, operation) {
            (Self::Full, Operation::Write) => 28,
            (Self::ReadOnly, Operation::Open | Operation::Write | Operation::Sync) => 30,
            (Self::Broken, _) => 5,
            _ => return None,
        };
        Some(io::Error::from_raw_os_error(number))
    }
}

/// An operation of the file system below the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    Read,
    Open,
    Write,
    Sync,
    SyncDirectory,
}

/// How one operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// With this error number, and no effect.
    Error(i32),
    /// Its effect is half done, and then comes this error number.
    Half(i32),
    /// The power goes before it has any effect.
    CutBefore,
    /// The power goes when it is half done.
    CutWithin,
    /// The power goes when it is done.
    CutAfter,
}

impl Failure {
    pub const fn is_cut(self) -> bool {
        matches!(self, Self::CutBefore | Self::CutWithin | Self::CutAfter)
    }
}

#[derive(Default)]
struct Contents {
    /// What survives a power cut.
    durable: BTreeMap<PathBuf, Vec<u8>>,
    /// What programs see.
    cached: BTreeMap<PathBuf, Vec<u8>>,
    fault: Option<Fault>,
    /// Operations so far.
    log: Vec<Operation>,
    /// The operation of this number fails like this.
    plan: Option<(usize, Failure)>,
    dead: bool,
}

impl Contents {
    /// Begins an operation. Returns how it fails, if it is to fail.
    fn begin(&mut self, operation: Operation) -> io::Result<Option<Failure>> {
        if self.dead {
            return Err(no_power());
        }
        let number = self.log.len();
        self.log.push(operation);
        if let Some(error) = self.fault.and_then(|fault| fault.at(operation)) {
            return Err(error);
        }
        Ok(self.plan.filter(|(at, _)| *at == number).map(|(_, failure)| failure))
    }

    fn end(&mut self, failure: Option<Failure>) -> io::Result<()> {
        match failure {
            Some(Failure::Error(number) | Failure::Half(number)) => Err(io::Error::from_raw_os_error(number)),
            Some(_) => {
                self.dead = true;
                Err(no_power())
            }
            None => Ok(()),
        }
    }
}

fn no_power() -> io::Error {
    io::Error::other("the power is gone")
}

/// Clones are the same disk.
#[derive(Clone, Default)]
pub struct FaultyDisk(Arc<Mutex<Contents>>);

impl FaultyDisk {
    pub fn empty() -> Self {
        Self::default()
    }

    /// With the record of a new car.
    pub fn provisioned() -> Self {
        let disk = Self::default();
        disk.store().begin().unwrap();
        disk
    }

    pub fn store(&self) -> DiskStore<Self> {
        DiskStore::on(self.clone(), "car")
    }

    /// From now on every operation fails like this.
    pub fn fail(&self, fault: Fault) {
        self.contents().fault = Some(fault);
    }

    /// It works again.
    pub fn heal(&self) {
        let mut contents = self.contents();
        (contents.fault, contents.plan) = (None, None);
    }

    /// The operation that comes after so many more fails, once.
    pub fn fail_at(&self, after: usize, failure: Failure) {
        let mut contents = self.contents();
        let at = contents.log.len() + after;
        contents.plan = Some((at, failure));
    }

    /// The operations since it was made.
    pub fn log(&self) -> Vec<Operation> {
        self.contents().log.clone()
    }

    pub fn has_power(&self) -> bool {
        !self.contents().dead
    }

    /// The power goes, if it has not gone yet, and comes back.
    pub fn power_cycle(&self) {
        let mut contents = self.contents();
        contents.cached = contents.durable.clone();
        contents.dead = false;
    }

    pub fn is_empty(&self) -> bool {
        self.contents().cached.is_empty()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap()
    }
}

impl Disk for FaultyDisk {
    type File = FaultyFile;

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut contents = self.contents();
        let failure = contents.begin(Operation::Read)?;
        let bytes = contents.cached.get(path).cloned();
        contents.end(failure)?;
        bytes.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn open(&self, path: &Path) -> io::Result<FaultyFile> {
        let mut contents = self.contents();
        let failure = contents.begin(Operation::Open)?;
        if !matches!(failure, Some(Failure::Error(_) | Failure::CutBefore)) {
            contents.cached.entry(path.to_owned()).or_default();
        }
        contents.end(failure)?;
        Ok(FaultyFile { disk: self.clone(), path: path.to_owned() })
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        let mut contents = self.contents();
        let failure = contents.begin(Operation::SyncDirectory)?;
        contents.end(failure)
    }
}

pub struct FaultyFile {
    disk: FaultyDisk,
    path: PathBuf,
}

impl FaultyFile {
    /// How much of so many bytes an operation that fails like this deals with: where it is torn, less than any record.
    fn share(failure: Option<Failure>, length: usize) -> usize {
        match failure {
            Some(Failure::Error(_) | Failure::CutBefore) => 0,
            Some(Failure::Half(_) | Failure::CutWithin) => length.min(150),
            Some(Failure::CutAfter) | None => length,
        }
    }
}

impl DiskFile for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut contents = self.disk.contents();
        let failure = contents.begin(Operation::Write)?;
        let written = &bytes[..Self::share(failure, bytes.len())];
        overwrite(contents.cached.entry(self.path.clone()).or_default(), written);
        // A disk may write when it likes: what was torn by a power cut is on it.
        if failure == Some(Failure::CutWithin) {
            overwrite(contents.durable.entry(self.path.clone()).or_default(), written);
        }
        contents.end(failure)
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut contents = self.disk.contents();
        let failure = contents.begin(Operation::Sync)?;
        let bytes = contents.cached.get(&self.path).cloned().unwrap_or_default();
        let synced = &bytes[..Self::share(failure, bytes.len())];
        if failure.is_none_or(Failure::is_cut) || !synced.is_empty() {
            overwrite(contents.durable.entry(self.path.clone()).or_default(), synced);
        }
        contents.end(failure)
    }
}

fn overwrite(file: &mut Vec<u8>, bytes: &[u8]) {
    file.resize(file.len().max(bytes.len()), 0);
    file[..bytes.len()].copy_from_slice(bytes);
}
