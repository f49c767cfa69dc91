//! `idl/README.md` against the program.

use latchkey::state::{Action, Invocation, NoticeChannels};
use latchkey_client::{Pubkey, latchkey, pda};

const PAGE: &str = include_str!("../../../idl/README.md");

fn says(row: &str) {
    assert!(PAGE.lines().any(|line| line == row), "idl/README.md lacks: {row}");
}

#[test]
fn the_page_names_every_action_with_both_of_its_numbers() {
    for (position, action) in Action::ALL.into_iter().enumerate() {
        let mut bytes = Vec::new();
        borsh::BorshSerialize::serialize(&action, &mut bytes).unwrap();
        assert_eq!(bytes, [u8::try_from(position).unwrap()]);
        says(&format!("| `{action:?}` | {} | {} |", bytes[0], action as u8));
    }
}

#[test]
fn the_page_names_every_channel_with_its_bit() {
    let channels = [
        ("MAIL", NoticeChannels::MAIL),
        ("EMAIL", NoticeChannels::EMAIL),
        ("TEXT", NoticeChannels::TEXT),
        ("PHONE", NoticeChannels::PHONE),
        ("APP", NoticeChannels::APP),
        ("CAR", NoticeChannels::CAR),
    ];
    for (name, bit) in channels {
        says(&format!("| `{name}` | {bit} |"));
    }
    assert_eq!(channels.iter().fold(0, |all, (_, bit)| all | bit), NoticeChannels::ALL);
}

#[test]
fn the_page_gives_the_seeds_of_an_invocation() {
    let vehicle = Pubkey::new_unique();
    let seeds: [&[u8]; 3] = [b"invocation", vehicle.as_ref(), &8_u64.to_le_bytes()];
    let derived = Pubkey::find_program_address(&seeds, &latchkey::ID).0;
    assert_eq!(pda::invocation(&vehicle, 8), derived);
    says(&format!("| `{}` | the text in ASCII |", String::from_utf8_lossy(Invocation::SEED)));
}
