//! When something was read, in four bytes.

/// Slots before the first one seen that are still told apart: more than a node can lag.
const BEHIND: u64 = 1 << 20;

/// The slot at which something was read, counted from shortly before the first that this process saw. It lasts for half a
/// century of slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::core) struct Mark(u32);

impl Mark {
    /// It was never read.
    pub const NEVER: Self = Self(0);
}

/// Turns slots into marks.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::core) struct Slots {
    base: Option<u64>,
}

impl Slots {
    /// The mark of `slot`, later than [`Mark::NEVER`].
    pub fn mark(&mut self, slot: u64) -> Mark {
        let base = *self.base.get_or_insert(slot.saturating_sub(BEHIND));
        Mark(u32::try_from(slot.saturating_sub(base)).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// The slot of a mark that was made here, if it is not from before the first ones.
    pub fn slot(self, mark: Mark) -> u64 {
        self.base.unwrap_or(0).saturating_add(u64::from(mark.0)).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_in_the_order_of_slots() {
        let first = 400_000_000;
        let mut slots = Slots::default();
        let at_first = slots.mark(first);
        let [before, after, years] = [first - 1, first + 1, first + (1 << 31)].map(|slot| slots.mark(slot));
        assert!(Mark::NEVER < before && before < at_first && at_first < after && after < years);
        assert_eq!(slots.mark(first), at_first);
        assert_eq!([before, at_first, after].map(|mark| slots.slot(mark)), [first - 1, first, first + 1]);
    }

    #[test]
    fn a_chain_at_its_first_slots_has_marks_too() {
        let mut slots = Slots::default();
        let [zero, one] = [0, 1].map(|slot| slots.mark(slot));
        assert!(Mark::NEVER < zero && zero < one);
    }
}
