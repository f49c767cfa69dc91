//! What the disk keeps through power cuts, torn writes and rot.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_device::state::{Lease, Lock, Obeyed, Pending, State};
use latchkey_device::store::{DiskStore, Store as _, StoreError};

fn state(seq: u64) -> State {
    State {
        last: Some(Obeyed { seq, invocation: [7; 32], receipt: vec![8; 259], lapsed: seq.is_multiple_of(2) }),
        lock: Lock::Armed {
            lease: Lease { until: Some(-1), remaining: Some(u64::MAX) },
            window: Lease::default(),
        },
        pending: Pending { immobilise: true, warn: Some("ü\n\"\0".to_owned()) },
        not_before: i64::MIN,
    }
}

fn saved(directory: &Path, seqs: impl IntoIterator<Item = u64>) {
    let mut store = DiskStore::open(directory).unwrap();
    store.load().unwrap();
    for seq in seqs {
        store.save(&state(seq)).unwrap();
    }
}

fn load(directory: &Path) -> Result<State, StoreError> {
    DiskStore::open(directory).unwrap().load()
}

/// The slots that hold the newest and the older state after this many saves.
fn slots(directory: &Path, saves: u64) -> (PathBuf, PathBuf) {
    let slot =
        |generation: u64| directory.join(if generation.is_multiple_of(2) { "state.a" } else { "state.b" });
    (slot(saves), slot(saves + 1))
}

#[test]
fn what_was_saved_last_is_loaded() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(load(directory.path()).unwrap(), State::default());
    for seq in 1..=5 {
        saved(directory.path(), [seq]);
        assert_eq!(load(directory.path()).unwrap(), state(seq));
    }
}

#[test]
fn a_state_directory_is_made_with_all_that_leads_to_it() {
    let directory = tempfile::tempdir().unwrap();
    let nested = directory.path().join("var/lib/car");
    saved(&nested, [1]);
    assert_eq!(load(&nested).unwrap(), state(1));
}

#[test]
fn a_save_cut_short_at_any_byte_leaves_the_state_before_it() {
    for saves in [2, 3] {
        let directory = tempfile::tempdir().unwrap();
        saved(directory.path(), 1..=saves);
        let (newest, _) = slots(directory.path(), saves);
        let whole = fs::read(&newest).unwrap();
        for length in 0..whole.len() {
            fs::write(&newest, &whole[..length]).unwrap();
            assert_eq!(load(directory.path()).unwrap(), state(saves - 1), "{length} bytes of save {saves}");
        }
        // The blocks are there, their contents are not.
        fs::write(&newest, vec![0; whole.len()]).unwrap();
        assert_eq!(load(directory.path()).unwrap(), state(saves - 1));
        fs::write(&newest, &whole).unwrap();
        assert_eq!(load(directory.path()).unwrap(), state(saves));
    }
}

#[test]
fn saving_goes_on_after_a_save_that_was_cut_short() {
    for saves in [2, 3] {
        let directory = tempfile::tempdir().unwrap();
        saved(directory.path(), 1..=saves);
        let (newest, _) = slots(directory.path(), saves);
        fs::write(&newest, b"torn").unwrap();
        saved(directory.path(), [100]);
        assert_eq!(load(directory.path()).unwrap(), state(100));
        saved(directory.path(), [101]);
        assert_eq!(load(directory.path()).unwrap(), state(101));
    }
}

#[test]
fn a_slot_with_any_byte_changed_is_not_taken_for_whole() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), 1..=2);
    let (newest, _) = slots(directory.path(), 2);
    let whole = fs::read(&newest).unwrap();
    for at in 0..whole.len() {
        let mut rotten = whole.clone();
        rotten[at] ^= 0x20;
        fs::write(&newest, rotten).unwrap();
        assert_eq!(load(directory.path()).unwrap(), state(1), "byte {at}");
    }
}

#[test]
fn damage_to_the_older_slot_costs_nothing() {
    for saves in [2, 3] {
        let directory = tempfile::tempdir().unwrap();
        saved(directory.path(), 1..=saves);
        let (_, older) = slots(directory.path(), saves);
        fs::write(older, b"rot").unwrap();
        assert_eq!(load(directory.path()).unwrap(), state(saves));
    }
}

#[test]
fn a_first_save_that_was_cut_short_leaves_a_new_car() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), [1]);
    let (first, _) = slots(directory.path(), 1);
    let whole = fs::read(&first).unwrap();
    for length in 0..whole.len() {
        fs::write(&first, &whole[..length]).unwrap();
        assert_eq!(load(directory.path()).unwrap(), State::default());
    }
}

#[test]
fn a_car_that_lost_both_copies_does_not_guess() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), 1..=2);
    let (newest, older) = slots(directory.path(), 2);
    fs::write(&newest, b"rot").unwrap();
    fs::write(&older, b"rot").unwrap();
    assert!(matches!(load(directory.path()), Err(StoreError::Damaged { .. })));
    // The first slot is written second, so there was a first save, and its slot was removed.
    fs::remove_file(older).unwrap();
    assert!(matches!(load(directory.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_disk_that_cannot_be_read_is_not_taken_for_a_new_car() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("state.a")).unwrap();
    assert!(matches!(load(directory.path()), Err(StoreError::Io { .. })));
}

#[test]
fn a_state_has_one_agent_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let first = DiskStore::open(directory.path()).unwrap();
    assert!(matches!(DiskStore::open(directory.path()), Err(StoreError::InUse { .. })));
    drop(first);
    DiskStore::open(directory.path()).unwrap();
}
