//! `latchkey vehicle`

mod audit;
mod code;
mod distrust;
mod enrolment;
mod hand_over;
mod register;
mod release;
mod retire;
mod rotate_key;
mod show;

command_group! {
    pub enum Vehicle {
        Register(register::Register),
        Show(show::Show),
        RotateKey(rotate_key::RotateKey),
        HandOver(hand_over::HandOverCommand),
        Agree(hand_over::Agree),
        Code(code::CodeCommand),
        Release(release::ReleaseCommand),
        Audit(audit::Audit),
        Distrust(distrust::Distrust),
        Retire(retire::Retire),
    }
}
