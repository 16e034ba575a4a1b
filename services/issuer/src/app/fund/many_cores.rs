//! Work on a batch that needs no database, on several cores and in the order of the batch.

/// More would leave none for whoever waits for a page.
const MOST_THREADS: usize = 8;

/// What is made of each, in the order of `items`. Where a thread broke down, `broken` stands for each of its share.
pub(super) fn on_all_cores<T: Sync, R: Send>(
    items: &[T],
    make: impl Fn(&T) -> R + Sync,
    broken: impl Fn(&T) -> R,
) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MOST_THREADS));
    let share = items.len().div_ceil(threads).max(1);
    let make = &make;
    std::thread::scope(|scope| {
        let running: Vec<_> = items
            .chunks(share)
            .map(|part| (part, scope.spawn(move || part.iter().map(make).collect::<Vec<R>>())))
            .collect();
        let joined = running
            .into_iter()
            .flat_map(|(part, thread)| thread.join().unwrap_or_else(|_| part.iter().map(&broken).collect()));
        joined.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_made_once_and_stands_in_its_order() {
        for many in [0, 1, 7, 1000] {
            let items: Vec<usize> = (0..many).collect();
            assert_eq!(
                on_all_cores(&items, |it| it * 2, |_| 0),
                (0..many).map(|it| it * 2).collect::<Vec<_>>()
            );
        }
    }
}
