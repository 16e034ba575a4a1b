//! Who an issuer is: its metadata, signed where it can be, and the organisation the registry proves.

use std::collections::BTreeMap;

use holding::look_alike::mixes_alphabets;
use holding::party::Party;
use holding::request::plain_text;
use language::Language;
use serde_json::Value;
use url::Url;
use wire::vci::{AuthorizationServerMetadata, IssuerDisplay, IssuerMetadata};

use super::Wallet;
use super::fault::RemoteFault;

const METADATA_TYPE: &str = "openidvci-issuer-metadata+jwt";

/// Of the name that an organisation gives itself, in characters.
const LONGEST_NAME: usize = 100;

/// An issuer as it was found.
pub struct Issuer {
    pub party: Party,
    pub metadata: IssuerMetadata,
    pub server: AuthorizationServerMetadata,
}

impl Wallet {
    /// An issuer and its authorization server; `server` is the one that an offer names, where it names one.
    pub async fn issuer(&self, identifier: &str, server: Option<&str>) -> Result<Issuer, RemoteFault> {
        let (party, metadata) = self.described_issuer(identifier).await?;
        let server = self.authorization_server(&metadata, server).await?;
        Ok(Issuer { party, metadata, server })
    }

    /// Fetches what an issuer says of itself. Its organisation counts only when the registry's key of that
    /// organisation signed it (OID4VCI 1.0, 12.2.3); otherwise there is a host name and no more.
    pub async fn described_issuer(&self, identifier: &str) -> Result<(Party, IssuerMetadata), RemoteFault> {
        let url = parse(identifier)?;
        let metadata_url = well_known(&url, "openid-credential-issuer")?;
        let reply = self.outbound.get(&metadata_url, "application/jwt, application/json;q=0.5", None).await?;
        if !reply.is_success() {
            return Err(RemoteFault::Status { status: reply.status, code: None });
        }
        let host = host_of(&url);
        let (party, metadata) = if reply.content_type == "application/jwt" {
            self.signed_metadata(&reply.body, identifier, &host).await?
        } else {
            let metadata = reply.json().map_err(|_| RemoteFault::Form("issuer metadata"))?;
            (Party::unverified(&host), metadata)
        };
        if metadata.credential_issuer != identifier {
            return Err(RemoteFault::Form("issuer identifier"));
        }
        Ok((party, metadata))
    }

    async fn signed_metadata(
        &self,
        body: &[u8],
        identifier: &str,
        host: &str,
    ) -> Result<(Party, IssuerMetadata), RemoteFault> {
        let token = std::str::from_utf8(body).map_err(|_| RemoteFault::Form("signed metadata"))?.trim();
        let verified = credential::jwt::verify(token, METADATA_TYPE, self.resolver.as_ref(), self.now())
            .await
            .map_err(|fault| {
                if fault.unfinished { RemoteFault::Registry } else { RemoteFault::Form("signed metadata") }
            })?;
        if verified.claims.get("sub").and_then(Value::as_str) != Some(identifier)
            || verified.key_state != credential::KeyState::Current
        {
            return Err(RemoteFault::Form("signed metadata"));
        }
        let did = verified.key_id.as_deref().and_then(did::did_of).map(str::to_owned);
        let organisation = match &did {
            Some(did) => self.chain.organisation(did).await.map_err(|_| RemoteFault::Registry)?,
            None => None,
        };
        let metadata: IssuerMetadata = serde_json::from_value(Value::Object(verified.claims))
            .map_err(|_| RemoteFault::Form("issuer metadata"))?;
        let names = organisation.as_ref().map(|_| displayed(&metadata.display)).unwrap_or_default();
        Ok((Party { did, organisation, names, ..Party::unverified(host) }, metadata))
    }

    /// The authorization server that an offer names among the issuer's, or the first of them; without any it is the issuer itself
    /// (OID4VCI 1.0, 4.1.1 and 12.2.4; RFC 8414).
    async fn authorization_server(
        &self,
        metadata: &IssuerMetadata,
        named: Option<&str>,
    ) -> Result<AuthorizationServerMetadata, RemoteFault> {
        let issuer = std::slice::from_ref(&metadata.credential_issuer);
        let servers = metadata.authorization_servers.as_deref().filter(|servers| !servers.is_empty());
        let servers = servers.unwrap_or(issuer);
        let chosen = servers.iter().find(|server| named.is_none_or(|named| named == *server));
        let identifier = chosen.ok_or(RemoteFault::Form("authorization server"))?;
        let address = well_known(&parse(identifier)?, "oauth-authorization-server")?;
        let reply = self.outbound.get(&address, "application/json", None).await?;
        if !reply.is_success() {
            return Err(RemoteFault::Status { status: reply.status, code: None });
        }
        let server: AuthorizationServerMetadata =
            reply.json().map_err(|_| RemoteFault::Form("authorization server metadata"))?;
        // RFC 8414, 3.3: the issuer value must be the one asked for.
        if server.issuer == *identifier {
            Ok(server)
        } else {
            Err(RemoteFault::Form("authorization server metadata"))
        }
    }
}

/// The names of an issuer's `display` (OID4VCI 1.0, 12.2.4).
fn displayed(display: &[IssuerDisplay]) -> BTreeMap<String, String> {
    own_names(display.iter().filter_map(|one| Some((one.locale.as_deref()?, one.name.as_deref()?))))
}

/// What an organisation calls itself in the languages of the wallet, the first name of each. One that mixes alphabets is a trick and
/// none.
pub(super) fn own_names<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (tag, name) in named {
        let name = plain_text(name, LONGEST_NAME);
        if let Some(language) = Language::parse(tag).filter(|_| !name.is_empty() && !mixes_alphabets(&name)) {
            names.entry(language.code().to_owned()).or_insert(name);
        }
    }
    names
}

/// A link from a stranger as a URL, before anything is asked of it.
pub(super) fn parse(text: &str) -> Result<Url, RemoteFault> {
    let url = Url::parse(text).map_err(|_| RemoteFault::Address)?;
    let plain = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    if plain && text.len() <= 2048 { Ok(url) } else { Err(RemoteFault::Address) }
}

/// Host and port as a person may compare them with what they know.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// OID4VCI 12.2.2 and RFC 8414, 3.1: the well-known part goes between host and path.
fn well_known(url: &Url, name: &str) -> Result<Url, RemoteFault> {
    if url.query().is_some() {
        return Err(RemoteFault::Address);
    }
    let mut known = url.clone();
    known.set_path(&format!("/.well-known/{name}{}", url.path().trim_end_matches('/')));
    Ok(known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn well_known_part_goes_before_the_path() {
        let url = parse("http://localhost:7101/t/undp").unwrap();
        assert_eq!(
            well_known(&url, "openid-credential-issuer").unwrap().as_str(),
            "http://localhost:7101/.well-known/openid-credential-issuer/t/undp"
        );
        let root = parse("https://i.example").unwrap();
        assert_eq!(well_known(&root, "x").unwrap().as_str(), "https://i.example/.well-known/x");
    }

    #[test]
    fn an_organisation_has_one_name_in_each_language_without_tricks() {
        let named = |locale: &str, name: &str| IssuerDisplay {
            name: Some(name.to_owned()),
            locale: Some(locale.to_owned()),
            logo: None,
        };
        let display = [
            named("en", "Fund"),
            named("ar", "\u{202e}الصندوق\u{200b}"),
            named("ar", "another"),
            named("es", "W\u{43e}rld Food Programme"),
            named("fr", " \n "),
            named("tlh", "qach"),
            named("ru", &"Ф".repeat(500)),
        ];
        let names = displayed(&display);
        assert_eq!(names.keys().collect::<Vec<_>>(), ["ar", "en", "ru"]);
        assert_eq!(names.get("ar").map(String::as_str), Some("الصندوق"));
        assert_eq!(names.get("ru").map(|name| name.chars().count()), Some(LONGEST_NAME));
    }

    #[test]
    fn address_that_is_no_plain_web_address_is_refused() {
        for bad in
            ["file:///etc/passwd", "https://user@host/", "https://h/#f", "javascript:1", "h", "ftp://h/"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
