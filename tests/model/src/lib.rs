//! The contract a second time, written from its specification alone, to hold the program against.
//!
//! [`arithmetic`] is the money: schedule, interest, late fees, payments. It shares account types with the program, and
//! no rule.

pub mod arithmetic;
