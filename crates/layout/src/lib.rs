//! Derives for what the program stores. The bytes are Borsh's; reading and writing them is not, because Borsh handles each
//! field as if any length could stand before it. Here each offset is a constant, so that a field costs a load and a store.
//!
//! The traits, with what they promise, are in `programs/latchkey/src/state/fixed.rs`.

mod enumeration;
mod record;
mod structure;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Code;
use syn::{Data, DeriveInput, Error, Result, parse_macro_input};

/// `Fixed` for a struct of fixed fields, or for an enum without fields.
#[proc_macro_derive(Fixed)]
pub fn fixed(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), |input| match &input.data {
        Data::Struct(_) => structure::fixed(input),
        Data::Enum(variants) => enumeration::fixed(input, variants),
        Data::Union(_) => Err(Error::new_spanned(input, "a union has no fixed bytes")),
    })
}

/// What Anchor's `#[account]` gives an account of this program, with its fixed part read and written as `Fixed` does it.
/// Fields of variable length stand last and say so with `#[tail]`.
#[proc_macro_derive(Record, attributes(tail))]
pub fn record(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), record::record)
}

fn expand(input: &DeriveInput, derive: impl Fn(&DeriveInput) -> Result<Code>) -> TokenStream {
    derive(input).unwrap_or_else(Error::into_compile_error).into()
}
