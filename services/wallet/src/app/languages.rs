//! The language of an account: what it is spoken to in, also by messages while nobody is signed in.

use language::Language;

use super::Wallet;
use super::fault::Fault;

impl Wallet {
    /// Remembers the language a person reads.
    pub async fn speak(&self, account: &str, language: Language) -> Result<(), Fault> {
        let mut tx = self.store.write("speak").await?;
        tx.set_language(account, language.code()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The language of an account, if it was ever told.
    pub async fn spoken(&self, account: &str) -> Result<Option<Language>, Fault> {
        let code = self.store.read().await?.find_language(account).await?;
        Ok(code.as_deref().and_then(Language::parse))
    }
}
