//! Organisations that people can turn to by themselves, and what those give to whoever signs in there.

use futures_util::future::join_all;
use holding::party::Party;
use holding::reception::{AuthorizationServer, MAX_CREDENTIALS, offerable};

use super::Wallet;
use super::fault::RemoteFault;

/// More than a person would look through.
pub const MOST_ISSUERS: usize = 20;

/// An organisation of the operator's list.
pub struct Listed {
    /// Its place in the list, by which it is named in addresses.
    pub place: usize,
    pub issuer: String,
    /// Nothing where it cannot be reached now.
    pub party: Option<Party>,
}

/// Something that can be asked for: one name, in each format that there is of it.
pub struct Choice {
    pub name: String,
    pub description: Option<String>,
    pub configurations: Vec<String>,
}

/// What an organisation has.
pub struct Catalogue {
    pub issuer: String,
    pub party: Party,
    /// Where people sign in for it, where that is another site than its own.
    pub choices: Vec<Choice>,
}

impl Wallet {
    /// Who is on the list, each as it describes itself now.
    pub async fn list_issuers(&self) -> Vec<Listed> {
        let asked = self.issuers.iter().enumerate().map(|(place, issuer)| async move {
            let described = self.described_issuer(issuer).await;
            Listed { place, issuer: issuer.clone(), party: described.ok().map(|(party, _)| party) }
        });
        join_all(asked).await
    }

    /// What the organisation at this place has for whoever signs in; nothing where there is no such place.
    pub async fn catalogue(&self, place: usize) -> Result<Option<Catalogue>, RemoteFault> {
        let Some(identifier) = self.issuers.get(place) else { return Ok(None) };
        let issuer = self.issuer(identifier, None).await?;
        let signs_in =
            AuthorizationServer::read(&issuer.server).is_ok_and(|server| server.authorization.is_some());
        let mut choices: Vec<Choice> = Vec::new();
        for one in offerable(&issuer.metadata).into_iter().filter(|_| signs_in) {
            match choices.iter_mut().find(|choice| choice.name == one.name) {
                Some(choice) if choice.configurations.len() < MAX_CREDENTIALS => {
                    choice.configurations.push(one.configuration_id);
                }
                Some(_) => {}
                None => choices.push(Choice {
                    name: one.name,
                    description: one.description,
                    configurations: vec![one.configuration_id],
                }),
            }
        }
        Ok(Some(Catalogue { issuer: identifier.clone(), party: issuer.party, choices }))
    }
}
