//! Which conversations wait for which car.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anchor_lang::prelude::Pubkey;
use latchkey_protocol::topics;

use super::publish::is_receipt;
use crate::courier::Replies;

/// The conversations, by the topic on which their car answers. A topic follows from the car's identity, never from
/// what a message says.
#[derive(Debug, Default)]
pub(super) struct Mailboxes(Mutex<HashMap<String, Mailbox>>);

/// The conversations with one car.
#[derive(Debug, Default)]
struct Mailbox {
    open: HashMap<Conversation, Replies>,
    next: u64,
}

/// A conversation's number among those with the same car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Conversation(u64);

impl Mailboxes {
    /// Opens a conversation with `vehicle` and returns its number.
    pub fn open(&self, vehicle: &Pubkey, replies: Replies) -> Conversation {
        let mut mailboxes = self.lock();
        let mailbox = mailboxes.entry(topic(vehicle)).or_default();
        let conversation = Conversation(mailbox.next);
        mailbox.next += 1;
        mailbox.open.insert(conversation, replies);
        conversation
    }

    /// Ends a conversation.
    pub fn close(&self, vehicle: &Pubkey, conversation: Conversation) {
        let topic = topic(vehicle);
        let mut mailboxes = self.lock();
        let Some(mailbox) = mailboxes.get_mut(&topic) else { return };
        mailbox.open.remove(&conversation);
        if mailbox.open.is_empty() {
            mailboxes.remove(&topic);
        }
    }

    /// Hands a message to every conversation with the car whose topic it came on; `false` if none of them
    /// can use it.
    pub fn deliver(&self, topic: &[u8], message: &[u8]) -> bool {
        if !is_receipt(message) {
            return false;
        }
        let Ok(topic) = std::str::from_utf8(topic) else { return false };
        let mailboxes = self.lock();
        let Some(mailbox) = mailboxes.get(topic) else { return false };
        mailbox.open.values().filter(|replies| replies.pass_on(message.to_vec())).count() > 0
    }

    /// No code panics while it holds the lock; if one did, the table would still be whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Mailbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn topic(vehicle: &Pubkey) -> String {
    topics::receipt(&vehicle.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courier::Answers;
    use crate::mqtt::publish::RECEIPT_LEN;

    #[tokio::test]
    async fn a_message_reaches_every_conversation_with_its_car_and_no_other() {
        let mailboxes = Mailboxes::default();
        let (car, other) = (Pubkey::new_unique(), Pubkey::new_unique());
        let conversations = [&car, &car, &other].map(|vehicle| {
            let (replies, answers) = Answers::channel();
            (mailboxes.open(vehicle, replies), answers)
        });
        let [mut first, mut second, mut third] = conversations;

        assert!(mailboxes.deliver(topic(&car).as_bytes(), &[7; RECEIPT_LEN]));
        assert_eq!(first.1.next().await, Some(vec![7; RECEIPT_LEN]));
        assert_eq!(second.1.next().await, Some(vec![7; RECEIPT_LEN]));

        mailboxes.close(&other, third.0);
        assert_eq!(third.1.next().await, None);
        assert!(!mailboxes.deliver(topic(&other).as_bytes(), &[7; RECEIPT_LEN]));
    }

    #[tokio::test]
    async fn what_cannot_be_a_receipt_is_not_kept() {
        let mailboxes = Mailboxes::default();
        let car = Pubkey::new_unique();
        let (replies, _answers) = Answers::channel();
        mailboxes.open(&car, replies);
        assert!(!mailboxes.deliver(topic(&car).as_bytes(), &[7; RECEIPT_LEN + 1]));
        assert!(!mailboxes.deliver(topics::command(&car.to_string()).as_bytes(), &[7; RECEIPT_LEN]));
        assert!(!mailboxes.deliver(&[0xff], &[7; RECEIPT_LEN]));
    }

    #[tokio::test]
    async fn a_flood_fills_one_mailbox_and_no_memory() {
        let mailboxes = Mailboxes::default();
        let car = Pubkey::new_unique();
        let (replies, _answers) = Answers::channel();
        mailboxes.open(&car, replies);
        let kept =
            (0..1_000).filter(|_| mailboxes.deliver(topic(&car).as_bytes(), &[7; RECEIPT_LEN])).count();
        assert!((1..100).contains(&kept), "{kept} messages lie unread");
    }
}
