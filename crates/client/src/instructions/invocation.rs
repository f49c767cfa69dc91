use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use latchkey::state::Action;
use latchkey::{accounts, instruction};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{DecodeError, Receipt};

use super::proof::{INSTRUCTIONS_SYSVAR, proof};
use super::{LoanKeys, SYSTEM_PROGRAM, build, declare_default};
use crate::pda;

/// Asks for a function call of sequence number `seq`: the vehicle's last one asked plus 1. The payer signs, and `party`: the
/// lender's authority or servicer for an unlock by its own will, or the borrower for one without a lock on record.
pub fn request(
    keys: &LoanKeys,
    payer: Pubkey,
    party: Option<Pubkey>,
    action: Action,
    seq: u64,
) -> Instruction {
    let accounts = accounts::Request {
        payer,
        party,
        lender: keys.lender,
        function: (action != Action::Unlock).then(|| pda::function(&keys.lender, action)),
        vehicle: keys.vehicle,
        loan: keys.loan,
        wallet: keys.wallet,
        escrow: keys.escrow,
        invocation: pda::invocation(&keys.vehicle, seq),
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::Request { action })
}

/// Takes the lease on a warning or a lock. The keeper signs and posts the bond.
pub fn claim(keys: &LoanKeys, keeper: Pubkey, seq: u64) -> Instruction {
    let accounts = accounts::Claim {
        keeper,
        lender: keys.lender,
        vehicle: keys.vehicle,
        loan: keys.loan,
        wallet: keys.wallet,
        escrow: keys.escrow,
        invocation: pda::invocation(&keys.vehicle, seq),
        system_program: SYSTEM_PROGRAM,
    };
    build(&accounts, &instruction::Claim {})
}

/// A lock from nothing in one transaction: declare the default, request the lock, claim it. The first two take what is due
/// themselves, so that no treasury stands in the way.
pub fn lock_now(keys: &LoanKeys, keeper: Pubkey, seq: u64) -> [Instruction; 3] {
    [declare_default(keys), request(keys, keeper, None, Action::Lock, seq), claim(keys, keeper, seq)]
}

/// Settles on the car's signed receipt: the proof, and the instruction right after it. `keeper` is paid: it holds the claim on
/// a warning or a lock, and needs not sign; for an unlock it is whoever brings the receipt, and signs. Fails if the signed
/// message is no receipt.
pub fn confirm(
    keys: &LoanKeys,
    keeper: Pubkey,
    rent_payer: Pubkey,
    receipt: &Envelope,
) -> Result<[Instruction; 2], DecodeError> {
    let Receipt { invocation, action, device_time, command_hash, .. } = Receipt::decode(&receipt.payload)?;
    let accounts = accounts::Confirm {
        vehicle: keys.vehicle,
        loan: keys.loan,
        escrow: keys.escrow,
        invocation: Pubkey::new_from_array(invocation),
        keeper,
        rent_payer,
        instructions: INSTRUCTIONS_SYSVAR,
    };
    let mut confirm = build(&accounts, &instruction::Confirm { device_time, command_hash });
    if action == Action::Unlock {
        for meta in confirm.accounts.iter_mut().filter(|meta| meta.pubkey == keeper) {
            meta.is_signer = true;
        }
    }
    Ok([proof(receipt), confirm])
}

/// Gives a running lease back. The keeper signs.
pub fn yield_claim(vehicle: &Pubkey, keeper: Pubkey, seq: u64) -> Instruction {
    let accounts =
        accounts::YieldClaim { keeper, vehicle: *vehicle, invocation: pda::invocation(vehicle, seq) };
    build(&accounts, &instruction::YieldClaim {})
}

/// Closes an unfulfilled call. It needs no signature of a party. `keeper` holds a lapsed claim, and gets its bond back if the
/// car's device key is distrusted; it is not needed otherwise.
pub fn expire(keys: &LoanKeys, seq: u64, rent_payer: Pubkey, keeper: Option<Pubkey>) -> Instruction {
    let accounts = accounts::Expire {
        vehicle: keys.vehicle,
        loan: keys.loan,
        escrow: keys.escrow,
        invocation: pda::invocation(&keys.vehicle, seq),
        rent_payer,
        keeper,
    };
    build(&accounts, &instruction::Expire {})
}
