//! How the credentials of an organisation look in a wallet.

use issuance::audit::Act;
use issuance::card::{CardDesign, CardError};
use issuance::{Actor, Configuration, CredentialType};
use store_issuer::CardRow;
use wire::vci::{CredentialDisplay, IssuerMetadata};

use super::{Issuer, Tenant};

#[derive(Debug, thiserror::Error)]
pub enum DesignError {
    #[error("this organisation does not issue such a credential")]
    Unknown,
    #[error(transparent)]
    Design(#[from] CardError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

impl Issuer {
    /// The designs that the organisation made itself.
    pub async fn list_cards(&self, tenant: &Tenant) -> Result<Vec<CardRow>, store_issuer::Error> {
        self.store.read().await?.list_cards(&tenant.id).await
    }

    /// Wallets see it with their next look at the metadata; credentials themselves do not change.
    pub async fn save_card(
        &self,
        by: &Actor,
        tenant: &Tenant,
        kind: CredentialType,
        design: &CardDesign,
    ) -> Result<(), DesignError> {
        if !tenant.types.contains(&kind) {
            return Err(DesignError::Unknown);
        }
        sql::retry(|| async {
            let mut tx = self.store.write("save_card").await?;
            tx.put_card(by, kind, design, self.now()).await?;
            let act = Act { action: "card.change", target: kind.name(), detail: "" };
            tx.audit(by, act, self.now()).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The usual design again.
    pub async fn restore_card(&self, by: &Actor, kind: CredentialType) -> Result<(), store_issuer::Error> {
        sql::retry(|| async {
            let mut tx = self.store.write("restore_card").await?;
            if tx.delete_card(&by.tenant, kind).await? {
                let act = Act { action: "card.restore", target: kind.name(), detail: "" };
                tx.audit(by, act, self.now()).await?;
            }
            tx.commit().await
        })
        .await
    }

    /// Puts the organisation's designs into its metadata. When they cannot be read the usual ones stay: a card of another
    /// colour is better than none.
    pub(crate) async fn dress(&self, tenant: &Tenant, metadata: &mut IssuerMetadata) {
        let cards = match self.list_cards(tenant).await {
            Ok(cards) => cards,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "designs of cards cannot be read");
                return;
            }
        };
        for (name, described) in &mut metadata.credential_configurations_supported {
            let Ok(configuration) = name.parse::<Configuration>() else { continue };
            let card = cards.iter().find(|card| card.credential_type == configuration.credential_type);
            let (Some(card), Some(shown)) = (card, &mut described.credential_metadata) else { continue };
            shown.display.iter_mut().for_each(|display| dress(display, &card.design));
        }
    }
}

fn dress(display: &mut CredentialDisplay, design: &CardDesign) {
    display.background_color = Some(design.background.to_string());
    display.text_color = Some(design.text.to_string());
    let named = design.names.iter().find(|(it, _)| display.locale.as_deref() == Some(it.code()));
    if let Some((_, name)) = named {
        display.name.clone_from(name);
    }
}
