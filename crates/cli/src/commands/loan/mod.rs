//! `latchkey loan`

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
mod show;
mod top_up;
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
        Extend(extend::Extend),
        Waive(waive::Waive),
        EmergencyStart(emergency_start::EmergencyStart),
        ChargeOff(charge_off::ChargeOff),
        Close(close::Close),
    }
}
