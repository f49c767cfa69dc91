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
        /// Show what terms would cost: schedule, finance charge, total of payments
        Quote(quote::Quote),
        /// Write a loan: lender and borrower sign its terms, the seller receives the principal
        Originate(originate::Originate),
        /// Show a loan: its status, what it owes, and its dates
        Show(show::Show),
        /// Print a line whenever a loan changes, until a condition holds
        Watch(watch::Watch),
        /// List a lender's or a borrower's loans
        List(list::List),
        /// Put tokens into the car wallet. Anybody may do so
        TopUp(top_up::TopUp),
        /// Pay what is due from the car wallet, or more if the borrower signs
        Pay(pay::Pay),
        /// Pay everything that is owed from the car wallet
        Payoff(payoff::Payoff),
        /// Withdraw tokens that are not due from the car wallet
        Withdraw(withdraw::Withdraw),
        /// Record that the borrower was given notice of what is past due
        Notice(notice::Notice),
        /// Promise no lock and no warning before a date
        Hold(hold::Hold),
        /// End a hold before its date. Both parties sign
        LiftHold(hold::LiftHold),
        /// Move every due date by one period. Both parties sign
        Extend(extend::Extend),
        /// Waive late fees
        Waive(waive::Waive),
        /// Let the car start for a while, whatever is owed. The borrower signs
        EmergencyStart(emergency_start::EmergencyStart),
        /// Charge a loan off, 120 days past due or later
        ChargeOff(charge_off::ChargeOff),
        /// Close a paid-off loan and return the remaining funds to their owners
        Close(close::Close),
    }
}
