//! Putting what a credential says into the form in which it is issued.

use credential::Input;
use credential::data_integrity::{self, ProofOptions, Suite};
use credential::enveloped::{self, Content, Envelope, EnvelopeOptions};
use credential::sd_jwt::{self, NewSdJwt, PathElement};
use issuance::Format;
use issuance::build::Material;

use super::credentials::CredentialError;
use super::{Issuer, TenantKeys};

/// Digests that belong to nothing, so that the number of withheld claims does not show.
const DECOYS: usize = 2;

impl Issuer {
    /// The text that is stored of a copy: a JSON object, or the compact form.
    pub(super) async fn secure_as(
        &self,
        format: Format,
        material: &Material<'_>,
        keys: &TenantKeys,
    ) -> Result<String, CredentialError> {
        match format {
            Format::LdpVc(suite) => self.secure_ldp(suite, material, keys).await,
            Format::SdJwt => self.secure_sd_jwt(material, keys).await,
            Format::VcJwt => self.envelop_for_holder(Envelope::Jwt, material, keys).await,
            Format::VcSdJwt => self.envelop_for_holder(Envelope::SdJwt, material, keys).await,
            Format::VcCose => self.envelop_for_holder(Envelope::Cose, material, keys).await,
        }
    }

    async fn secure_ldp(
        &self,
        suite: Suite,
        material: &Material<'_>,
        keys: &TenantKeys,
    ) -> Result<String, CredentialError> {
        let key = keys.of_suite(suite).ok_or(CredentialError::NoKeys)?;
        let unsecured = material.credential(&self.new_urn()).map_err(CredentialError::Claims)?;
        let options = ProofOptions::assertion(material.issued_at);
        let secured = if suite.is_selective() {
            // `validFrom` says it, to a verifier that is shown a part as well.
            let options = ProofOptions { created: None, ..options };
            let (mandatory, entropy) = (material.mandatory_pointers(), self.entropy.as_ref());
            data_integrity::secure_base(&unsecured, key, &options, &mandatory, entropy).await?
        } else {
            data_integrity::secure(&unsecured, suite, key, &options).await?
        };
        Ok(secured.to_string())
    }

    async fn secure_sd_jwt(
        &self,
        material: &Material<'_>,
        keys: &TenantKeys,
    ) -> Result<String, CredentialError> {
        let (claims, disclosable) = material.sd_jwt().map_err(CredentialError::Claims)?;
        let disclosable =
            disclosable.into_iter().map(|name| vec![PathElement::Name(name.to_owned())]).collect();
        let holder_key = Some(material.holder.public);
        let new = NewSdJwt { claims, disclosable, holder_key, decoys: DECOYS };
        Ok(sd_jwt::issue_certified(&new, &keys.p256, keys.x5c.as_ref(), self.entropy.as_ref()).await?)
    }

    async fn envelop_for_holder(
        &self,
        envelope: Envelope,
        material: &Material<'_>,
        keys: &TenantKeys,
    ) -> Result<String, CredentialError> {
        let unsecured = material.credential(&self.new_urn()).map_err(CredentialError::Claims)?;
        let (disclosable, decoys) = match envelope {
            Envelope::SdJwt => (material.disclosable(), DECOYS),
            Envelope::Jwt | Envelope::Cose => (Vec::new(), 0),
        };
        let holder_key = Some(material.holder.public);
        let issued_at = material.issued_at;
        let options = EnvelopeOptions { issued_at, holder_key, disclosable, decoys };
        let entropy = self.entropy.as_ref();
        let made = enveloped::secure_credential(&unsecured, envelope, &keys.p256, &options, entropy).await?;
        match made {
            Input::Jwt(text) | Input::Compact(text) => Ok(text),
            // Bytes are no text: VC Data Model 2.0, 4.13 has them in an object.
            Input::Cose(_) => enveloped::wrap(&made, Content::Credential)
                .map(|wrapped| wrapped.to_string())
                .ok_or(CredentialError::Digest),
            Input::Json(_) => Err(CredentialError::Digest),
        }
    }
}
