//! `latchkey vehicle`

mod enrolment;
mod register;
mod retire;
mod rotate_key;
mod show;

command_group! {
    pub enum Vehicle {
        /// Register a car with the enrolment that its device signed
        Register(register::Register),
        /// Show a car, what its device has proven and what it was asked to do
        Show(show::Show),
        /// Give a car a new device key
        RotateKey(rotate_key::RotateKey),
        /// Take a car out of service
        Retire(retire::Retire),
    }
}
