//! The functions that JavaScript calls: it writes a question into memory that it asked for, and reads the answer.

use crate::{ask, changes, history};

/// Memory for a question of `length` bytes. It goes back with [`latchkey_ask`].
#[unsafe(no_mangle)]
pub extern "C" fn latchkey_alloc(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Answers the question of `length` bytes at `question`, and takes that memory back. The result holds the answer's address
/// in its upper half and its length in its lower one; [`latchkey_free`] takes it back.
///
/// # Safety
///
/// `question` comes from [`latchkey_alloc`] with the same `length`, and is used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn latchkey_ask(question: *mut u8, length: usize) -> u64 {
    // SAFETY: this function's own contract.
    unsafe { answered(question, length, ask::answer) }
}

/// The same for a question on the past. It is linked into a module of its own, which the page loads when it is needed.
///
/// # Safety
///
/// That of [`latchkey_ask`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn latchkey_ask_past(question: *mut u8, length: usize) -> u64 {
    // SAFETY: this function's own contract.
    unsafe { answered(question, length, history::answer) }
}

/// The same for a question on a change, in a module of its own too.
///
/// # Safety
///
/// That of [`latchkey_ask`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn latchkey_ask_change(question: *mut u8, length: usize) -> u64 {
    // SAFETY: this function's own contract.
    unsafe { answered(question, length, changes::answer) }
}

/// # Safety
///
/// That of [`latchkey_ask`].
unsafe fn answered(question: *mut u8, length: usize, answer: fn(&str) -> String) -> u64 {
    let slice = core::ptr::slice_from_raw_parts_mut(question, length);
    // SAFETY: by this function's own contract it is a box that `latchkey_alloc` let go.
    let question = unsafe { Box::from_raw(slice) };
    let answer = answer(&String::from_utf8_lossy(&question)).into_bytes().into_boxed_slice();
    let length = answer.len() as u64;
    let address = Box::into_raw(answer).cast::<u8>() as u64;
    (address << 32) | length
}

/// Takes an answer back.
///
/// # Safety
///
/// `address` and `length` come from one result of [`latchkey_ask`], and are used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn latchkey_free(address: *mut u8, length: usize) {
    let slice = core::ptr::slice_from_raw_parts_mut(address, length);
    // SAFETY: by this function's own contract it is a box that `latchkey_ask` let go.
    drop(unsafe { Box::from_raw(slice) });
}
