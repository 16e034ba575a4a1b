//! Sign-in by an OpenID provider as far as it goes without one; `tests/interop/login.rs` has a real one.

use issuer::{ConfigError, ProviderConfig};

use crate::console::Browser;
use crate::support::World;

fn provider(tenant: &str, issuer: &str) -> ProviderConfig {
    ProviderConfig {
        tenant: tenant.into(),
        issuer: issuer.into(),
        client_id: "passerelle".into(),
        client_secret_file: None,
        name: "The house login".into(),
        acr: Vec::new(),
        amr: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_belongs_to_one_organisation_and_speaks_tls() {
    let config = World::start().await.config();
    let with = |providers: &[ProviderConfig]| {
        let mut changed = config.clone();
        changed.console.oidc = providers.to_vec();
        changed.check()
    };
    let good = provider("undp", "https://login.undp.example/realms/staff");
    assert!(with(&[good.clone(), provider("wfp", "http://localhost:8080")]).is_ok());
    for wrong in [vec![provider("nowhere", "https://a.example")], vec![good.clone(), good.clone()]] {
        assert!(matches!(with(&wrong), Err(ConfigError::ProviderTenant(_))));
    }
    for issuer in ["http://login.undp.example", "https://a.example?x=1", "https://a.example#x", "login", ""] {
        assert!(matches!(with(&[provider("undp", issuer)]), Err(ConfigError::Provider(_))), "{issuer}");
    }
    let nameless = ProviderConfig { name: " ".into(), ..good.clone() };
    let no_client = ProviderConfig { client_id: String::new(), ..good };
    for wrong in [nameless, no_client] {
        assert!(matches!(with(&[wrong]), Err(ConfigError::Provider(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_asked_for_signs_nobody_in() {
    let world = World::start().await;
    let nobody = Browser::new(&world, "nobody");
    assert_eq!(nobody.get("/console/sign-in/provider/undp").await.status, 404, "no provider here");
    assert!(!nobody.get("/console/sign-in").await.text().contains("by your organisation"));
    for query in ["", "?code=c", "?state=s", "?code=c&state=undp.s", "?error=access_denied&state=undp.s"] {
        let status = nobody.get(&format!("/console/sign-in/callback{query}")).await.status;
        assert!(matches!(status, 400 | 404), "{query}: {status}");
    }
    assert!(matches!(nobody.get("/console/staff").await.status, 303 | 401));
}
