//! In which formats which type is offered: what the organisation says of it, or the service as a whole.

use credential::data_integrity::{SigningKey, Suite};
use issuance::{Configuration, CredentialType, Format};
use keys::Algorithm;

use super::{Issuer, Tenant, TenantKeys};

impl Issuer {
    /// The formats of a type, in order.
    #[must_use]
    pub fn formats_of<'a>(&'a self, tenant: &'a Tenant, kind: CredentialType) -> &'a [Format] {
        tenant.formats.get(&kind).map_or(self.settings.formats.as_slice(), Vec::as_slice)
    }

    /// Each of the types in each of its formats, in order.
    #[must_use]
    pub fn configurations(&self, tenant: &Tenant, types: &[CredentialType]) -> Vec<Configuration> {
        let of_type = |kind: &CredentialType| {
            let kind = *kind;
            self.formats_of(tenant, kind).iter().map(move |format| Configuration::new(kind, *format))
        };
        types.iter().flat_map(of_type).collect()
    }

    pub(super) fn is_offered(&self, tenant: &Tenant, configuration: Configuration) -> bool {
        self.formats_of(tenant, configuration.credential_type).contains(&configuration.format)
    }

    /// Whether something is offered that a key of this kind alone can sign.
    pub(super) fn needs_key(&self, tenant: &Tenant, algorithm: Algorithm) -> bool {
        let mut all = tenant.types.iter().flat_map(|kind| self.formats_of(tenant, *kind));
        all.any(|format| matches!(format, Format::LdpVc(suite) if suite.algorithm() == algorithm))
    }
}

impl TenantKeys {
    /// The key that signs with a suite, where the organisation has one.
    pub(super) const fn of_suite(&self, suite: Suite) -> Option<&SigningKey> {
        match suite {
            Suite::EddsaRdfc2022 | Suite::EddsaJcs2022 => Some(&self.ed25519),
            Suite::EcdsaRdfc2019 | Suite::EcdsaJcs2019 | Suite::EcdsaSd2023 => Some(&self.p256),
            Suite::Bbs2023 => self.bls12381.as_ref(),
        }
    }
}
