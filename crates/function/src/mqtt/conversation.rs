//! One command on its way to one car.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::Shared;
use super::sender::Order;
use crate::courier::{Parcel, Replies};

/// Sends `parcel` until its [`Answers`](crate::courier::Answers) are dropped, or the courier stops.
pub(super) async fn hold(shared: Arc<Shared>, parcel: Parcel, replies: Replies) {
    let vehicle = parcel.vehicle;
    let number = shared.mailboxes.open(&vehicle, replies.clone());
    tokio::select! {
        () = replies.closed() => {}
        () = send_again_and_again(&shared, Arc::new(parcel), &replies) => {}
    }
    shared.mailboxes.close(&vehicle, number);
}

/// Passes on what the car publishes until the [`Answers`](crate::courier::Answers) are dropped, and sends nothing.
pub(super) async fn listen(shared: Arc<Shared>, vehicle: anchor_lang::prelude::Pubkey, replies: Replies) {
    let number = shared.mailboxes.open(&vehicle, replies.clone());
    let mut present = shared.connection.clone();
    tokio::select! {
        () = replies.closed() => {}
        _ = present.wait_for(|_| false) => {}
    }
    shared.mailboxes.close(&vehicle, number);
}

/// Returns when the courier stops.
async fn send_again_and_again(shared: &Shared, parcel: Arc<Parcel>, replies: &Replies) {
    let expires = Instant::now() + parcel.expires_in;
    let mut present = shared.connection.clone();
    loop {
        if present.wait_for(Option::is_some).await.is_err() {
            return;
        }
        let mut resend = shared.resend.clone();
        loop {
            let (taken, answered) = oneshot::channel();
            let order = Order { parcel: Arc::clone(&parcel), expires, replies: replies.clone(), taken };
            if shared.orders.send(order).is_err() {
                return;
            }
            match answered.await {
                Ok(true) => {}
                // The connection ended first: the next one gets it at once.
                Ok(false) => break,
                Err(_) => return,
            }
            tokio::select! {
                () = sleep(resend.pause()) => {}
                changed = present.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
            }
        }
    }
}
