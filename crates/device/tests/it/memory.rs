//! What the disk keeps through power cuts, torn writes and rot.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_device::keyring::Keyring;
use latchkey_device::state::{Lease, Lock, Mark, Obeyed, State, Tries, Warning};
use latchkey_device::store::{DiskStore, NoRecord, SLOT_LEN, Store as _, StoreError};
use latchkey_protocol::KeySet;
use latchkey_protocol::sealed::sha256;

/// A state that is as full as can be.
fn state(seq: u64) -> State {
    let obeyed =
        |seq: u64| Obeyed { seq, invocation: [7; 32], receipt: vec![8; 259], lapsed: seq.is_multiple_of(2) };
    let lease = Lease { until: -1, remaining: u64::MAX };
    State {
        boots: u64::MAX,
        mark: Mark { boot: [9; 16], elapsed: 5 },
        not_before: i64::MIN,
        forgotten_before: i64::MAX,
        lock: Lock::Armed { lease, window: Lease { until: i64::MAX, remaining: 0 } },
        message: "🚗".repeat(50),
        warning: Some(Warning { message: "ü\n\"\0".repeat(40), window: lease }),
        last: Some(obeyed(seq)),
        warned: Some(obeyed(seq + 1)),
        earlier: (0..16).map(obeyed).collect(),
        old_numbers: Some(u64::MAX),
        keyring: Some(Keyring {
            lender: [1; 32],
            warn: KeySet { required: 0, keys: [[0; 32]; 3] },
            lock: KeySet { required: 2, keys: [[2; 32], [3; 32], [0; 32]] },
            unlock: KeySet { required: 1, keys: [[4; 32], [5; 32], [6; 32]] },
            borrower: Some([7; 32]),
            locks_until: Some(i64::MIN),
            issued_at: i64::MAX,
            code_key: Some([13; 32]),
        }),
        nonce: [10; 32],
        handed: Some(vec![11; 281]),
        // The longest command with three signatures.
        commands: vec![vec![12; 3 * 96 + 347]; 8],
        tries: Tries { wrong: u8::MAX, pause: 600 },
    }
}

/// Saves these, after making the directory a new car's if it is not one's yet.
fn saved(directory: &Path, seqs: impl IntoIterator<Item = u64>) {
    drop(DiskStore::provision(directory));
    let mut store = DiskStore::open(directory).unwrap();
    store.load().unwrap();
    for seq in seqs {
        store.save(&state(seq)).unwrap();
    }
}

fn load(directory: &Path) -> Result<State, NoRecord> {
    DiskStore::open(directory).unwrap().load()
}

/// The slots that hold the newest and the older state after this many saves, on top of the two that a new car begins with.
fn slots(directory: &Path, saves: u64) -> (PathBuf, PathBuf) {
    let slot =
        |generation: u64| directory.join(if generation.is_multiple_of(2) { "state.a" } else { "state.b" });
    (slot(saves), slot(saves + 1))
}

#[test]
fn what_was_saved_last_is_loaded() {
    let directory = tempfile::tempdir().unwrap();
    drop(DiskStore::provision(directory.path()).unwrap());
    let first = load(directory.path()).unwrap();
    assert_eq!(first, State { nonce: first.nonce, ..State::default() });
    assert_ne!(first.nonce, [0; 32]);
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
        for length in (0..whole.len()).step_by(7) {
            fs::write(&newest, &whole[..length]).unwrap();
            // What is missing of the padding is not missed.
            let whole_at = 62 + u32::from_le_bytes(whole[26..30].try_into().unwrap()) as usize;
            let left = if length < whole_at { saves - 1 } else { saves };
            assert_eq!(load(directory.path()).unwrap(), state(left), "{length} bytes of save {saves}");
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
    // Behind the checksum there is only padding.
    let length = 30 + 32 + u32::from_le_bytes(whole[26..30].try_into().unwrap()) as usize;
    for at in (0..30).chain((30..length).step_by(11)).chain(length - 32..length) {
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
fn a_save_neither_grows_a_slot_nor_shrinks_it() {
    let directory = tempfile::tempdir().unwrap();
    drop(DiskStore::provision(directory.path()).unwrap());
    for saves in 0..4 {
        let (newest, older) = slots(directory.path(), saves);
        for slot in [newest, older] {
            assert_eq!(fs::metadata(slot).unwrap().len(), SLOT_LEN as u64);
        }
        saved(directory.path(), [saves]);
    }
}

#[test]
fn an_unlocked_state_is_in_both_slots() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), [1]);
    let unlocked = State { lock: Lock::Unlocked, ..state(2) };
    let mut store = DiskStore::open(directory.path()).unwrap();
    store.load().unwrap();
    store.save(&unlocked).unwrap();
    drop(store);
    for slot in ["state.a", "state.b"] {
        let whole = fs::read(directory.path().join(slot)).unwrap();
        fs::write(directory.path().join(slot), b"rot").unwrap();
        assert_eq!(load(directory.path()).unwrap(), unlocked);
        fs::write(directory.path().join(slot), whole).unwrap();
    }
}

/// Rewrites a slot's versions, and adds bytes at the end of its body, as a newer agent would.
fn rewritten(slot: &[u8], versions: [u8; 2], more: &[u8]) -> Vec<u8> {
    let body_at = 30;
    let length = u32::from_le_bytes(slot[26..30].try_into().unwrap()) as usize;
    let mut newer = slot[..body_at + length].to_vec();
    newer[16..18].copy_from_slice(&versions);
    newer.extend(more);
    newer[26..30].copy_from_slice(&u32::try_from(length + more.len()).unwrap().to_le_bytes());
    newer.extend(sha256(&newer));
    newer
}

#[test]
fn an_older_agent_reads_what_it_knows_of_a_newer_minor_version() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), [1]);
    let (newest, _) = slots(directory.path(), 1);
    let whole = fs::read(&newest).unwrap();
    fs::write(&newest, rewritten(&whole, [2, 200], b"fields to come")).unwrap();
    assert_eq!(load(directory.path()).unwrap(), state(1));
}

#[test]
fn a_record_of_a_newer_major_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), [1, 2]);
    let (newest, _) = slots(directory.path(), 2);
    let newer = rewritten(&fs::read(&newest).unwrap(), [3, 0], b"");
    fs::write(&newest, &newer).unwrap();
    assert!(matches!(load(directory.path()), Err(NoRecord::Newer { .. })));
    assert!(matches!(DiskStore::provision(directory.path()), Err(StoreError::Newer { .. })));
    assert_eq!(fs::read(&newest).unwrap(), newer);
}

#[test]
fn a_directory_without_a_record_is_not_taken_for_a_new_car() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(load(directory.path()), Err(NoRecord::Missing { .. })));
    assert!(matches!(load(&directory.path().join("not mounted")), Err(NoRecord::Missing { .. })));
}

#[test]
fn a_car_is_provisioned_once_and_again_only_when_its_record_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), [1]);
    assert!(matches!(DiskStore::provision(directory.path()), Err(StoreError::Provisioned { .. })));
    assert_eq!(load(directory.path()).unwrap(), state(1));
    for slot in ["state.a", "state.b"] {
        fs::write(directory.path().join(slot), b"rot").unwrap();
    }
    drop(DiskStore::provision(directory.path()).unwrap());
    let again = load(directory.path()).unwrap();
    assert_eq!(again, State { nonce: again.nonce, ..State::default() });
}

#[test]
fn a_car_that_lost_both_copies_does_not_guess() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), 1..=2);
    let (newest, older) = slots(directory.path(), 2);
    fs::write(&newest, b"rot").unwrap();
    fs::write(&older, b"rot").unwrap();
    assert!(matches!(load(directory.path()), Err(NoRecord::Damaged { .. })));
    fs::remove_file(older).unwrap();
    assert!(matches!(load(directory.path()), Err(NoRecord::Damaged { .. })));
}

#[test]
fn a_disk_that_cannot_be_read_is_not_taken_for_a_new_car() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("state.a")).unwrap();
    assert!(matches!(load(directory.path()), Err(NoRecord::Unreadable { .. })));
}

#[test]
fn a_state_has_one_agent_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let first = DiskStore::open(directory.path()).unwrap();
    assert!(matches!(DiskStore::open(directory.path()), Err(StoreError::InUse { .. })));
    drop(first);
    DiskStore::open(directory.path()).unwrap();
}

#[test]
fn a_record_of_version_1_is_read_and_has_no_keyring() {
    let directory = tempfile::tempdir().unwrap();
    saved(directory.path(), [1]);
    for slot in ["state.a", "state.b"] {
        let path = directory.path().join(slot);
        let older = rewritten(&fs::read(&path).unwrap(), [1, 0], b"");
        fs::write(&path, older).unwrap();
    }
    let commands = Vec::new();
    let without = State {
        old_numbers: None,
        keyring: None,
        nonce: [0; 32],
        handed: None,
        commands,
        tries: Tries::default(),
        ..state(1)
    };
    assert_eq!(load(directory.path()).unwrap(), without);
}

#[test]
fn a_record_from_before_commands_and_codes_is_read_without_them() {
    for (minor, commands) in [(0, Vec::new()), (1, state(1).commands)] {
        let directory = tempfile::tempdir().unwrap();
        saved(directory.path(), [1]);
        for slot in ["state.a", "state.b"] {
            let path = directory.path().join(slot);
            let older = rewritten(&fs::read(&path).unwrap(), [2, minor], b"");
            fs::write(&path, older).unwrap();
        }
        let mut without = State { commands, tries: Tries::default(), ..state(1) };
        without.keyring.as_mut().unwrap().code_key = None;
        assert_eq!(load(directory.path()).unwrap(), without);
    }
}
