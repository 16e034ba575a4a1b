//! How an offer, or a renewal, begins: what the issuer says of itself is held against the offer, and made safe to show.

use std::collections::BTreeMap;

use wire::representative::REFUSED;
use wire::vci::{
    AuthorizationServerMetadata, CredentialConfiguration, CredentialDisplay, CredentialOffer, IssuerMetadata,
};

use super::{
    Authorization, AuthorizationServer, Encrypting, Endpoints, MAX_CREDENTIALS, OfferFault, Offered,
    Progress, Reception, Source, TransactionCode, proving,
};
use crate::copies::further_places;
use crate::dcql::SD_JWT;
use crate::key_attestation::KeyStatement;
use crate::look::Look;
use crate::party::Party;
use crate::path;
use crate::request::plain_text;
use crate::securing::{is_offered_in_parts, is_readable};

/// Configurations looked at when somebody looks around.
const MOST_OFFERABLE: usize = 200;

/// Reads an offer against the issuer's metadata. `issuer` is who that turned out to be; `vouched` is what is attested of the key
/// that is here, if anything.
pub fn open(
    source: Source,
    offer: &CredentialOffer,
    (metadata, server): (&IssuerMetadata, &AuthorizationServerMetadata),
    (issuer, vouched): (Party, Option<&KeyStatement>),
) -> Result<Reception, OfferFault> {
    let ids = &offer.credential_configuration_ids;
    if ids.is_empty() || ids.len() > MAX_CREDENTIALS {
        return Err(OfferFault::Credentials);
    }
    if ids.iter().enumerate().any(|(at, id)| ids.iter().take(at).any(|earlier| earlier == id)) {
        return Err(OfferFault::Duplicate);
    }
    // 12.2.4: "simple string comparison with no normalization".
    if metadata.credential_issuer != offer.credential_issuer {
        return Err(OfferFault::IssuerMismatch);
    }
    let pre_authorized = offer.grants.as_ref().and_then(|grants| grants.pre_authorized_code.as_ref());
    let authorization = sign_in(offer, server);
    if pre_authorized.is_none() && authorization.is_none() {
        return Err(OfferFault::Grant);
    }
    let transaction_code =
        pre_authorized.and_then(|grant| grant.tx_code.as_ref()).map(|code| TransactionCode {
            length: code.length.filter(|length| (1..=64).contains(length)),
            numeric: code.input_mode.as_deref() != Some("text"),
            description: code.description.as_deref().map(|text| plain_text(text, 300)),
        });
    let signs_in = pre_authorized.is_none();
    let offered = describe_all(ids, metadata, vouched)?;
    Ok(Reception {
        transaction_code,
        authorization,
        signs_in,
        ..begun(source, offered, (metadata, server), issuer)?
    })
}

/// Begins to receive what the person chose among what an issuer has; nobody offered it (5, "wallet-initiated").
pub fn choose(
    source: Source,
    ids: &[String],
    (metadata, server): (&IssuerMetadata, &AuthorizationServerMetadata),
    (issuer, vouched): (Party, Option<&KeyStatement>),
) -> Result<Reception, OfferFault> {
    let offer = CredentialOffer {
        credential_issuer: metadata.credential_issuer.clone(),
        credential_configuration_ids: ids.to_vec(),
        grants: None,
    };
    open(source, &offer, (metadata, server), (issuer, vouched))
}

/// What of an issuer's credentials somebody could choose here; the same name in several formats stands behind each other.
#[must_use]
pub fn offerable(metadata: &IssuerMetadata) -> Vec<Offered> {
    let all = metadata.credential_configurations_supported.iter().take(MOST_OFFERABLE);
    let mut offerable: Vec<Offered> =
        all.filter_map(|(id, configuration)| describe(id, configuration, None).ok()).collect();
    offerable.sort_by(|one, other| one.name.cmp(&other.name));
    offerable
}

/// The way to sign in that an offer leaves. One that names no grants leaves what the server has (4.1.1).
fn sign_in(offer: &CredentialOffer, server: &AuthorizationServerMetadata) -> Option<Authorization> {
    AuthorizationServer::read(server).ok()?.authorization?;
    match &offer.grants {
        None => Some(Authorization::default()),
        Some(grants) => {
            let state = grants.authorization_code.as_ref()?.issuer_state.clone();
            Some(Authorization { issuer_state: state, ..Authorization::default() })
        }
    }
}

/// Begins to receive anew what came by an offer: by its refresh token, from the same issuer, as that describes itself now.
pub fn renew(
    (offer, earlier): (&str, &Reception),
    (metadata, server): (&IssuerMetadata, &AuthorizationServerMetadata),
    (issuer, vouched): (Party, Option<&KeyStatement>),
) -> Result<Reception, OfferFault> {
    let refresh_token = earlier.refresh_token.clone().ok_or(OfferFault::Grant)?;
    if metadata.credential_issuer != earlier.endpoints.issuer || issuer.did != earlier.issuer.did {
        return Err(OfferFault::IssuerMismatch);
    }
    let came = earlier.offered.iter().enumerate().filter(|(slot, _)| !earlier.refused.contains(slot));
    let ids: Vec<String> = came.map(|(_, one)| one.configuration_id.clone()).collect();
    if ids.is_empty() {
        return Err(OfferFault::Credentials);
    }
    let source = Source::Value(serde_json::json!({ "renews": offer }));
    let further_keys = earlier.further_keys;
    let mut begun = begun(source, describe_all(&ids, metadata, vouched)?, (metadata, server), issuer)?;
    // A refresh token is bound to the key that it came with, whatever the server says of new ones (RFC 9449, 5).
    begun.server.binds_tokens |= earlier.proving_key().is_some();
    Ok(Reception {
        client_key: earlier.client_key.clone(),
        // What was bound to one key alone stays so.
        further_keys: begun.further_keys.min(further_keys),
        refresh_token: Some(refresh_token),
        renews: Some(offer.to_owned()),
        // What comes may end soon as well; it is not renewed by itself again before its time.
        renewal_tried_at: earlier.renewal_tried_at,
        ..begun
    })
}

fn describe_all(
    ids: &[String],
    metadata: &IssuerMetadata,
    vouched: Option<&KeyStatement>,
) -> Result<Vec<Offered>, OfferFault> {
    let describe = |id: &String| {
        let configuration = metadata.credential_configurations_supported.get(id);
        describe(id, configuration.ok_or(OfferFault::UnknownConfiguration)?, vouched)
    };
    ids.iter().map(describe).collect()
}

fn begun(
    source: Source,
    offered: Vec<Offered>,
    (metadata, server): (&IssuerMetadata, &AuthorizationServerMetadata),
    issuer: Party,
) -> Result<Reception, OfferFault> {
    let endpoints = Endpoints {
        issuer: metadata.credential_issuer.clone(),
        token: server.token_endpoint.clone(),
        credential: metadata.credential_endpoint.clone(),
        nonce: metadata.nonce_endpoint.clone(),
        notification: metadata.notification_endpoint.clone(),
        deferred: metadata.deferred_credential_endpoint.clone(),
    };
    endpoints.check()?;
    Ok(Reception {
        source,
        issuer,
        endpoints,
        server: AuthorizationServer::read(server)?,
        client_key: None,
        encrypting: Encrypting::choose(metadata)?,
        offered,
        transaction_code: None,
        authorization: None,
        signs_in: false,
        identifiers: BTreeMap::new(),
        progress: Progress::Opened,
        deferred: Vec::new(),
        refused: Vec::new(),
        further_keys: further_places(
            metadata.batch_credential_issuance.as_ref().map(|batch| batch.batch_size),
        ),
        refresh_token: None,
        renews: None,
        officer: None,
        representative: None,
        logos: BTreeMap::new(),
        renewal_tried_at: None,
    })
}

fn describe(
    id: &str,
    configuration: &CredentialConfiguration,
    vouched: Option<&KeyStatement>,
) -> Result<Offered, OfferFault> {
    let algorithms = &configuration.credential_signing_alg_values_supported;
    if !is_readable(&configuration.format, algorithms) {
        return Err(OfferFault::Format);
    }
    let types = match configuration.format.as_str() {
        SD_JWT => configuration.vct.clone().into_iter().collect(),
        _ => configuration.credential_definition.as_ref().map(|one| one.types.clone()).unwrap_or_default(),
    };
    let needs_proof = !configuration.proof_types_supported.is_empty();
    let proven = needs_proof.then(|| proving::choose(configuration, vouched)).transpose()?;
    let needs_attestation = proven.as_ref().is_some_and(|it| it.needs_attestation);
    let attestation_alone = proven.as_ref().is_some_and(|it| it.attestation_alone);
    let metadata = configuration.credential_metadata.as_ref();
    let display = metadata.and_then(|metadata| {
        let english = metadata.display.iter().find(|one| is_english(one.locale.as_deref()));
        english.or_else(|| metadata.display.first())
    });
    let labels = metadata.map(|metadata| {
        let described = metadata.claims.iter().take(100).filter_map(|claim| {
            let english = claim.display.iter().find(|one| is_english(one.locale.as_deref()));
            let name = english.or_else(|| claim.display.first())?.name.as_deref()?;
            Some((path::parse(&claim.path).ok()?, plain_text(name, 80)))
        });
        described.collect()
    });
    Ok(Offered {
        configuration_id: id.to_owned(),
        format: configuration.format.clone(),
        in_parts: is_offered_in_parts(&configuration.format, algorithms),
        name: display.map_or_else(|| plain_text(id, 80), |display| plain_text(&display.name, 80)),
        description: display
            .and_then(|display| display.description.as_deref())
            .map(|text| plain_text(text, 300)),
        labels: labels.unwrap_or_default(),
        types,
        needs_proof,
        needs_attestation,
        scope: configuration.scope.clone().filter(|scope| is_scope(scope)),
        refuses_representative: configuration.representative.as_deref() == Some(REFUSED),
        attestation_alone,
        proof: proven.map(|it| it.proof).unwrap_or_default(),
        look: display.map(look).unwrap_or_default(),
    })
}

fn look(display: &CredentialDisplay) -> Look {
    let logo = display.logo.as_ref().map(|logo| (logo.uri.as_str(), logo.alt_text.as_deref()));
    Look::new(display.background_color.as_deref(), display.text_color.as_deref(), logo)
}

/// One scope-token of RFC 6749, 3.3.
fn is_scope(text: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    (1..=255).contains(&text.len()) && text.bytes().all(token)
}

fn is_english(locale: Option<&str>) -> bool {
    locale.is_none_or(|locale| locale == "en" || locale.starts_with("en-"))
}
