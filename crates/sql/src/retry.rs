use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use crate::engine::EngineError;

const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(4);

/// Runs a whole use case again, a few times, when it lost a race.
///
/// The error may be any type whose source chain holds [`crate::Error`], so the use case must be repeatable until
/// it commits: no message sent, no counter kept outside the transaction.
pub async fn retry<T, E, F, Fut>(mut use_case: F) -> Result<T, E>
where
    E: StdError + 'static,
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        match use_case().await {
            Err(error) if walks_to_retryable(&error) => {
                metrics::counter!("sql_retries_total").increment(1);
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            other => return other,
        }
    }
    use_case().await
}

/// Whether a retryable database error is somewhere in the source chain.
#[must_use]
pub fn walks_to_retryable(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        // `#[error(transparent)]` hides our own type and shows its source, hence both.
        if error.downcast_ref::<crate::Error>().is_some_and(crate::Error::is_retryable)
            || error.downcast_ref::<EngineError>().is_some_and(EngineError::is_retryable)
        {
            return true;
        }
        next = error.source();
    }
    false
}
