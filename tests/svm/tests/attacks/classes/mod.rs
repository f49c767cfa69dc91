//! The attacks by class. The first eleven are those of the sealevel-attacks list.

mod bumps;
mod claims;
mod closing;
mod cosplay;
mod data;
mod deadlines;
mod delayed;
mod duplicates;
mod ed25519;
mod escrows;
mod initialisation;
mod integers;
mod mints;
mod owners;
mod pauses;
mod prefunded;
mod programs;
mod replay;
mod sharing;
mod signers;
mod sysvars;
mod wallets;

use crate::suite::Class;

/// Every class.
pub const CLASSES: &[Class] = &[
    Class { name: "signer_authorization", cases: signers::cases },
    Class { name: "account_data_matching", cases: data::cases },
    Class { name: "owner_checks", cases: owners::cases },
    Class { name: "type_cosplay", cases: cosplay::cases },
    Class { name: "initialisation", cases: initialisation::cases },
    Class { name: "arbitrary_programs", cases: programs::cases },
    Class { name: "duplicate_accounts", cases: duplicates::cases },
    Class { name: "bump_seeds", cases: bumps::cases },
    Class { name: "pda_sharing", cases: sharing::cases },
    Class { name: "closing_accounts", cases: closing::cases },
    Class { name: "sysvar_addresses", cases: sysvars::cases },
    Class { name: "ed25519_proofs", cases: ed25519::cases },
    Class { name: "replay", cases: replay::cases },
    Class { name: "prefunded_addresses", cases: prefunded::cases },
    Class { name: "hostile_mints", cases: mints::cases },
    Class { name: "fake_wallets", cases: wallets::cases },
    Class { name: "deadlines", cases: deadlines::cases },
    Class { name: "claim_griefing", cases: claims::cases },
    Class { name: "escrow_draining", cases: escrows::cases },
    Class { name: "pause_abuse", cases: pauses::cases },
    Class { name: "delayed_transactions", cases: delayed::cases },
    Class { name: "integer_edges", cases: integers::cases },
];
