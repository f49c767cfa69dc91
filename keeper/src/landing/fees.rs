//! The priority fee: what others have recently paid, within the operator's limits, and more with each new attempt.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use solana_client::rpc_response::RpcPrioritizationFee;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::debug;

use crate::ledger::ChainConfig;
use crate::nodes::{Method, Nodes};

/// Pause between reads of the fees paid.
const REFRESH: Duration = Duration::from_secs(15);
/// The least that a new attempt offers beyond the floor, micro-lamports per compute unit.
const FIRST_RAISE: u64 = 1_000;

/// The limits within which fees are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prices {
    pub floor: u64,
    pub cap: u64,
    pub percentile: u8,
}

impl Prices {
    pub fn of(config: &ChainConfig) -> Self {
        Self {
            floor: config.priority_micro_lamports,
            cap: config.max_priority_micro_lamports.max(config.priority_micro_lamports),
            percentile: config.priority_percentile.min(100),
        }
    }

    /// What to offer for an attempt, the first being 0: half as much again with each, never more than the cap.
    pub fn offer(self, recent: u64, attempt: u32) -> u64 {
        let first = recent.clamp(self.floor, self.cap);
        let raised =
            (0..attempt.min(64)).fold(first, |price, _| price.saturating_add(price / 2).max(FIRST_RAISE));
        raised.min(self.cap)
    }
}

/// The `percentile` of what was paid, by the nearest rank; 0 for nothing.
pub(super) fn percentile(mut paid: Vec<u64>, percentile: u8) -> u64 {
    paid.sort_unstable();
    let rank = (paid.len() * usize::from(percentile)).div_ceil(100).max(1);
    paid.get(rank - 1).copied().unwrap_or(0)
}

/// Reads the fees that were paid until nobody wants them any more.
pub(super) async fn keep(nodes: Arc<Nodes>, prices: Prices, recent: watch::Sender<u64>) {
    // Nothing to find out where there is no choice.
    if prices.floor == prices.cap {
        return;
    }
    loop {
        match nodes.ask::<Vec<RpcPrioritizationFee>>(Method::GetRecentPrioritizationFees, json!([])).await {
            Ok((paid, _)) => {
                let paid = paid.into_iter().map(|fee| fee.prioritization_fee).collect();
                recent.send_replace(percentile(paid, prices.percentile));
            }
            Err(error) => debug!(error = &error as &dyn Error, "recent fees are not known"),
        }
        tokio::select! {
            biased;
            () = sleep(REFRESH) => {}
            () = recent.closed() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_fees_paid() {
        let paid = || vec![40, 10, 30, 20];
        for (asked, value) in [(0, 10), (25, 10), (26, 20), (50, 20), (75, 30), (76, 40), (100, 40)] {
            assert_eq!(percentile(paid(), asked), value, "{asked}");
        }
        assert_eq!(percentile(Vec::new(), 75), 0);
    }

    #[test]
    fn offers_rise_with_each_attempt_and_stay_within_the_limits() {
        let prices = Prices { floor: 100, cap: 5_000, percentile: 75 };
        assert_eq!([0, 1, 2, 3].map(|attempt| prices.offer(2_000, attempt)), [2_000, 3_000, 4_500, 5_000]);
        assert_eq!([0, 1].map(|attempt| prices.offer(0, attempt)), [100, 1_000]);
        assert_eq!(prices.offer(1_000_000, 0), 5_000);
        assert_eq!(prices.offer(2_000, u32::MAX), 5_000);
        let none = Prices { floor: 0, cap: 0, percentile: 75 };
        assert_eq!([0, 5].map(|attempt| none.offer(2_000, attempt)), [0, 0]);
    }
}
