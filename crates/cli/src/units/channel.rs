//! The channels of a notice: names outside, bits inside.

use latchkey_client::latchkey::state::NoticeChannels;

const CAR: (&str, u8) = ("car", NoticeChannels::CAR);

/// Names and bits of the channels that a lender can serve a notice by. The car's own channel is not among them: its
/// receipt proves a warning.
pub const SERVED: [(&str, u8); 5] = [
    ("mail", NoticeChannels::MAIL),
    ("email", NoticeChannels::EMAIL),
    ("text", NoticeChannels::TEXT),
    ("phone", NoticeChannels::PHONE),
    ("app", NoticeChannels::APP),
];

/// The bit of a channel that a lender can serve a notice by.
pub fn parse(text: &str) -> Option<u8> {
    SERVED.iter().find(|(name, _)| *name == text).map(|(_, bit)| *bit)
}

/// The names of all channels in a set of bits.
pub fn show(bits: u8) -> Vec<&'static str> {
    SERVED.iter().chain([&CAR]).filter(|(_, bit)| bits & bit != 0).map(|(name, _)| *name).collect()
}
