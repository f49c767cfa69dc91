//! Stops locking when more cars are locked in an hour than can be right: a frozen mint or a wrong clock must not lock a
//! fleet. Unlocks, receipts and money go on.
//!
//! A car counts once an hour, however often its call is claimed. Once the breaker has tripped it stays so until no lock that it
//! counted is less than an hour old, or the keeper is restarted.

use std::collections::{HashSet, VecDeque};

use anchor_lang::prelude::Pubkey;

/// How long a lock counts, seconds.
pub(super) const WINDOW: i64 = 3_600;

/// Counts locks.
#[derive(Debug)]
pub(super) struct Breaker {
    /// The most locks in an hour.
    limit: usize,
    /// When each lock of the last hour was requested or claimed, and of which vehicle; the oldest first.
    locks: VecDeque<(i64, Pubkey)>,
    /// The same vehicles.
    locked: HashSet<Pubkey>,
    /// Vehicles whose lock is requested or claimed, with no answer from the chain yet.
    under_way: HashSet<Pubkey>,
    tripped: bool,
}

/// Whether one more lock may be requested or claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    Granted,
    /// The breaker has tripped just now.
    Trips,
    Refused,
}

impl Breaker {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            locks: VecDeque::new(),
            locked: HashSet::new(),
            under_way: HashSet::new(),
            tripped: false,
        }
    }

    /// Takes in the time. Returns whether locking begins again.
    pub fn pass(&mut self, now: i64) -> bool {
        while let Some((_, vehicle)) = self.locks.pop_front_if(|(at, _)| *at + WINDOW <= now) {
            self.locked.remove(&vehicle);
        }
        // A limit of 0 is never to lock.
        let resets = self.tripped && self.locks.is_empty() && self.under_way.is_empty() && self.limit > 0;
        self.tripped &= !resets;
        resets
    }

    /// Whether a lock of this vehicle may be requested or claimed.
    pub fn ask(&mut self, vehicle: &Pubkey) -> Leave {
        let is_counted = self.locked.contains(vehicle) || self.under_way.contains(vehicle);
        let new = self.under_way.iter().filter(|vehicle| !self.locked.contains(*vehicle)).count();
        let is_full = !is_counted && self.locked.len() + new >= self.limit;
        let was_tripped = self.tripped;
        self.tripped |= is_full;
        match (was_tripped, is_full) {
            (true, _) => Leave::Refused,
            (false, true) => Leave::Trips,
            (false, false) => Leave::Granted,
        }
    }

    /// The time was wrong, and is `now`: no lock was later.
    pub fn turn_back(&mut self, now: i64) {
        for (at, _) in &mut self.locks {
            *at = now.min(*at);
        }
    }

    /// A lock is requested or claimed.
    pub fn start(&mut self, vehicle: Pubkey) {
        self.under_way.insert(vehicle);
    }

    /// It is known at `now` whether that succeeded.
    pub fn end(&mut self, vehicle: Pubkey, succeeded: bool, now: i64) {
        self.under_way.remove(&vehicle);
        if succeeded && self.locked.insert(vehicle) {
            self.locks.push_back((now, vehicle));
        }
    }

    /// Whether locks are stopped.
    pub const fn is_tripped(&self) -> bool {
        self.tripped
    }

    /// The most locks in an hour.
    pub const fn limit(&self) -> usize {
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn car(number: u8) -> Pubkey {
        Pubkey::new_from_array([number; 32])
    }

    fn lock(breaker: &mut Breaker, number: u8, now: i64) -> Leave {
        breaker.pass(now);
        let leave = breaker.ask(&car(number));
        if leave == Leave::Granted {
            breaker.start(car(number));
            breaker.end(car(number), true, now);
        }
        leave
    }

    #[test]
    fn it_trips_at_one_lock_more_than_the_limit_and_says_so_once() {
        use Leave::{Granted, Refused, Trips};
        let mut breaker = Breaker::new(2);
        let asked = [1, 2, 3, 4].map(|number| lock(&mut breaker, number, 10));
        assert_eq!(asked, [Granted, Granted, Trips, Refused]);
        // One under way counts.
        let mut breaker = Breaker::new(1);
        breaker.start(car(1));
        assert_eq!([breaker.ask(&car(2)), breaker.ask(&car(2))], [Trips, Refused]);
    }

    #[test]
    fn a_car_counts_once_an_hour() {
        let mut breaker = Breaker::new(2);
        for now in 0..10 {
            assert_eq!(lock(&mut breaker, 1, now), Leave::Granted);
        }
        assert_eq!([2, 3].map(|number| lock(&mut breaker, number, 10)), [Leave::Granted, Leave::Trips]);
    }

    #[test]
    fn a_lock_counts_for_an_hour_and_no_longer() {
        let after = |secs| {
            let mut breaker = Breaker::new(1);
            assert_eq!(lock(&mut breaker, 1, 10), Leave::Granted);
            lock(&mut breaker, 2, 10 + secs)
        };
        let hour = [WINDOW - 1, WINDOW, WINDOW + 1].map(after);
        assert_eq!(hour, [Leave::Trips, Leave::Granted, Leave::Granted]);
    }

    #[test]
    fn it_resets_when_the_last_lock_is_an_hour_old_and_not_the_first() {
        let mut breaker = Breaker::new(2);
        lock(&mut breaker, 1, 10);
        lock(&mut breaker, 2, 20);
        assert_eq!(lock(&mut breaker, 3, 30), Leave::Trips);
        assert_eq!([10, 19, 20].map(|at| breaker.pass(at + WINDOW)), [false, false, true]);
        assert_eq!(breaker.ask(&car(3)), Leave::Granted);
    }

    #[test]
    fn a_lock_that_failed_does_not_count() {
        let mut breaker = Breaker::new(1);
        breaker.start(car(1));
        breaker.end(car(1), false, 10);
        assert_eq!(breaker.ask(&car(2)), Leave::Granted);
    }

    #[test]
    fn a_limit_of_nothing_is_never_to_lock() {
        let mut breaker = Breaker::new(0);
        assert_eq!(lock(&mut breaker, 1, 10), Leave::Trips);
        assert_eq!(lock(&mut breaker, 1, 10 + 2 * WINDOW), Leave::Refused);
    }
}
