//! The record as bytes: fixed order, little-endian, a version in front and a checksum behind.
//!
//! A change that older agents can ignore adds fields at the end of the body and raises the minor version: an older
//! agent reads what it knows. A change that they cannot ignore raises the major version: an older agent leaves the
//! record alone and asks for service, so that rolling an update back never mistakes a record for another. Version 2 added
//! the keyring: an agent that does not know it would obey keys that were taken away.

use std::mem::take;

use latchkey_protocol::KeySet;
use latchkey_protocol::sealed::sha256;

use crate::keyring::Keyring;
use crate::state::{COMMANDS_KEPT, Lease, Lock, Mark, Obeyed, RECEIPTS_KEPT, State, Tries, Warning};

/// Every slot has this length, so that a save neither grows a file nor shrinks it, and needs no room on a full disk.
pub const SLOT_LEN: usize = 16_384;

const TAG: [u8; 16] = *b"latchkey:record\0";
const MAJOR: u8 = 2;
/// The last version without a keyring.
const WITHOUT_KEYRING: u8 = 1;
/// Version 2.1 added the commands, and 2.2 the codes.
const MINOR: u8 = 2;
/// Tag, two version bytes, generation, and length of the body.
const HEADER_LEN: usize = 16 + 2 + 8 + 4;
const CHECKSUM_LEN: usize = 32;

/// What a slot holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Whole(Box<Record>),
    /// Whole, and of a major version that this agent does not know.
    Newer,
    Damaged,
}

/// A state, and how many were written before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub generation: u64,
    pub state: State,
}

/// The bytes of a slot.
pub fn encode(generation: u64, state: &State) -> Vec<u8> {
    let body = body(state);
    let mut slot = Vec::with_capacity(SLOT_LEN);
    slot.extend(TAG);
    slot.extend([MAJOR, MINOR]);
    slot.extend(generation.to_le_bytes());
    slot.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    slot.extend(body);
    slot.extend(sha256(&slot));
    slot.resize(SLOT_LEN.max(slot.len()), 0);
    slot
}

/// Reads a slot.
pub fn decode(slot: &[u8]) -> Found {
    let mut reader = Reader(slot);
    let Some(([major, minor], generation, length)) = header(&mut reader) else { return Found::Damaged };
    let Some(body) = reader.take(length) else { return Found::Damaged };
    let Some(checksum) = reader.take(CHECKSUM_LEN) else { return Found::Damaged };
    if sha256(&slot[..HEADER_LEN + length]) != *checksum {
        return Found::Damaged;
    }
    if ![WITHOUT_KEYRING, MAJOR].contains(&major) {
        return Found::Newer;
    }
    read_state(&mut Reader(body), (major, minor))
        .map_or(Found::Damaged, |state| Found::Whole(Box::new(Record { generation, state })))
}

fn header(reader: &mut Reader<'_>) -> Option<([u8; 2], u64, usize)> {
    if reader.array()? != TAG {
        return None;
    }
    let versions = reader.array()?;
    let generation = reader.u64()?;
    Some((versions, generation, usize::try_from(u32::from_le_bytes(reader.array()?)).ok()?))
}

fn body(state: &State) -> Vec<u8> {
    let mut body = Vec::with_capacity(1024);
    body.extend(state.boots.to_le_bytes());
    body.extend(state.mark.boot);
    body.extend(state.mark.elapsed.to_le_bytes());
    body.extend(state.not_before.to_le_bytes());
    body.extend(state.forgotten_before.to_le_bytes());
    match state.lock {
        Lock::Unlocked => body.push(0),
        Lock::Armed { lease, window } => {
            body.push(1);
            put_lease(&mut body, lease);
            put_lease(&mut body, window);
        }
        Lock::Locked(lease) => {
            body.push(2);
            put_lease(&mut body, lease);
        }
    }
    put_bytes(&mut body, state.message.as_bytes());
    put_many(&mut body, state.warning.as_slice(), |body, warning| {
        put_lease(body, warning.window);
        put_bytes(body, warning.message.as_bytes());
    });
    for obeyed in [state.last.as_slice(), state.warned.as_slice(), &state.earlier] {
        put_many(&mut body, obeyed, |body, obeyed| {
            body.extend(obeyed.seq.to_le_bytes());
            body.extend(obeyed.invocation);
            body.push(obeyed.lapsed.into());
            put_bytes(body, &obeyed.receipt);
        });
    }
    put_many(&mut body, state.old_numbers.as_slice(), |body, number| body.extend(number.to_le_bytes()));
    put_many(&mut body, state.keyring.as_slice(), put_keyring);
    body.extend(state.nonce);
    put_many(&mut body, state.handed.as_slice(), |body, receipt| put_bytes(body, receipt));
    put_many(&mut body, &state.commands, |body, command| put_bytes(body, command));
    let code_key = state.keyring.as_ref().and_then(|keyring| keyring.code_key);
    put_many(&mut body, code_key.as_slice(), |body, key| body.extend(key));
    body.push(state.tries.wrong);
    body.extend(state.tries.pause.to_le_bytes());
    body
}

fn put_keyring(body: &mut Vec<u8>, keyring: &Keyring) {
    body.extend(keyring.lender);
    for set in [&keyring.warn, &keyring.lock, &keyring.unlock] {
        body.push(set.required);
        body.extend(set.keys.as_flattened());
    }
    put_many(body, keyring.borrower.as_slice(), |body, borrower| body.extend(borrower));
    put_many(body, keyring.locks_until.as_slice(), |body, until| body.extend(until.to_le_bytes()));
    body.extend(keyring.issued_at.to_le_bytes());
}

fn put_lease(body: &mut Vec<u8>, lease: Lease) {
    body.extend(lease.until.to_le_bytes());
    body.extend(lease.remaining.to_le_bytes());
}

/// A length of two bytes, and the bytes. Receipts and messages are far shorter than its limit.
fn put_bytes(body: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    body.extend(length.to_le_bytes());
    body.extend(&bytes[..length.into()]);
}

/// A count of one byte, and the items.
fn put_many<T>(body: &mut Vec<u8>, items: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    let count = u8::try_from(items.len()).unwrap_or(u8::MAX);
    body.push(count);
    for item in &items[..count.into()] {
        put(body, item);
    }
}

/// `None` if the fields do not fit the body. What follows the last field is of a newer minor version.
fn read_state(reader: &mut Reader<'_>, (major, minor): (u8, u8)) -> Option<State> {
    let state = read_obeyed(reader)?;
    if major == WITHOUT_KEYRING {
        return Some(state);
    }
    let owned = |reader: &mut Reader<'_>| reader.bytes().map(<[u8]>::to_vec);
    let mut state = State {
        old_numbers: reader.many(1, Reader::u64)?.pop(),
        keyring: reader.many(1, keyring)?.pop(),
        nonce: reader.array()?,
        handed: reader.many(1, owned)?.pop(),
        commands: if minor == 0 { Vec::new() } else { reader.many(COMMANDS_KEPT, owned)? },
        ..state
    };
    if minor > 1 {
        let code_key = reader.many(1, Reader::array)?.pop();
        if let Some(keyring) = &mut state.keyring {
            keyring.code_key = code_key;
        }
        state.tries = Tries { wrong: reader.byte()?, pause: reader.u64()? };
    }
    Some(state)
}

/// All but the keyring and what goes with it.
fn read_obeyed(reader: &mut Reader<'_>) -> Option<State> {
    Some(State {
        boots: reader.u64()?,
        mark: Mark { boot: reader.array()?, elapsed: reader.u64()? },
        not_before: reader.i64()?,
        forgotten_before: reader.i64()?,
        lock: match reader.byte()? {
            0 => Lock::Unlocked,
            1 => Lock::Armed { lease: reader.lease()?, window: reader.lease()? },
            2 => Lock::Locked(reader.lease()?),
            _ => return None,
        },
        message: reader.text()?,
        warning: reader
            .many(1, |reader| {
                let window = reader.lease()?;
                Some(Warning { message: reader.text()?, window })
            })?
            .pop(),
        last: reader.many(1, obeyed)?.pop(),
        warned: reader.many(1, obeyed)?.pop(),
        earlier: reader.many(RECEIPTS_KEPT, obeyed)?,
        ..State::default()
    })
}

fn keyring(reader: &mut Reader<'_>) -> Option<Keyring> {
    Some(Keyring {
        lender: reader.array()?,
        warn: key_set(reader)?,
        lock: key_set(reader)?,
        unlock: key_set(reader)?,
        borrower: reader.many(1, Reader::array)?.pop(),
        locks_until: reader.many(1, Reader::i64)?.pop(),
        issued_at: reader.i64()?,
        code_key: None,
    })
}

fn key_set(reader: &mut Reader<'_>) -> Option<KeySet> {
    Some(KeySet { required: reader.byte()?, keys: [reader.array()?, reader.array()?, reader.array()?] })
}

fn obeyed(reader: &mut Reader<'_>) -> Option<Obeyed> {
    Some(Obeyed {
        seq: reader.u64()?,
        invocation: reader.array()?,
        lapsed: match reader.byte()? {
            0 => false,
            1 => true,
            _ => return None,
        },
        receipt: reader.bytes()?.to_vec(),
    })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = take(&mut self.0).split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    fn lease(&mut self) -> Option<Lease> {
        Some(Lease { until: self.i64()?, remaining: self.u64()? })
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = u16::from_le_bytes(self.array()?);
        self.take(length.into())
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn many<T>(&mut self, most: usize, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::from(self.byte()?);
        if count > most {
            return None;
        }
        (0..count).map(|_| read(self)).collect()
    }
}
