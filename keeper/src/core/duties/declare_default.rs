//! Declare a default whose lock cannot be requested yet.

use latchkey::rules::gates::check_default;

use super::Duty;
use crate::core::context::Context;
use crate::core::operation::Operation;

pub(super) struct DeclareDefault;

impl Duty for DeclareDefault {
    fn operation(&self, context: &Context<'_>) -> Option<Operation> {
        check_default(&context.at).is_ok().then_some(Operation::DeclareDefault)
    }
}
