//! `latchkey escrow`

mod fund;
mod show;
mod withdraw;

command_group! {
    pub enum Escrow {
        Fund(fund::Fund),
        Withdraw(withdraw::Withdraw),
        Show(show::Show),
    }
}
