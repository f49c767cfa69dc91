//! Token-2022 mints that could take fees, freeze, hide, or move money without the contract.

use anchor_spl::token_2022::spl_token_2022::extension::{
    ExtensionType, confidential_transfer, default_account_state, group_member_pointer, group_pointer,
    interest_bearing_mint, metadata_pointer, pausable, scaled_ui_amount, transfer_fee, transfer_hook,
};
use anchor_spl::token_2022::spl_token_2022::state::AccountState;
use anchor_spl::token_2022::spl_token_2022::{self, instruction as token};
use latchkey_client::Pubkey;
use solana_sdk::signer::Signer;

use crate::{Extension, Money, person};

const PROGRAM: Pubkey = spl_token_2022::ID;

/// The one harmless extension: it points at the mint's metadata.
pub fn metadata_pointer(mint: &Pubkey) -> Extension {
    let authority = Some(person("issuer").pubkey());
    let pointer = metadata_pointer::instruction::initialize(&PROGRAM, mint, authority, Some(*mint));
    (ExtensionType::MetadataPointer, pointer.unwrap())
}

/// Such mints by their names, each with one extension.
pub fn hostile() -> Vec<(&'static str, Extension)> {
    use ExtensionType as E;
    let who = person("stranger").pubkey();
    let some = Some(&who);
    let mint = |name| Money::address(name);
    let case = |name: &'static str, kind, instruction: Result<_, _>| (name, (kind, instruction.unwrap()));
    vec![
        case(
            "takes a fee of each transfer",
            E::TransferFeeConfig,
            transfer_fee::instruction::initialize_transfer_fee_config(
                &PROGRAM,
                &mint("takes a fee of each transfer"),
                some,
                some,
                100,
                1_000_000,
            ),
        ),
        case(
            "lets a delegate move it all",
            E::PermanentDelegate,
            token::initialize_permanent_delegate(&PROGRAM, &mint("lets a delegate move it all"), &who),
        ),
        case(
            "runs a program on each transfer",
            E::TransferHook,
            transfer_hook::instruction::initialize(
                &PROGRAM,
                &mint("runs a program on each transfer"),
                Some(who),
                Some(who),
            ),
        ),
        case(
            "never moves",
            E::NonTransferable,
            token::initialize_non_transferable_mint(&PROGRAM, &mint("never moves")),
        ),
        case(
            "can be closed",
            E::MintCloseAuthority,
            token::initialize_mint_close_authority(&PROGRAM, &mint("can be closed"), some),
        ),
        case(
            "freezes new accounts",
            E::DefaultAccountState,
            default_account_state::instruction::initialize_default_account_state(
                &PROGRAM,
                &mint("freezes new accounts"),
                &AccountState::Frozen,
            ),
        ),
        case(
            "shows interest",
            E::InterestBearingConfig,
            interest_bearing_mint::instruction::initialize(&PROGRAM, &mint("shows interest"), Some(who), 100),
        ),
        case(
            "shows other amounts",
            E::ScaledUiAmount,
            scaled_ui_amount::instruction::initialize(&PROGRAM, &mint("shows other amounts"), Some(who), 2.0),
        ),
        case(
            "can be paused",
            E::Pausable,
            pausable::instruction::initialize(&PROGRAM, &mint("can be paused"), &who),
        ),
        case(
            "hides amounts",
            E::ConfidentialTransferMint,
            confidential_transfer::instruction::initialize_mint(
                &PROGRAM,
                &mint("hides amounts"),
                Some(who),
                true,
                None,
            ),
        ),
        case(
            "points at a group",
            E::GroupPointer,
            group_pointer::instruction::initialize(&PROGRAM, &mint("points at a group"), Some(who), None),
        ),
        case(
            "points at its group",
            E::GroupMemberPointer,
            group_member_pointer::instruction::initialize(
                &PROGRAM,
                &mint("points at its group"),
                Some(who),
                None,
            ),
        ),
    ]
}
