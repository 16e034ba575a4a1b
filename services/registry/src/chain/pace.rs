use std::time::Duration;

/// What building or judging a block may take. Several times this long lies within the time to propose, and whoever has
/// waited for a block waits less for two small ones than for a large one.
const TARGET: Duration = Duration::from_millis(250);
/// However slow this machine is, a block holds so many.
const LEAST: usize = 100;
/// A block with fewer says little of what one transaction costs.
const TELLING: usize = 50;

/// How many transactions a block of ours should hold, from how long the latest blocks took here.
#[derive(Default)]
pub struct Pace {
    each: Option<Duration>,
}

impl Pace {
    /// A block of `count` transactions was executed.
    pub fn took(&mut self, count: usize, time: Duration) {
        let Some(divisor) = u32::try_from(count).ok().filter(|_| count >= TELLING) else { return };
        let each = time / divisor;
        self.each = Some(self.each.map_or(each, |before| (before * 3 + each) / 4));
    }

    /// At most `cap`.
    pub fn most(&self, cap: usize) -> usize {
        let Some(each) = self.each.filter(|each| !each.is_zero()) else { return cap };
        let fit = TARGET.as_nanos() / each.as_nanos();
        usize::try_from(fit).unwrap_or(usize::MAX).max(LEAST).min(cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_blocks_make_the_next_ones_smaller_and_quick_ones_larger_again() {
        let mut pace = Pace::default();
        assert_eq!(pace.most(5_000), 5_000);
        pace.took(1_000, Duration::from_millis(500));
        assert_eq!(pace.most(5_000), 500);
        for _ in 0..50 {
            pace.took(500, Duration::from_millis(50));
        }
        assert!((2_400..=2_600).contains(&pace.most(5_000)), "{}", pace.most(5_000));
        assert_eq!(pace.most(1_000), 1_000);
    }

    #[test]
    fn a_block_always_has_room_and_small_blocks_say_nothing() {
        let mut pace = Pace::default();
        pace.took(1, Duration::from_secs(10));
        assert_eq!(pace.most(5_000), 5_000);
        pace.took(100, Duration::from_secs(100));
        assert_eq!(pace.most(5_000), LEAST);
        assert_eq!(pace.most(10), 10);
    }
}
