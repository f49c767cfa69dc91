use latchkey::state::{Action, Function, Lender, PolicyFloors};
use latchkey_client::Pubkey;

use super::{Model, Refusal, TokenAccount, Verdict, ask};
use crate::moves::Offer;
use crate::parties::{self, Who};

/// Floors that exclude nothing, or some of what a sequence signs.
pub fn floors(strict: bool) -> PolicyFloors {
    PolicyFloors {
        min_grace_secs: u32::from(strict),
        min_notice_secs: 0,
        max_apr_bps: if strict { 3_600 } else { u16::MAX },
        max_late_fee: if strict { 20 } else { u64::MAX },
        min_late_after_secs: 0,
        min_emergency_secs: if strict { 86_400 } else { 0 },
        min_emergency_max: 0,
        max_lock_ttl_secs: if strict { 86_400 } else { 0 },
    }
}

/// How long a sound function may be claimed, seconds.
pub const TTL: u32 = 6 * 3_600;
/// How long a sound function is leased, seconds.
pub const LEASE: u32 = 600;
/// What a sound function's claimer puts up, lamports.
pub const BOND: u64 = 7_000_000;
/// Where a sound function runs.
pub const URI: &str = "https://functions.example/";

/// The token account that this signer would bring as the treasury.
pub fn treasury_of(who: Who) -> TokenAccount {
    match who {
        Who::Nominee => TokenAccount::Nominee,
        Who::Stranger => TokenAccount::Stranger,
        Who::Borrower => TokenAccount::Borrower,
        _ => TokenAccount::Authority,
    }
}

impl Model {
    fn owned(&mut self, by: Who) -> Result<&mut Lender, Refusal> {
        let lender = self.lender.as_mut().ok_or("no lender")?;
        ask(by.key() == lender.authority, "not the authority")?;
        Ok(lender)
    }

    pub(crate) fn serviced(&mut self, by: Who) -> Result<&mut Lender, Refusal> {
        let lender = self.lender.as_mut().ok_or("no lender")?;
        ask(by.key() == lender.authority || by.key() == lender.servicer, "neither authority nor servicer")?;
        Ok(lender)
    }

    pub(crate) fn init_lender(&mut self, by: Who) -> Verdict {
        ask(by == Who::Authority, "another's treasury")?;
        ask(self.lender.is_none(), "the lender exists")?;
        self.spend(&Who::Payer.key(), self.rents.lender)?;
        self.lender = Some(Lender {
            version: 1,
            bump: 0,
            first_authority: by.key(),
            authority: by.key(),
            pending_authority: None,
            servicer: Who::Servicer.key(),
            mint: self.mint,
            treasury: self.token_accounts[&TokenAccount::Authority],
            floors: floors(false),
            keepers: Vec::new(),
            paused_until: 0,
            vehicles: 0,
            loans_opened: 0,
            loans_closed: 0,
            reserved: [0; 64],
        });
        Ok(())
    }

    pub(crate) fn set_policy(&mut self, by: Who, strict: bool) -> Verdict {
        self.owned(by)?.floors = floors(strict);
        Ok(())
    }

    pub(crate) fn nominate_authority(&mut self, by: Who, nominee: Option<Who>) -> Verdict {
        let lender = self.owned(by)?;
        let nominee = nominee.map(Who::key);
        ask(nominee != Some(lender.authority), "the nominee is the authority")?;
        lender.pending_authority = nominee;
        Ok(())
    }

    pub(crate) fn accept_authority(&mut self, by: Who) -> Verdict {
        let treasury = self.token_accounts[&treasury_of(by)];
        let lender = self.lender.as_mut().ok_or("no lender")?;
        ask(lender.pending_authority == Some(by.key()), "not the nominee")?;
        // An authority that was its own servicer does not stay servicer.
        if lender.servicer == lender.authority {
            lender.servicer = by.key();
        }
        lender.authority = by.key();
        lender.pending_authority = None;
        lender.treasury = treasury;
        Ok(())
    }

    pub(crate) fn set_servicer(&mut self, by: Who, to: Who) -> Verdict {
        self.owned(by)?.servicer = to.key();
        Ok(())
    }

    pub(crate) fn set_keepers(&mut self, by: Who, keepers: Vec<Who>) -> Verdict {
        let lender = self.owned(by)?;
        let mut distinct = keepers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        ask(keepers.len() <= 8, "more than 8 keepers")?;
        ask(distinct.len() == keepers.len(), "a keeper twice")?;
        lender.keepers = keepers.into_iter().map(Who::key).collect();
        Ok(())
    }

    pub(crate) fn set_function(&mut self, by: Who, action: Action, offer: Offer) -> Verdict {
        self.owned(by)?;
        let Offer::Sound(fee) = offer else {
            return Err("an unsound offer");
        };
        if !self.functions.contains_key(&action) {
            self.spend(&Who::Payer.key(), self.rents.function)?;
        }
        let revision = self.functions.get(&action).map_or(0, |function| function.revision) + 1;
        let function = Function {
            version: 1,
            bump: 0,
            lender: parties::lender(),
            action,
            fee,
            bond: BOND,
            lease_secs: LEASE,
            ttl_secs: TTL,
            command_key: command_key(),
            uri: URI.to_owned(),
            code_hash: [7; 32],
            revision,
            reserved: [0; 64],
        };
        self.functions.insert(action, function);
        Ok(())
    }

    pub(crate) fn pause(&mut self, by: Who, secs: u32) -> Verdict {
        let until = self.now + i64::from(secs);
        let lender = self.serviced(by)?;
        ask((1..=86_400).contains(&secs), "a pause lasts a day at most")?;
        lender.paused_until = until;
        Ok(())
    }

    pub(crate) fn unpause(&mut self, by: Who) -> Verdict {
        self.serviced(by)?.paused_until = 0;
        Ok(())
    }
}

/// The key that signs commands to the car.
pub fn command_key() -> Pubkey {
    Pubkey::new_from_array([8; 32])
}
