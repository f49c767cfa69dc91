use std::{io, time::Duration};

use anyhow::{Context, Result, ensure};
use latchkey_client::{
    Pubkey,
    errors::Refusal,
    events::Event,
    instructions::{LoanKeys, close_loan, fund_escrow, pay_off},
    latchkey::{
        errors::LatchkeyError,
        events::{InvocationConfirmed, PaymentKind},
        rules::schedule::{due_at, instalments_due},
        state::{Action, LoanStatus, Terms},
    },
    pda,
    protocol::sealed::sha256,
    quote::{Quote, quote},
    schedule::level_instalment,
};
use solana_sdk::{
    pubkey,
    signature::{Keypair, Signature},
    signer::Signer,
};

use super::{
    books::{Books, Purse},
    car::Car,
    chain::{Chain, ChainExt},
    journal::{Entry, Journal},
    milestone::{Milestone, Payment, Settlement},
    parties::Parties,
    script::Script,
};

/// How long anything may take that keeper and car do by themselves.
const PATIENCE: Duration = Duration::from_mins(1);
const LOADER: Pubkey = pubkey!("BPFLoaderUpgradeab1e11111111111111111111111");

/// Whoever a story is told to. It is not told on to somebody who has stopped listening.
pub trait Observer: Send {
    /// Something happened; `at` is the chain's time when it was seen.
    fn milestone(&mut self, at: i64, milestone: &Milestone) -> io::Result<()>;
    /// Something will happen; by the chain's clock not before `until`, if that is known.
    fn waiting(&mut self, what: &str, now: i64, until: Option<i64>) -> io::Result<()>;
}

/// A loan's life about to be lived.
pub struct Story<'a> {
    /// Where.
    pub chain: &'a dyn Chain,
    /// Who.
    pub parties: &'a Parties,
    /// Its car.
    pub car: &'a mut dyn Car,
    /// The keeper that does the rest.
    pub keeper: Pubkey,
    /// What happens when.
    pub script: Script,
    /// Who hears of it.
    pub observer: &'a mut dyn Observer,
}

impl Story<'_> {
    /// Lives it to the end. Returns whether the books balance and the car behaved.
    pub async fn run(mut self) -> Result<bool> {
        let deployed = deployed(self.chain).await?;
        self.tell(&deployed).await?;
        let purse = Purse::of(self.chain, &self.keeper).await?;

        self.parties.set_up(self.chain, &self.script.offer).await?;
        let enrolment = self.car.enrol(&self.parties.lender, vin_commitment()).await?;
        let vehicle = self.parties.register(self.chain, &enrolment).await?;
        let registered =
            Milestone::Registered { vehicle, device_key: self.car.device_key(), lender: self.parties.lender };
        self.tell(&registered).await?;
        let mut wrong = Vec::new();
        if !self.car.try_start().await? {
            wrong.push("the car did not start before anything happened".to_owned());
        }

        let treasury = self.chain.tokens(&self.parties.treasury).await?.amount;
        let keys = self.originate(vehicle).await?;
        // Whoever funds an escrow need not name its loan.
        let journal = Journal::of([keys.loan, keys.escrow]);
        let life = Life { keys, journal, wrong, story: self };
        life.live(purse, treasury).await
    }

    async fn originate(&mut self, vehicle: Pubkey) -> Result<LoanKeys> {
        let now = self.chain.now().await?;
        let terms = Terms { first_due: now + self.script.terms.first_due, ..self.script.terms };
        let instalment = match terms.instalment {
            0 => level_instalment(&terms, now).map_err(refusal)?,
            given => given,
        };
        let terms = Terms { instalment, ..terms };
        let (keys, signature) =
            self.parties.originate(self.chain, vehicle, terms, &self.script.offer).await?;
        let loan = self.chain.loan(&keys.loan).await?;
        let originated = Milestone::Originated {
            loan: keys.loan,
            principal: loan.ledger.principal,
            apr_bps: loan.terms.apr_bps,
            instalment: loan.terms.instalment,
            count: loan.terms.count,
            first_due: loan.terms.first_due,
            escrow_lamports: self.chain.escrow(&keys.escrow).await?.deposited,
            transaction: signature.to_string(),
        };
        self.tell(&originated).await?;
        Ok(keys)
    }

    async fn tell(&mut self, milestone: &Milestone) -> Result<()> {
        let at = self.chain.now().await?;
        Ok(self.observer.milestone(at, milestone)?)
    }
}

/// A loan that lives.
struct Life<'a> {
    story: Story<'a>,
    keys: LoanKeys,
    journal: Journal,
    wrong: Vec<String>,
}

impl Life<'_> {
    async fn live(mut self, purse: Purse, treasury: u64) -> Result<bool> {
        let Script { paid_before, paid_after, .. } = self.story.script;
        self.fund_escrow().await?;
        let payments = self.pay_instalments(0, paid_before).await?;
        let principal = self.principal().await?;
        self.tell(&Milestone::Collected { payments, principal }).await?;
        self.miss(paid_before).await?;
        self.warning().await?;
        self.default_and_lock().await?;
        self.cure_and_unlock().await?;
        let next = self.next_instalment().await?;
        let payments = self.pay_instalments(next, paid_after).await?;
        let principal = self.principal().await?;
        self.tell(&Milestone::BackOnSchedule { payments, principal }).await?;
        self.pay_off().await?;
        self.close().await?;
        self.done(purse, treasury).await
    }

    async fn tell(&mut self, milestone: &Milestone) -> Result<()> {
        self.story.tell(milestone).await
    }

    async fn principal(&self) -> Result<u64> {
        Ok(self.story.chain.loan(&self.keys.loan).await?.ledger.principal)
    }

    /// Where the loan stands at a time, if nothing is paid until then, and what its wallet holds now.
    async fn quote(&self, at: i64) -> Result<(Quote, u64)> {
        let loan = self.story.chain.loan(&self.keys.loan).await?;
        let wallet = self.story.chain.tokens(&self.keys.wallet).await?.amount;
        Ok((quote(&loan, wallet, at).map_err(refusal)?, wallet))
    }

    /// Until when a payment made now must suffice.
    async fn foreseen(&self) -> Result<i64> {
        Ok(self.story.chain.now().await? + i64::from(self.story.script.foresight_secs))
    }

    async fn wait_until(&mut self, what: &str, time: i64) -> Result<()> {
        let now = self.story.chain.now().await?;
        self.story.observer.waiting(what, now, Some(time))?;
        self.story.chain.reach(time).await
    }

    async fn see<T>(&mut self, what: &str, find: impl Fn(&[Entry]) -> Option<T>) -> Result<T> {
        let now = self.story.chain.now().await?;
        self.story.observer.waiting(what, now, None)?;
        self.journal.until(self.story.chain, what, PATIENCE, find).await
    }

    async fn top_up(&self, amount: u64) -> Result<Signature> {
        let transfer = self.story.parties.top_up(&self.keys, amount)?;
        self.story.chain.send(&[transfer], &[&self.story.parties.funder, &self.story.parties.borrower]).await
    }

    async fn fund_escrow(&mut self) -> Result<()> {
        let (chain, parties) = (self.story.chain, self.story.parties);
        let funder = parties.funder.pubkey();
        let instruction = fund_escrow(funder, &self.keys.loan, self.story.script.funding);
        chain.send(&[instruction], &[&parties.funder]).await?;
        let milestone = self
            .see("the escrow's new balance", |entries| {
                entries.iter().find_map(|entry| match &entry.event {
                    Event::EscrowFunded(event) => Some(Milestone::EscrowFunded {
                        lamports: event.lamports,
                        available_lamports: event.after,
                        transaction: entry.landed.signature.to_string(),
                    }),
                    _ => None,
                })
            })
            .await?;
        self.tell(&milestone).await?;
        Ok(())
    }

    /// The borrower has each instalment in the wallet before it is due; the keeper collects it.
    async fn pay_instalments(&mut self, first: u16, count: u16) -> Result<Vec<Payment>> {
        let terms = self.story.chain.loan(&self.keys.loan).await?.terms;
        let skip = payments(self.journal.entries(), PaymentKind::Collected).len();
        for k in first..first + count {
            let (quote, wallet) = self.quote(due_at(&terms, k)).await?;
            let due = quote.past_due + quote.fees;
            if wallet < due {
                self.top_up(due - wallet).await?;
            }
            self.wait_until(&format!("instalment {} of {}", k + 1, terms.count), due_at(&terms, k)).await?;
            let scheduled = u64::from(k + 1) * terms.instalment;
            self.see(&format!("instalment {} collected", k + 1), |entries| {
                paid(entries).checked_sub(scheduled)
            })
            .await?;
        }
        Ok(payments(self.journal.entries(), PaymentKind::Collected).split_off(skip))
    }

    /// The first instalment that is not due yet: the cure may have covered more than the missed one.
    async fn next_instalment(&self) -> Result<u16> {
        let now = self.story.chain.now().await?;
        Ok(instalments_due(&self.story.chain.loan(&self.keys.loan).await?.terms, now))
    }

    async fn miss(&mut self, k: u16) -> Result<()> {
        let terms = self.story.chain.loan(&self.keys.loan).await?.terms;
        self.wait_until(
            &format!("instalment {} of {}, which nobody pays", k + 1, terms.count),
            due_at(&terms, k),
        )
        .await?;
        let (quote, wallet) = self.quote(self.story.chain.now().await?).await?;
        ensure!(quote.past_due > wallet, "the instalment was missed, but the chain says nothing is past due");
        self.tell(&Milestone::Lapsed {
            past_due: quote.past_due,
            wallet,
            due: due_at(&terms, k),
            at: quote.at,
        })
        .await?;
        Ok(())
    }

    async fn warning(&mut self) -> Result<()> {
        let settlement = self.settled(Action::Warn, "the car's receipt for the warning").await?;
        let message = self.story.car.warnings().await?.pop();
        self.tell(&Milestone::Warned { message, settlement }).await?;
        Ok(())
    }

    async fn default_and_lock(&mut self) -> Result<()> {
        let loan = self.story.chain.loan(&self.keys.loan).await?;
        let oldest = due_at(&loan.terms, self.story.script.paid_before);
        let grace = oldest + i64::from(loan.terms.grace_secs);
        self.wait_until("the end of the grace period", grace).await?;
        let milestone = self
            .see("the default", |entries| {
                entries.iter().find_map(|entry| match &entry.event {
                    Event::DefaultDeclared(event) => Some(Milestone::Defaulted {
                        past_due: event.past_due,
                        at: event.at,
                        transaction: entry.landed.signature.to_string(),
                    }),
                    _ => None,
                })
            })
            .await?;
        self.tell(&milestone).await?;

        let settlement = self.settled(Action::Lock, "the car's receipt for the lock").await?;
        let starts = self.story.car.try_start().await?;
        if starts {
            self.wrong.push("the car started although it was locked".to_owned());
        }
        let until = match self.story.chain.vehicle(&self.keys.vehicle).await?.lock {
            latchkey_client::latchkey::state::LockState::Locked { until, .. } => until,
            latchkey_client::latchkey::state::LockState::Unlocked => {
                self.wrong.push("the contract does not know that the car is locked".to_owned());
                0
            }
        };
        self.tell(&Milestone::Locked { starts, until, settlement }).await?;
        Ok(())
    }

    async fn cure_and_unlock(&mut self) -> Result<()> {
        let day = self.story.chain.now().await? + i64::from(self.story.script.cure_after_secs);
        self.wait_until("the day on which the borrower has the money", day).await?;
        if self.story.car.try_start().await? {
            self.wrong.push("the car started before anything was paid".to_owned());
        }
        let (quote, wallet) = self.quote(self.foreseen().await?).await?;
        let amount = (quote.past_due + quote.fees).saturating_sub(wallet);
        let signature = self.top_up(amount).await?;
        self.tell(&Milestone::ToppedUp {
            amount,
            wallet: wallet + amount,
            transaction: signature.to_string(),
        })
        .await?;

        let milestone = self
            .see("the cure", |entries| {
                entries.iter().find_map(|entry| match &entry.event {
                    Event::PaymentApplied(event)
                        if event.status_before == LoanStatus::Defaulted
                            && event.status_after != LoanStatus::Defaulted =>
                    {
                        Some(Milestone::Cured {
                            paid: event.principal + event.interest + event.fees,
                            fees: event.fees,
                            transaction: entry.landed.signature.to_string(),
                        })
                    }
                    _ => None,
                })
            })
            .await?;
        self.tell(&milestone).await?;

        let settlement = self.settled(Action::Unlock, "the car's receipt for the unlock").await?;
        let starts = self.story.car.try_start().await?;
        if !starts {
            self.wrong.push("the car did not start although it was unlocked".to_owned());
        }
        self.tell(&Milestone::Unlocked { starts, settlement }).await?;
        Ok(())
    }

    async fn pay_off(&mut self) -> Result<()> {
        let day = self.story.chain.now().await? + i64::from(self.story.script.payoff_after_secs);
        self.wait_until("the day on which the borrower pays the rest", day).await?;
        let (quote, wallet) = self.quote(self.foreseen().await?).await?;
        if quote.payoff > wallet {
            self.top_up(quote.payoff - wallet).await?;
        }
        let parties = self.story.parties;
        let instruction = pay_off(&self.keys, parties.borrower.pubkey());
        self.story.chain.send(&[instruction], &[&parties.funder, &parties.borrower]).await?;
        let payment =
            self.see("the last payment", |entries| payments(entries, PaymentKind::PaidOff).pop()).await?;
        self.tell(&Milestone::PaidOff { payment }).await?;
        Ok(())
    }

    async fn close(&mut self) -> Result<()> {
        let parties = self.story.parties;
        let loan = self.story.chain.loan(&self.keys.loan).await?;
        let authority = parties.authority.pubkey();
        let instruction =
            close_loan(&self.keys, parties.borrower.pubkey(), authority, parties.savings, loan.rent_payer);
        self.story.chain.send(&[instruction], &[&parties.funder, &parties.borrower]).await?;
        let milestone = self
            .see("the end of the loan", |entries| {
                entries.iter().find_map(|entry| match &entry.event {
                    Event::LoanClosed(event) => Some(Milestone::Closed {
                        escrow_returned_lamports: event.escrow_returned,
                        wallet_returned: event.wallet_returned,
                        transaction: entry.landed.signature.to_string(),
                    }),
                    _ => None,
                })
            })
            .await?;
        self.tell(&milestone).await?;
        Ok(())
    }

    /// Adds everything up, from events on one side and from balances on the other.
    async fn done(mut self, before: Purse, treasury: u64) -> Result<bool> {
        let chain = self.story.chain;
        let books = Books::of(self.journal.entries());
        let purse = Purse::of(chain, &self.story.keeper).await?;
        let earned = purse.earned_since(&before);
        let mut check = |holds: bool, complaint: &str| {
            if !holds {
                self.wrong.push(complaint.to_owned());
            }
        };
        check(
            books.escrow_in_lamports == books.escrow_out_lamports,
            "more or less left the escrow than entered it",
        );
        check(
            earned == i128::from(books.keeper_fees_lamports),
            "the keeper's balance did not change by the fees it earned",
        );
        for (what, account) in
            [("loan", self.keys.loan), ("escrow", self.keys.escrow), ("wallet", self.keys.wallet)]
        {
            check(chain.account(&account).await?.is_none(), &format!("the {what} is still there"));
        }
        let vehicle = chain.vehicle(&self.keys.vehicle).await?;
        for seq in 1..=vehicle.last_seq_asked {
            let left = chain.lamports(&pda::invocation(&self.keys.vehicle, seq)).await?;
            check(left == 0, &format!("lamports are left in invocation {seq}"));
        }
        let paid: u64 = self
            .journal
            .entries()
            .iter()
            .map(|entry| match &entry.event {
                Event::PaymentApplied(event) => event.principal + event.interest + event.fees,
                _ => 0,
            })
            .sum();
        let lent = self.story.script.terms.principal;
        let now = chain.tokens(&self.story.parties.treasury).await?.amount;
        check(now + lent == treasury + paid, "the lender did not get what the borrower paid");
        let ok = self.wrong.is_empty();
        let milestone = Milestone::Done {
            ok,
            books,
            keeper_earned_lamports: i64::try_from(earned)?,
            keeper_transaction_fees_lamports: purse.spent - before.spent,
            wrong: std::mem::take(&mut self.wrong),
        };
        self.tell(&milestone).await?;
        Ok(ok)
    }

    /// Waits until a call of this kind is settled, and holds the receipt on the chain against the car's key.
    async fn settled(&mut self, action: Action, what: &str) -> Result<Settlement> {
        let device_key = self.story.car.device_key();
        self.see(what, |entries| {
            entries.iter().find_map(|entry| match &entry.event {
                Event::InvocationConfirmed(event) if event.action == action => {
                    Some(settlement(event, entry, &device_key))
                }
                _ => None,
            })
        })
        .await?
    }
}

fn settlement(event: &InvocationConfirmed, entry: &Entry, device_key: &Pubkey) -> Result<Settlement> {
    let (envelope, receipt) = entry.landed.receipt().context("a call was settled without a receipt")?;
    ensure!(
        envelope.signer == device_key.to_bytes() && receipt.invocation == event.invocation.to_bytes(),
        "a call was settled by a receipt that is not the car's for it"
    );
    Ok(Settlement {
        signature: Signature::from(envelope.signature).to_string(),
        fee_lamports: event.fee,
        keeper: event.keeper,
        seq: event.seq,
        device_time: receipt.device_time,
        transaction: entry.landed.signature.to_string(),
    })
}

fn refusal(rule: LatchkeyError) -> Refusal {
    Refusal(rule.into())
}

/// Payments of a kind that moved anything.
fn payments(entries: &[Entry], kind: PaymentKind) -> Vec<Payment> {
    let payment = |entry: &Entry| match &entry.event {
        Event::PaymentApplied(event) if event.kind == kind && event.principal + event.interest > 0 => {
            Some(Payment {
                to_principal: event.principal,
                to_interest: event.interest,
                to_fees: event.fees,
                transaction: entry.landed.signature.to_string(),
            })
        }
        _ => None,
    };
    entries.iter().filter_map(payment).collect()
}

/// Paid toward the schedule so far.
fn paid(entries: &[Entry]) -> u64 {
    let paid = |entry: &Entry| match &entry.event {
        Event::PaymentApplied(event) => event.principal + event.interest,
        _ => 0,
    };
    entries.iter().map(paid).sum()
}

/// The car's identification number, salted and hashed: the chain learns nothing of it.
fn vin_commitment() -> [u8; 32] {
    let salt = Keypair::new().pubkey();
    sha256(&[salt.as_ref(), b"1M8GDM9AXKP042788"].concat())
}

/// The program as it is on the ledger.
async fn deployed(chain: &dyn Chain) -> Result<Milestone> {
    let program = latchkey_client::PROGRAM_ID;
    let account = chain.account(&program).await?.context("the program is not on the ledger")?;
    ensure!(account.executable, "the program's account is not executable");
    // An upgradeable program's account names the one that holds its bytes, after a header of 45.
    let bytes = if account.owner == LOADER {
        let holder = account.data.get(4..36).and_then(|key| key.try_into().ok());
        let holder = Pubkey::new_from_array(holder.context("a program account without program data")?);
        chain.data("program data", &holder).await?.split_off(45)
    } else {
        account.data
    };
    let hash = sha256(&bytes);
    Ok(Milestone::Deployed { program, bytes: bytes.len(), sha256: hex::encode(hash), at: chain.now().await? })
}
