//! What changes between two versions of a loan's terms, and which of it takes something from the borrower.

use latchkey::state::Terms;

/// One term that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name, as in [`Terms`].
    pub term: &'static str,
    /// What that means for the borrower.
    pub effect: Effect,
}

/// What a change means for the borrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only helps.
    Better,
    /// It takes something away, or asks for more.
    Worse,
    /// It depends: a smaller instalment is easier to pay, and costs more interest.
    Depends,
}

/// All terms that differ, in the order of [`Terms`].
pub fn changes(before: &Terms, after: &Terms) -> Vec<Change> {
    let mut found = Vec::new();
    let mut add = |term, is_changed: bool, effect| {
        if is_changed {
            found.push(Change { term, effect });
        }
    };
    let more_is = |effect: Effect, before: u64, after: u64| match effect {
        Effect::Better if after < before => Effect::Worse,
        Effect::Worse if after < before => Effect::Better,
        _ => effect,
    };
    macro_rules! compare {
        ($($term:ident $effect:ident;)*) => {
            $(add(
                stringify!($term),
                before.$term != after.$term,
                more_is(Effect::$effect, u64::from(before.$term), u64::from(after.$term)),
            );)*
        };
    }
    compare! {
        principal Worse;
        apr_ppm Worse;
    }
    // A larger one asks for more at each date; a smaller one costs more in all.
    let instalment = if after.instalment > before.instalment { Effect::Worse } else { Effect::Depends };
    add("instalment", before.instalment != after.instalment, instalment);
    compare! { count Depends; }
    let first_due = if after.first_due < before.first_due { Effect::Worse } else { Effect::Depends };
    add("first_due", before.first_due != after.first_due, first_due);
    add("calendar", before.calendar != after.calendar, Effect::Depends);
    compare! {
        grace_secs Better;
        late_fee Worse;
        late_after_secs Better;
        warn_after_secs Better;
        notice_secs Better;
        min_channels Better;
        notice_after_default Better;
        final_notice_secs Better;
        notice_max_age_secs Worse;
        emergency_secs Better;
        emergency_max Better;
        lock_ttl_secs Worse;
        max_extensions Better;
    }
    add("overpayment", before.overpayment != after.overpayment, Effect::Depends);
    compare! { public_unlock Better; }
    found
}

#[cfg(test)]
mod tests {
    use latchkey::fixtures;
    use latchkey::state::{Calendar, Overpayment};

    use super::*;

    /// A term by its name, and a change of it.
    type Case = (&'static str, fn(&mut Terms));

    /// What `change` changes.
    fn of(change: impl FnOnce(&mut Terms)) -> Vec<(&'static str, Effect)> {
        let before = Terms {
            apr_ppm: 180_000,
            notice_secs: 60,
            min_channels: 2,
            notice_after_default: true,
            final_notice_secs: 60,
            emergency_secs: 60,
            emergency_max: 1,
            max_extensions: 1,
            overpayment: Overpayment::ReducePrincipal,
            public_unlock: true,
            ..fixtures::terms()
        };
        let mut after = before;
        change(&mut after);
        changes(&before, &after).into_iter().map(|Change { term, effect }| (term, effect)).collect()
    }

    #[test]
    fn what_takes_from_the_borrower_is_worse() {
        let takes: [Case; 17] = [
            ("apr_ppm", |terms| terms.apr_ppm += 1),
            ("instalment", |terms| terms.instalment += 1),
            ("first_due", |terms| terms.first_due -= 1),
            ("grace_secs", |terms| terms.grace_secs -= 1),
            ("late_fee", |terms| terms.late_fee += 1),
            ("late_after_secs", |terms| terms.late_after_secs -= 1),
            ("warn_after_secs", |terms| terms.warn_after_secs -= 1),
            ("notice_secs", |terms| terms.notice_secs -= 1),
            ("min_channels", |terms| terms.min_channels -= 1),
            ("notice_after_default", |terms| terms.notice_after_default = false),
            ("final_notice_secs", |terms| terms.final_notice_secs -= 1),
            ("notice_max_age_secs", |terms| terms.notice_max_age_secs += 1),
            ("emergency_secs", |terms| terms.emergency_secs -= 1),
            ("emergency_max", |terms| terms.emergency_max -= 1),
            ("lock_ttl_secs", |terms| terms.lock_ttl_secs += 1),
            ("max_extensions", |terms| terms.max_extensions -= 1),
            ("public_unlock", |terms| terms.public_unlock = false),
        ];
        for (term, take) in takes {
            assert_eq!(of(take), [(term, Effect::Worse)]);
        }
    }

    #[test]
    fn what_only_helps_is_better_and_what_cuts_both_ways_depends() {
        assert_eq!(of(|terms| terms.apr_ppm -= 1), [("apr_ppm", Effect::Better)]);
        assert_eq!(of(|terms| terms.grace_secs += 1), [("grace_secs", Effect::Better)]);
        assert_eq!(of(|terms| terms.lock_ttl_secs -= 1), [("lock_ttl_secs", Effect::Better)]);
        let depends: [Case; 5] = [
            ("instalment", |terms| terms.instalment -= 1),
            ("count", |terms| terms.count += 1),
            ("first_due", |terms| terms.first_due += 1),
            ("calendar", |terms| terms.calendar = Calendar::months(1, 1, 0)),
            ("overpayment", |terms| terms.overpayment = Overpayment::PayAhead),
        ];
        for (term, change) in depends {
            assert_eq!(of(change), [(term, Effect::Depends)]);
        }
    }

    #[test]
    fn terms_that_stay_have_no_changes() {
        assert_eq!(of(|_| {}), []);
    }
}
