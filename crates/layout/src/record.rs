//! Accounts: the discriminator, the fixed part, and what varies in length.

use proc_macro2::TokenStream as Code;
use quote::quote;
use sha2::{Digest, Sha256};
use syn::{DeriveInput, Error, Field, Result};

use crate::structure;

/// Bytes of Anchor's discriminators.
const DISCRIMINATOR: usize = 8;

pub fn record(input: &DeriveInput) -> Result<Code> {
    let name = &input.ident;
    let fields = structure::fields(input)?;
    let fixed: Vec<&Field> = fields.iter().copied().take_while(|field| !is_tail(field)).collect();
    let tails = &fields[fixed.len()..];
    if let Some(field) = tails.iter().find(|field| !is_tail(field)) {
        return Err(Error::new_spanned(
            field,
            "a fixed field behind one of variable length has no fixed offset",
        ));
    }
    let fixed = structure::implementation(name, &fixed, tails);
    let tails: Vec<_> = tails.iter().map(|field| &field.ident).collect();
    let discriminator = Sha256::digest(format!("account:{name}"));
    let discriminator = &discriminator[..DISCRIMINATOR];
    Ok(quote! {
        #fixed

        impl #name {
            /// Bytes of an account, the longest if its length varies.
            pub const SPACE: usize = #DISCRIMINATOR + <Self as anchor_lang::Space>::INIT_SPACE;

            // Not inlined, so that the record stands in memory and each field goes straight to its place. Inlined, the
            // compiler takes the record apart and moves every field twice.
            #[inline(never)]
            fn load_whole(&mut self, bytes: &[u8; #DISCRIMINATOR + <#name as crate::state::Fixed>::SIZE]) {
                crate::state::Fixed::load(self, &bytes[#DISCRIMINATOR..]);
            }

            #[inline(never)]
            fn store_whole(&self, bytes: &mut [u8; #DISCRIMINATOR + <#name as crate::state::Fixed>::SIZE]) {
                let (start, fixed) = bytes.split_at_mut(#DISCRIMINATOR);
                start.copy_from_slice(<Self as anchor_lang::Discriminator>::DISCRIMINATOR);
                crate::state::Fixed::store(self, fixed);
            }
        }

        #[automatically_derived]
        impl anchor_lang::Discriminator for #name {
            const DISCRIMINATOR: &'static [u8] = &[#(#discriminator),*];
        }

        #[automatically_derived]
        impl anchor_lang::Owner for #name {
            fn owner() -> Pubkey {
                crate::ID
            }
        }

        #[automatically_derived]
        impl anchor_lang::AccountDeserialize for #name {
            fn try_deserialize(bytes: &mut &[u8]) -> anchor_lang::Result<Self> {
                crate::state::check_discriminator::<Self>(bytes)?;
                Self::try_deserialize_unchecked(bytes)
            }

            fn try_deserialize_unchecked(bytes: &mut &[u8]) -> anchor_lang::Result<Self> {
                const END: usize = #DISCRIMINATOR + <#name as crate::state::Fixed>::SIZE;
                let (fixed, mut _tail) = crate::state::split::<END>(bytes)?;
                if !<Self as crate::state::Fixed>::is_valid(&fixed[#DISCRIMINATOR..]) {
                    return Err(crate::state::malformed());
                }
                let mut record = <Self as crate::state::Fixed>::ZERO;
                record.load_whole(fixed);
                #(record.#tails = crate::state::Tail::read(&mut _tail).ok_or_else(crate::state::malformed)?;)*
                Ok(record)
            }
        }

        #[automatically_derived]
        impl anchor_lang::AccountSerialize for #name {
            fn try_serialize<W: std::io::Write>(&self, writer: &mut W) -> anchor_lang::Result<()> {
                let mut bytes = [0; #DISCRIMINATOR + <#name as crate::state::Fixed>::SIZE];
                self.store_whole(&mut bytes);
                crate::state::write(writer, &bytes)?;
                #(crate::state::Tail::write(&self.#tails, writer)?;)*
                Ok(())
            }
        }
    })
}

fn is_tail(field: &Field) -> bool {
    field.attrs.iter().any(|attribute| attribute.path().is_ident("tail"))
}
