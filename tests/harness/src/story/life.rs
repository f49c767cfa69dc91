use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use latchkey_client::{
    errors::Refusal,
    events::Event,
    instructions::{CloseLoan, LoanKeys, close_loan, fund_escrow, pay_off},
    latchkey::{
        events::PaymentKind,
        rules::schedule::{due_at, instalments_due},
        state::{Action, LoanStatus},
    },
    quote::{Quote, quote},
};
use solana_sdk::{signature::Signature, signer::Signer};
use tokio::time::{sleep, timeout};

use super::{
    books::Purse,
    chain::ChainExt,
    evidence::{first, paid, payments, settlement},
    journal::{Entry, Journal},
    milestone::{Milestone, Payment, Settlement},
    run::Story,
    script::Script,
};

/// How often the car is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long keeper and car may take for anything they do by themselves.
const PATIENCE: Duration = Duration::from_mins(1);

/// A loan from its first day to its last.
pub(super) struct Life<'a> {
    pub(super) story: Story<'a>,
    pub(super) keys: LoanKeys,
    pub(super) journal: Journal,
    pub(super) wrong: Vec<String>,
}

impl Life<'_> {
    /// Runs the loan's life to its end. Returns whether the books balance and the car behaved.
    pub(super) async fn live(mut self, purse: Purse, treasury: u64) -> Result<bool> {
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

    pub(super) async fn tell(&mut self, milestone: &Milestone) -> Result<()> {
        self.story.tell(milestone).await
    }

    async fn principal(&self) -> Result<u64> {
        Ok(self.story.chain.loan(&self.keys.loan).await?.ledger.principal)
    }

    /// Where the loan stands at a time, if nothing is paid until then.
    async fn quote(&self, at: i64) -> Result<Quote> {
        let loan = self.story.chain.loan(&self.keys.loan).await?;
        let wallet = self.story.chain.tokens(&self.keys.wallet).await?.amount;
        Ok(quote(&loan, wallet, at).map_err(|rule| Refusal(rule.into()))?)
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
                first(entries, |event, transaction| match event {
                    Event::EscrowFunded(event) => Some(Milestone::EscrowFunded {
                        lamports: event.lamports,
                        available_lamports: event.after,
                        transaction,
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
            let missing = self.quote(due_at(&terms, k)).await?.past_due;
            if missing > 0 {
                self.top_up(missing).await?;
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
            &format!("instalment {} of {}, which is not paid", k + 1, terms.count),
            due_at(&terms, k),
        )
        .await?;
        let quote = self.quote(self.story.chain.now().await?).await?;
        ensure!(quote.past_due > 0, "the instalment was missed, but the chain says nothing is past due");
        self.tell(&Milestone::Lapsed {
            past_due: quote.past_due,
            wallet: quote.free,
            due: due_at(&terms, k),
            at: quote.at,
        })
        .await?;
        Ok(())
    }

    async fn warning(&mut self) -> Result<()> {
        let terms = self.story.chain.loan(&self.keys.loan).await?.terms;
        let oldest = due_at(&terms, self.story.script.paid_before);
        self.wait_until("the day of the warning", oldest + i64::from(terms.warn_after_secs)).await?;
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
                first(entries, |event, transaction| match event {
                    Event::DefaultDeclared(event) => {
                        Some(Milestone::Defaulted { past_due: event.past_due, at: event.at, transaction })
                    }
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
        let until = self.story.chain.vehicle(&self.keys.vehicle).await?.lock.ends_at();
        if until.is_none() {
            self.wrong.push("the contract does not know that the car is locked".to_owned());
        }
        let until = until.unwrap_or(0);
        self.tell(&Milestone::Locked { starts, until, settlement }).await?;
        Ok(())
    }

    async fn cure_and_unlock(&mut self) -> Result<()> {
        let day = self.story.chain.now().await? + i64::from(self.story.script.cure_after_secs);
        self.wait_until("the day on which the borrower has the money", day).await?;
        if self.story.car.try_start().await? {
            self.wrong.push("the car started before anything was paid".to_owned());
        }
        let quote = self.quote(self.foreseen().await?).await?;
        let amount = quote.past_due;
        let transaction = self.top_up(amount).await?.to_string();
        self.tell(&Milestone::ToppedUp { amount, wallet: quote.free + amount, transaction }).await?;

        let milestone = self
            .see("the cure", |entries| {
                first(entries, |event, transaction| match event {
                    Event::PaymentApplied(event)
                        if event.status_before == LoanStatus::Defaulted
                            && event.status_after != LoanStatus::Defaulted =>
                    {
                        Some(Milestone::Cured {
                            paid: event.principal + event.interest + event.fees,
                            transaction,
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
        let parties = self.story.parties;
        let instruction = pay_off(&self.keys, parties.borrower.pubkey(), Some(parties.savings));
        self.story.chain.send(&[instruction], &[&parties.funder, &parties.borrower]).await?;
        let payment =
            self.see("the last payment", |entries| payments(entries, PaymentKind::PaidOff).pop()).await?;
        self.tell(&Milestone::PaidOff { payment }).await?;
        self.release().await
    }

    /// Waits until the car obeys unlocks alone: nobody asks for it.
    async fn release(&mut self) -> Result<()> {
        const WHAT: &str = "the release of the car";
        let now = self.story.chain.now().await?;
        self.story.observer.waiting(WHAT, now, None)?;
        let released = async {
            while !self.story.car.is_released().await? {
                sleep(LOOK).await;
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, released).await.context(WHAT)??;
        self.tell(&Milestone::Released).await
    }

    async fn close(&mut self) -> Result<()> {
        let parties = self.story.parties;
        let loan = self.story.chain.loan(&self.keys.loan).await?;
        let who = CloseLoan {
            party: parties.borrower.pubkey(),
            authority: parties.authority.pubkey(),
            borrower_tokens: parties.savings,
            lender_tokens: Some(parties.treasury),
            rent_payer: loan.rent_payer,
        };
        let instruction = close_loan(&self.keys, &who);
        self.story.chain.send(&[instruction], &[&parties.funder, &parties.borrower]).await?;
        let milestone = self
            .see("the end of the loan", |entries| {
                first(entries, |event, transaction| match event {
                    Event::LoanClosed(event) => Some(Milestone::Closed {
                        escrow_returned_lamports: event.escrow_returned,
                        wallet_returned: event.wallet_returned,
                        transaction,
                    }),
                    _ => None,
                })
            })
            .await?;
        self.tell(&milestone).await?;
        Ok(())
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
