//! status-list.
