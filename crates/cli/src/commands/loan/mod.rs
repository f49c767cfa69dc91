//! `latchkey loan`

mod amend;
mod assign;
mod borrower_key;
mod car_wallet;
mod charge_off;
mod close;
mod emergency_start;
mod extend;
mod hold;
mod list;
mod notice;
mod originate;
mod pay;
mod payoff;
mod quote;
mod settle;
mod show;
mod stay;
mod top_up;
mod unlock;
mod waive;
mod watch;
mod withdraw;

command_group! {
    pub enum Loan {
        Quote(quote::Quote),
        Originate(originate::Originate),
        Show(show::Show),
        Watch(watch::Watch),
        List(list::List),
        TopUp(top_up::TopUp),
        Pay(pay::Pay),
        Payoff(payoff::Payoff),
        Withdraw(withdraw::Withdraw),
        Notice(notice::Notice),
        Hold(hold::Hold),
        LiftHold(hold::LiftHold),
        Stay(stay::Stay),
        Extend(extend::Extend),
        Amend(amend::Amend),
        Waive(waive::Waive),
        EmergencyStart(emergency_start::EmergencyStart),
        Unlock(unlock::Unlock),
        ChargeOff(charge_off::ChargeOff),
        Settle(settle::Settle),
        Assign(assign::Assign),
        RotateBorrower(borrower_key::RotateBorrower),
        RecoverBorrower(borrower_key::RecoverBorrower),
        RefuseRecovery(borrower_key::RefuseRecovery),
        Close(close::Close),
    }
}
