//! store-wallet.
