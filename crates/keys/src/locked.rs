//! Memory that is kept from swap.

use std::fmt;
use std::ops::Deref;
use std::sync::Once;

/// A value in memory pages of its own that the system does not write to swap, where it allows that.
///
/// Locks count by page and not by value, hence the pages of its own: unlocking one value must not unlock another.
pub(crate) struct Locked<T> {
    // Dropped first: what is unlocked has to exist still.
    _lock: Option<region::LockGuard>,
    page: Box<Page<T>>,
}

/// As large as the largest page of the system, since the length of a type is a multiple of its alignment.
#[cfg_attr(not(target_arch = "aarch64"), repr(align(4096)))]
#[cfg_attr(target_arch = "aarch64", repr(align(65536)))]
struct Page<T>(T);

static WARNED: Once = Once::new();

impl<T> Locked<T> {
    /// Says once when the system does not allow it; the value is used all the same.
    pub fn new(value: T) -> Self {
        let page = Box::new(Page(value));
        let lock = region::lock(&raw const *page, size_of::<Page<T>>());
        if let Err(error) = &lock {
            WARNED.call_once(|| {
                tracing::warn!(
                    %error,
                    "private keys may be written to swap: raise the limit of locked memory (LimitMEMLOCK, ulimit -l)"
                );
            });
        }
        Self { _lock: lock.ok(), page }
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.page.0
    }
}

impl<T> fmt::Debug for Locked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked")
    }
}
