//! Structs: one field after the other.

use proc_macro2::TokenStream as Code;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Result};

/// The named fields of a struct.
pub fn fields(input: &DeriveInput) -> Result<Vec<&Field>> {
    match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => Ok(data.fields.iter().collect()),
        _ => Err(Error::new_spanned(input, "only a struct with named fields has a layout")),
    }
}

pub fn fixed(input: &DeriveInput) -> Result<Code> {
    Ok(implementation(&input.ident, &fields(input)?, &[]))
}

/// `Fixed` for the struct `name`, whose bytes are those of its `fixed` fields. Each method splits off a field's bytes after
/// the other: all lengths are constants, so that no check of a length is left in the program.
pub fn implementation(name: &Ident, fixed: &[&Field], tails: &[&Field]) -> Code {
    let names: Vec<_> = fixed.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fixed.iter().map(|field| &field.ty).collect();
    let tail_names = tails.iter().map(|field| &field.ident);
    let tail_types = tails.iter().map(|field| &field.ty);
    quote! {
        #[automatically_derived]
        impl crate::state::Fixed for #name {
            const SIZE: usize = 0 #(+ <#types as crate::state::Fixed>::SIZE)*;
            const ZERO: Self = Self {
                #(#names: <#types as crate::state::Fixed>::ZERO,)*
                #(#tail_names: <#tail_types as crate::state::Tail>::EMPTY,)*
            };

            #[inline(always)]
            fn is_valid(bytes: &[u8]) -> bool {
                #(
                    let (field, bytes) = bytes.split_at(<#types as crate::state::Fixed>::SIZE);
                    if !<#types as crate::state::Fixed>::is_valid(field) {
                        return false;
                    }
                )*
                bytes.is_empty()
            }

            #[inline(always)]
            fn load(&mut self, bytes: &[u8]) {
                #(
                    let (field, bytes) = bytes.split_at(<#types as crate::state::Fixed>::SIZE);
                    crate::state::Fixed::load(&mut self.#names, field);
                )*
                let _ = bytes;
            }

            #[inline(always)]
            fn store(&self, bytes: &mut [u8]) {
                #(
                    let (field, bytes) = bytes.split_at_mut(<#types as crate::state::Fixed>::SIZE);
                    crate::state::Fixed::store(&self.#names, field);
                )*
                let _ = bytes;
            }
        }
    }
}
