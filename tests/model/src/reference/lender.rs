use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Action, Function, Lender, PolicyFloors, Version};
use latchkey_client::Pubkey;

use super::{Model, Step, TokenAccount, ask};
use crate::moves::Offer;
use crate::parties::{self, House, Who};

/// Floors that exclude nothing, or some of what a sequence signs.
pub fn floors(strict: bool) -> PolicyFloors {
    let least = u32::from(strict);
    PolicyFloors {
        min_grace_secs: least * 3_600,
        min_grace_weekly_secs: least * 2,
        min_notice_secs: least * 3_600,
        min_notice_weekly_secs: 0,
        min_channels: 0,
        notice_after_default: false,
        min_final_notice_secs: 0,
        max_apr_ppm: if strict { 360_000 } else { 1_000_000 },
        max_late_fee: if strict { 20 } else { u64::MAX },
        min_late_after_secs: least * 2,
        min_warn_after_secs: least * 2,
        min_emergency_secs: least * 3_600,
        min_emergency_max: 0,
        max_lock_ttl_secs: least * 20 * 86_400,
        public_unlock: strict,
    }
}

/// How long a sound function may be claimed, seconds; and how long an unlock lives.
pub const TTL: u32 = 6 * 3_600;
/// How long a sound function is leased, seconds.
pub const LEASE: u32 = 600;
/// What a sound function's claimer puts up, lamports.
pub const BOND: u64 = 7_000_000;
/// Where a sound function runs.
pub const URI: &str = "https://functions.example/";

/// The token account that this signer would bring as the treasury.
pub fn treasury_of(who: Who) -> TokenAccount {
    who.tokens().unwrap_or(TokenAccount::Authority)
}

/// The keys that sign a lender's commands; a revision has its own.
pub fn command_keys(house: House, revision: u32) -> [Pubkey; 3] {
    let first = Pubkey::new_from_array([8 + house as u8; 32]);
    let [odd, even] = [20, 21].map(|byte: u8| Pubkey::new_from_array([byte + 4 * house as u8; 32]));
    match revision % 3 {
        1 => [first, Pubkey::default(), Pubkey::default()],
        2 => [first, odd, Pubkey::default()],
        _ => [even, first, odd],
    }
}

impl Model {
    /// The lender that a signer of daily life means: the buyer's own, or the first.
    pub fn house(by: Who) -> House {
        if by == Who::Buyer { House::Second } else { House::First }
    }

    fn of_authority(&mut self, by: Who) -> Step<&mut Lender> {
        let lender = self.lenders.get_mut(&Self::house(by)).ok_or("no lender")?;
        ask(by.key() == lender.authority, Rule::NotAuthority);
        Ok(lender)
    }

    fn of_servicing(&mut self, by: Who) -> Step<&mut Lender> {
        let lender = self.lenders.get_mut(&Self::house(by)).ok_or("no lender")?;
        ask([lender.authority, lender.servicer].contains(&by.key()), Rule::NotServicing);
        Ok(lender)
    }

    pub(crate) fn init_lender(&mut self, by: Who) -> Step {
        let house = Self::house(by);
        ask(!self.lenders.contains_key(&house), "the lender exists");
        self.spend(&Who::Payer.key(), self.rents.lender)?;
        let lender = Lender {
            version: Version::CURRENT,
            bump: 0,
            first_authority: by.key(),
            authority: by.key(),
            pending_authority: Pubkey::default(),
            servicer: Who::Servicer.key(),
            mint: self.mint,
            treasury: self.token_accounts[&treasury_of(by)],
            floors: floors(false),
            paused_until: 0,
            vehicles: 0,
            loans_opened: 0,
            loans_closed: 0,
            keepers: Vec::new(),
        };
        self.lenders.insert(house, lender);
        Ok(())
    }

    pub(crate) fn set_policy(&mut self, by: Who, strict: bool) -> Step {
        self.of_authority(by)?.floors = floors(strict);
        Ok(())
    }

    pub(crate) fn nominate_authority(&mut self, by: Who, nominee: Option<Who>) -> Step {
        let lender = self.of_authority(by)?;
        let nominee = nominee.map(Who::key);
        ask(nominee != Some(lender.authority), Rule::InvalidNominee);
        lender.pending_authority = nominee.unwrap_or_default();
        Ok(())
    }

    pub(crate) fn accept_authority(&mut self, by: Who) -> Step {
        let treasury = self.token_accounts[&treasury_of(by)];
        let lender = self.lenders.get_mut(&Self::house(by)).ok_or("no lender")?;
        ask(lender.pending_authority == by.key(), Rule::NotNominee);
        // Whoever brings another's treasury is refused, too.
        ask(by.tokens().is_some(), Rule::InvalidTreasury);
        // An authority that was its own servicer does not stay servicer.
        if lender.servicer == lender.authority {
            lender.servicer = by.key();
        }
        lender.authority = by.key();
        lender.pending_authority = Pubkey::default();
        lender.treasury = treasury;
        Ok(())
    }

    pub(crate) fn set_servicer(&mut self, by: Who, to: Who) -> Step {
        self.of_authority(by)?.servicer = to.key();
        Ok(())
    }

    pub(crate) fn set_keepers(&mut self, by: Who, keepers: Vec<Who>) -> Step {
        let lender = self.of_authority(by)?;
        let mut distinct = keepers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        ask(keepers.len() <= 8 && distinct.len() == keepers.len(), Rule::InvalidKeepers);
        lender.keepers = keepers.into_iter().map(Who::key).collect();
        Ok(())
    }

    /// The function that a lender offers next, for this fee.
    pub fn offered(&self, by: Who, action: Action, fee: u64) -> Function {
        let house = Self::house(by);
        let revision = self.functions.get(&(house, action)).map_or(0, |function| function.revision) + 1;
        let command_keys = command_keys(house, revision);
        let keys = command_keys.iter().filter(|key| **key != Pubkey::default()).count();
        let uri = |at: usize| if at < keys { format!("{URI}{at}") } else { String::new() };
        // Every other unlock function is not to be had from outside.
        let embedded = action == Action::Unlock && fee.is_multiple_of(2_000_000);
        Function {
            version: Version::CURRENT,
            bump: 0,
            lender: parties::lender(house),
            action,
            fee,
            bond: BOND,
            lease_secs: LEASE,
            ttl_secs: TTL,
            required: if action == Action::Unlock { 1 } else { u8::try_from(keys).expect("three at most") },
            command_keys,
            code_hash: [7; 32],
            revision,
            uri: if embedded { String::new() } else { uri(0) },
            uri_2: uri(1),
            uri_3: uri(2),
        }
    }

    pub(crate) fn set_function(&mut self, by: Who, action: Action, offer: Offer) -> Step {
        self.of_authority(by)?;
        let house = Self::house(by);
        let fee = match offer {
            Offer::Sound(fee) => fee,
            Offer::Free => return Err(Rule::InvalidFunctionFee.into()),
            Offer::LongLease | Offer::ShortLife => return Err(Rule::InvalidFunctionTimes.into()),
            Offer::Http => return Err(Rule::UriNotHttps.into()),
            Offer::NoKey | Offer::KeyTwice | Offer::TooManyMustSign => {
                return Err(Rule::InvalidCommandKeys.into());
            }
        };
        if !self.functions.contains_key(&(house, action)) {
            self.spend(&Who::Payer.key(), self.rents.function)?;
        }
        self.functions.insert((house, action), self.offered(by, action, fee));
        Ok(())
    }

    pub(crate) fn pause(&mut self, by: Who, secs: u32) -> Step {
        let until = self.now + i64::from(secs);
        ask((1..=86_400).contains(&secs), Rule::InvalidPause);
        self.of_servicing(by)?.paused_until = until;
        Ok(())
    }

    pub(crate) fn unpause(&mut self, by: Who) -> Step {
        self.of_servicing(by)?.paused_until = 0;
        Ok(())
    }
}
