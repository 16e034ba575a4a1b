//! The light client as the chain these rules ask.

use async_trait::async_trait;
use registry_client::{LightError, Proven, Registry, RegistryError};
use registry_types::{Accreditation, AnchorRecord, DidRecord, Organisation, SchemaRecord, StatusRecord};

use crate::ports::{Chain, ChainError};

#[async_trait]
impl Chain for Registry {
    async fn did(&self, did: &str) -> Result<Proven<DidRecord>, ChainError> {
        Registry::did(self, did).await.map_err(ChainError::from)
    }

    async fn organisation(&self, id: &str) -> Result<Proven<Organisation>, ChainError> {
        Registry::organisation(self, id).await.map_err(ChainError::from)
    }

    async fn accreditation(&self, issuer: &str, type_iri: &str) -> Result<Proven<Accreditation>, ChainError> {
        Registry::accreditation(self, issuer, type_iri).await.map_err(ChainError::from)
    }

    async fn schema(&self, id: &str) -> Result<Proven<SchemaRecord>, ChainError> {
        Registry::schema(self, id).await.map_err(ChainError::from)
    }

    async fn status(&self, issuer: &str, list: &str) -> Result<Proven<StatusRecord>, ChainError> {
        Registry::status(self, issuer, list).await.map_err(ChainError::from)
    }

    async fn anchor(&self, issuer: &str, sequence: u64) -> Result<Proven<AnchorRecord>, ChainError> {
        Registry::anchor(self, issuer, sequence).await.map_err(ChainError::from)
    }
}

impl From<RegistryError> for ChainError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Unproven(LightError::Stale { .. }) => Self::Stale,
            RegistryError::Unproven(_) | RegistryError::Unreadable { .. } => Self::Unproven,
            // The others belong to sending transactions, which nobody does here.
            RegistryError::Transport(_)
            | RegistryError::UnknownKey(_)
            | RegistryError::Rejected { .. }
            | RegistryError::Undecided => Self::Unreachable,
        }
    }
}
