use anchor_lang::prelude::*;
use latchkey_layout::Fixed;

/// Ways to serve a notice, as bits.
pub struct NoticeChannels;

impl NoticeChannels {
    /// By post.
    pub const MAIL: u8 = 1;
    /// By e-mail.
    pub const EMAIL: u8 = 2;
    /// By text message.
    pub const TEXT: u8 = 4;
    /// By telephone.
    pub const PHONE: u8 = 8;
    /// In a web or mobile application.
    pub const APP: u8 = 16;
    /// By the car itself, proven by its receipt.
    pub const CAR: u8 = 32;
    /// Every channel there is.
    pub const ALL: u8 = 63;
    /// How many there are.
    pub const COUNT: usize = 6;
}

/// When a channel was last used. Whether it counts depends on the delinquency and on its age.
#[derive(
    Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct Service {
    /// When it was requested. A servicer's notice is requested when it is served.
    pub requested_at: i64,
    /// When it was served; 0 if never.
    pub served_at: i64,
}

impl Service {
    /// Served at `now`, requested then too.
    pub const fn at(now: i64) -> Self {
        Self { requested_at: now, served_at: now }
    }
}

/// What the borrower was told, by which channels, and how often the car has warned.
#[derive(
    Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq,
)]
pub struct Notices {
    /// The last service by each channel, in the order of the bits of [`NoticeChannels`].
    pub channels: [Service; NoticeChannels::COUNT],
    /// The last final notice, by whatever channel.
    pub final_notice: Service,
    /// The instalment that the attempts below are about, counted from 1; 0 before the first.
    pub warned_instalment: u16,
    /// Warnings requested of it as a notice; 2 once one is proven.
    pub warn_attempts: u8,
    /// Warnings requested of it as a final notice; 2 once one is proven.
    pub final_attempts: u8,
}
