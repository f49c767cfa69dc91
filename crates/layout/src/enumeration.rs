//! Enums without fields: one byte, the position of the variant.

use proc_macro2::TokenStream as Code;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Result};

pub fn fixed(input: &DeriveInput, variants: &DataEnum) -> Result<Code> {
    let name = &input.ident;
    if let Some(variant) = variants.variants.iter().find(|variant| !variant.fields.is_empty()) {
        return Err(Error::new_spanned(variant, "a variant with fields has no fixed size"));
    }
    let all: Vec<_> = variants.variants.iter().map(|variant| &variant.ident).collect();
    let Some((first, rest)) = all.split_first() else {
        return Err(Error::new_spanned(input, "an enum without variants has no bytes"));
    };
    let positions = (0_u8..).take(all.len());
    let later: Vec<u8> = (1..).take(rest.len()).collect();
    let count =
        u8::try_from(all.len()).map_err(|_| Error::new_spanned(input, "too many variants for a byte"))?;
    Ok(quote! {
        #[automatically_derived]
        impl crate::state::Fixed for #name {
            const SIZE: usize = 1;
            const ZERO: Self = Self::#first;

            #[inline(always)]
            fn is_valid(bytes: &[u8]) -> bool {
                bytes[0] < #count
            }

            #[inline(always)]
            fn load(&mut self, bytes: &[u8]) {
                *self = match bytes[0] {
                    #(#later => Self::#rest,)*
                    _ => Self::#first,
                };
            }

            #[inline(always)]
            fn store(&self, bytes: &mut [u8]) {
                bytes[0] = match self {
                    #(Self::#all => #positions,)*
                };
            }
        }
    })
}
