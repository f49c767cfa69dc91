//! When a connection that stands is given up.

use std::time::Duration;

use rumqttc::Outgoing;
use rumqttc::v5::Event;
use rumqttc::v5::mqttbytes::v5::Packet;
use tokio::time::Instant;

use super::line::Lost;

/// How long the watchdog waits for the broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Pause between pings. A broker that answers neither of two pings is given up.
    pub keep_alive: Duration,
    /// For the acknowledgement of a publish.
    pub acknowledgement: Duration,
}

impl Patience {
    /// For any packet: a ping and its answer, the next ping, and time to travel.
    fn silence(&self) -> Duration {
        2 * self.keep_alive + Duration::from_secs(5)
    }
}

/// Two clocks: one since the broker was last heard, one since it owes an acknowledgement without giving any.
#[derive(Debug)]
pub(super) struct Watchdog {
    patience: Patience,
    heard: Instant,
    owing: Option<Instant>,
}

impl Watchdog {
    pub fn new(patience: Patience) -> Self {
        Self { patience, heard: Instant::now(), owing: None }
    }

    /// Takes note of an event, after which the broker owes acknowledgements for `inflight` publishes.
    pub fn observe(&mut self, event: &Event, inflight: u16) {
        let now = Instant::now();
        if matches!(event, Event::Incoming(_)) {
            self.heard = now;
        }
        match event {
            Event::Outgoing(Outgoing::Publish(_)) => self.owing = self.owing.or(Some(now)),
            Event::Incoming(Packet::PubAck(_)) => self.owing = (inflight > 0).then_some(now),
            _ => {}
        }
    }

    /// When the connection is given up unless something is observed before.
    pub fn deadline(&self) -> Instant {
        let silent = self.heard + self.patience.silence();
        self.owing.map_or(silent, |since| silent.min(since + self.patience.acknowledgement))
    }

    /// Why it is given up, once the deadline has passed.
    pub fn verdict(&self) -> Lost {
        match self.owing {
            Some(since) if since.elapsed() >= self.patience.acknowledgement => Lost::Wedged,
            _ => Lost::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use rumqttc::v5::mqttbytes::v5::{PingResp, PubAck};
    use tokio::time::advance;

    use super::*;

    const PATIENCE: Patience =
        Patience { keep_alive: Duration::from_secs(15), acknowledgement: Duration::from_secs(20) };
    const PUBLISHED: Event = Event::Outgoing(Outgoing::Publish(1));
    const PONG: Event = Event::Incoming(Packet::PingResp(PingResp));

    fn acknowledged() -> Event {
        Event::Incoming(Packet::PubAck(PubAck::new(1, None)))
    }

    /// The seconds until it gives up, and why it does then.
    async fn gives_up(watchdog: &Watchdog) -> (u64, Lost) {
        let left = watchdog.deadline() - Instant::now();
        advance(left).await;
        (left.as_secs(), watchdog.verdict())
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_answers_neither_of_two_pings_is_given_up() {
        let mut watchdog = Watchdog::new(PATIENCE);
        advance(Duration::from_secs(30)).await;
        watchdog.observe(&PONG, 0);
        let (secs, lost) = gives_up(&watchdog).await;
        assert!(secs == 35 && matches!(lost, Lost::Silent), "{secs} {lost}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_answers_pings_and_acknowledges_nothing_is_given_up() {
        let mut watchdog = Watchdog::new(PATIENCE);
        watchdog.observe(&PUBLISHED, 1);
        advance(Duration::from_secs(15)).await;
        watchdog.observe(&PUBLISHED, 2);
        watchdog.observe(&PONG, 2);
        let (secs, lost) = gives_up(&watchdog).await;
        assert!(secs == 5 && matches!(lost, Lost::Wedged), "{secs} {lost}");
    }

    #[tokio::test(start_paused = true)]
    async fn each_acknowledgement_gives_the_next_one_its_time() {
        let mut watchdog = Watchdog::new(PATIENCE);
        watchdog.observe(&PUBLISHED, 1);
        watchdog.observe(&PUBLISHED, 2);
        advance(Duration::from_secs(19)).await;
        watchdog.observe(&acknowledged(), 1);
        assert_eq!(watchdog.deadline() - Instant::now(), Duration::from_secs(20));
        watchdog.observe(&acknowledged(), 0);
        assert_eq!(watchdog.deadline() - Instant::now(), Duration::from_secs(35));
    }
}
