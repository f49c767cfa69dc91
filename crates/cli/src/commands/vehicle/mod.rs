//! `latchkey vehicle`

mod enrolment;
mod register;
mod retire;
mod rotate_key;
mod show;

command_group! {
    pub enum Vehicle {
        Register(register::Register),
        Show(show::Show),
        RotateKey(rotate_key::RotateKey),
        Retire(retire::Retire),
    }
}
