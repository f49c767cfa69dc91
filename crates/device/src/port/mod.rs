//! The ways by which orders reach the car and receipts leave it. The agent trusts none of them: only signatures and codes
//! count.

mod lines;
mod serial;
mod socket;

use std::pin::Pin;
use std::task::{Context, Poll};

use latchkey_protocol::code::Code;
use tokio::sync::{mpsc, oneshot};

pub use lines::{read, write};
pub use serial::Serial;
pub use socket::Socket;

use crate::agent::{NotTaken, SignedReceipt};

/// Arrivals that wait for the agent.
const INBOX: usize = 4;

/// What comes in at a port.
#[derive(Debug)]
pub enum Arrival {
    /// Somebody who hears receipts is there from now on.
    Connected,
    /// Whoever brought it is told what came of it, if they wait for that.
    Brought(Brought, Option<oneshot::Sender<Reply>>),
}

/// What somebody brought to the car.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// A signed order, as it travels.
    Envelope(Vec<u8>),
    /// Twelve digits.
    Code(Code),
}

/// What whoever brought it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The signed receipt, as it travels.
    Receipt(Vec<u8>),
    /// The car does not say why.
    Ignored,
    /// The order is obeyed, and the car could not do it yet: bring it again.
    Later,
    /// Of a code.
    NotTaken(NotTaken),
}

/// A way to the car.
pub trait Port: Send {
    /// What comes in next. `None` once nothing can come any more.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>>;

    /// Sends a receipt to those who hear the car here. One that cannot be sent now is given again when the port is
    /// [`Arrival::Connected`].
    fn publish(&mut self, _receipt: &SignedReceipt) {}

    /// Ends it in good order.
    fn close(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

/// Hands to the agent what was brought, and waits for the reply.
#[derive(Clone, Debug)]
pub struct Carrier(mpsc::Sender<Arrival>);

impl Carrier {
    /// `None` if the agent has ended.
    pub async fn bring(&self, brought: Brought) -> Option<Reply> {
        let (sender, reply) = oneshot::channel();
        self.0.send(Arrival::Brought(brought, Some(sender))).await.ok()?;
        reply.await.ok()
    }
}

/// A port within the process: a keypad, or one half of another port.
#[derive(Debug)]
pub struct Inside(mpsc::Receiver<Arrival>);

/// A port, and who brings something to it.
pub fn inside() -> (Carrier, Inside) {
    let (sender, receiver) = mpsc::channel(INBOX);
    (Carrier(sender), Inside(receiver))
}

impl Port for Inside {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        self.0.poll_recv(context)
    }
}

/// What comes in next at any of these ports, and at which. A port that has ended is taken out; `None` once none is left.
pub async fn next(ports: &mut Vec<Box<dyn Port>>) -> Option<(usize, Arrival)> {
    std::future::poll_fn(|context| {
        let mut at = 0;
        while let Some(port) = ports.get_mut(at) {
            match port.poll_next(context) {
                Poll::Ready(Some(arrival)) => return Poll::Ready(Some((at, arrival))),
                Poll::Ready(None) => {
                    tracing::error!("a way to the car has ended: restart the agent");
                    drop(ports.remove(at));
                }
                Poll::Pending => at += 1,
            }
        }
        if ports.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}
