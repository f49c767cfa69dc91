//! `latchkey escrow`

mod fund;
mod show;
mod withdraw;

command_group! {
    pub enum Escrow {
        /// Add SOL to a loan's escrow. Anybody may do so
        Fund(fund::Fund),
        /// Return SOL from a loan's escrow to the lender's authority
        Withdraw(withdraw::Withdraw),
        /// Show a loan's escrow
        Show(show::Show),
    }
}
