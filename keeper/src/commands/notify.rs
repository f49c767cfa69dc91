//! Tells systemd that the keeper has started, that it stops, and, as long as it takes in events, that it is alive.

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::warn;

use crate::keeper::Shutdown;
use crate::surface::Asker;

/// Tells until the keeper stops. Does nothing where systemd has not started it.
pub(super) async fn keep(asker: Asker, shutdown: Shutdown) {
    let period = sd_notify::watchdog_enabled().map(|limit| limit / 3);
    tell(&[NotifyState::Ready]);
    loop {
        tokio::select! {
            () = shutdown.gently.cancelled() => break,
            () = shutdown.at_once.cancelled() => break,
            () = pause(period) => {}
        }
        alive(&asker).await;
    }
    tell(&[NotifyState::Stopping]);
    // It takes in events until everything is given back.
    loop {
        pause(period).await;
        alive(&asker).await;
    }
}

async fn alive(asker: &Asker) {
    if asker.health().await.is_some() {
        tell(&[NotifyState::Watchdog]);
    }
}

/// The pause between two signs of life; without a watchdog there are none.
async fn pause(period: Option<Duration>) {
    match period {
        Some(period) => tokio::time::sleep(period).await,
        None => std::future::pending().await,
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        warn!(error = &error as &dyn std::error::Error, "systemd cannot be told how the keeper is");
    }
}
