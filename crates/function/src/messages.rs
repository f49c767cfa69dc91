//! The messages that drivers read.

use std::fmt::Write as _;

use latchkey::rules::calendar::{DAY, Date};
use latchkey::state::{Action, Invocation};
use latchkey_protocol::MAX_MESSAGE_LEN;
use serde::{Deserialize, Serialize};

/// The messages shown to drivers, one for each occasion.
///
/// A template may name `{instalment}`, how many instalments were due when the call was asked for, and `{lock_until}`,
/// when a lock ends by itself, in UTC. Both come from the chain, so that a repeated command is the same command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Messages {
    /// With a warning.
    pub warn: Template,
    /// With a lock.
    pub lock: Template,
    /// With an unlock.
    pub unlock: Template,
}

impl Default for Messages {
    fn default() -> Self {
        let template = |text: &str| Template::new(text).expect("the default messages name known fields");
        Self {
            warn: template("A payment for this car is past due. Please pay now or call your lender."),
            lock: template(
                "This car will not start again until the overdue payment is made. The lock ends by itself on \
                 {lock_until} at the latest.",
            ),
            unlock: template("This car is unlocked and starts again."),
        }
    }
}

impl Messages {
    /// The message that goes with `invocation`, no longer than a command can carry.
    pub fn to_driver(&self, invocation: &Invocation) -> String {
        let template = match invocation.action {
            Action::Warn => &self.warn,
            Action::Lock => &self.lock,
            Action::Unlock => &self.unlock,
        };
        let mut message = template.fill(invocation);
        message.truncate(message.floor_char_boundary(MAX_MESSAGE_LEN));
        message
    }
}

/// Text with `{fields}` of an invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Instalment,
    LockUntil,
}

impl Field {
    const ALL: [Self; 2] = [Self::Instalment, Self::LockUntil];

    const fn name(self) -> &'static str {
        match self {
            Self::Instalment => "instalment",
            Self::LockUntil => "lock_until",
        }
    }
}

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("no field is called {{{0}}}: use {{instalment}} or {{lock_until}}")]
    UnknownField(String),
    /// An opening brace without a closing one.
    #[error("a {{ is not closed: write a field as {{instalment}}")]
    Unclosed,
}

impl Template {
    /// Reads a template.
    pub fn new(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(TemplateError::Unclosed)?;
            let field = Field::ALL
                .into_iter()
                .find(|field| field.name() == name)
                .ok_or_else(|| TemplateError::UnknownField(name.to_owned()))?;
            parts.extend([Part::Text(before.to_owned()), Part::Field(field)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self { parts })
    }

    fn fill(&self, invocation: &Invocation) -> String {
        self.parts.iter().fold(String::new(), |mut text, part| {
            match part {
                Part::Text(part) => text.push_str(part),
                // Writing to a `String` does not fail.
                Part::Field(Field::Instalment) => _ = write!(text, "{}", invocation.instalment),
                Part::Field(Field::LockUntil) => text.push_str(&utc(invocation.lock_until)),
            }
            text
        })
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        Self::new(&text)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.parts.into_iter().fold(Self::new(), |mut text, part| {
            match part {
                Part::Text(part) => text.push_str(&part),
                Part::Field(field) => _ = write!(text, "{{{}}}", field.name()),
            }
            text
        })
    }
}

/// A Unix time as a driver reads it: `2027-01-05 12:00 UTC`.
fn utc(time: i64) -> String {
    let Date { year, month, day } = Date::from_unix(time);
    let minutes = time.rem_euclid(DAY) / 60;
    format!("{year}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use anchor_lang::prelude::Pubkey;
    use latchkey::fixtures::{function, loan, terms};
    use latchkey::rules::invocation::{Offer, Requested};

    use super::*;

    fn invocation(action: Action, lock_until: i64) -> Invocation {
        let offer = Offer::from(&function(action));
        let lock_until = Some(lock_until);
        let requested = Requested { seq: 1, expires_at: 60, lock_until, instalment: 3, is_final: false };
        Invocation::new(&offer, Pubkey::default(), &loan(terms()), requested, 0)
    }

    #[test]
    fn every_occasion_has_its_message_and_each_default_fits_whole() {
        let messages = Messages::default();
        let shown = [(Action::Warn, 0), (Action::Lock, 1_830_254_400), (Action::Unlock, 0)]
            .map(|(action, until)| messages.to_driver(&invocation(action, until)));
        assert!(shown.iter().all(|message| message.len() < MAX_MESSAGE_LEN && message.ends_with('.')));
        assert!(shown[1].contains("2027-12-31 12:00 UTC"), "{}", shown[1]);
        let distinct: std::collections::HashSet<_> = shown.iter().collect();
        assert_eq!(distinct.len(), shown.len());
    }

    #[test]
    fn fields_are_filled_from_the_invocation() {
        let warn = Template::new("{instalment} due, {lock_until}, {instalment}!").unwrap();
        let messages = Messages { warn, ..Messages::default() };
        assert_eq!(messages.to_driver(&invocation(Action::Warn, 61)), "3 due, 1970-01-01 00:01 UTC, 3!");
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        for (text, length) in [("ä".repeat(150), 200), (format!("a{}", "ä".repeat(150)), 199)] {
            let messages = Messages { warn: Template::new(&text).unwrap(), ..Messages::default() };
            let message = messages.to_driver(&invocation(Action::Warn, 0));
            assert_eq!(message.len(), length);
            assert!(text.starts_with(&message));
        }
    }

    #[test]
    fn a_template_with_an_unknown_field_is_refused_where_it_is_configured() {
        let refusal = |text: &str| toml::from_str::<Messages>(text).unwrap_err().to_string();
        assert!(refusal("warn = 'pay {amount}'").contains("{amount}"));
        assert!(refusal("warn = 'pay {instalment'").contains("not closed"));
        assert!(refusal("wran = 'pay'").contains("wran"));
    }

    #[test]
    fn templates_are_written_back_as_they_were_read() {
        let text = "a {instalment} b {lock_until}";
        assert_eq!(String::from(Template::new(text).unwrap()), text);
    }
}
