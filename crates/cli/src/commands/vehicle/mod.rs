//! `latchkey vehicle`

mod distrust;
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
        Distrust(distrust::Distrust),
        Retire(retire::Retire),
    }
}
