use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use outbound::OutboundPolicy;

use crate::files;
use crate::organisations::{ENROLMENT_KEY, Everyone, ISSUING, Issuing, VERIFIER_KEY, WFP};
use crate::plan::{Plan, Service};
use crate::trial_authority;

/// The client that the verifier makes for trying out its REST API.
pub const DEMO_AGENCY: &str = "demo-agency";
/// How long the services of a trial believe in its validator without hearing of it.
pub const OWN_CHAIN_DAYS: u32 = 3_650;
pub const AGENCY_SECRET: &str = "agency-secret.json";
/// The application that an integrator writes: it signs people in by OpenID Connect.
pub const DEMO_APPLICATION: &str = "demo-application";
/// As whom the Fund asks the verifier to check Separation credentials.
const ENROLMENT_CLIENT: &str = "unjspf-enrolment";
const ENROLMENT_JWKS: &str = "enrolment-client.jwks.json";
pub const APPLICATION_SECRET: &str = "application-secret";
pub const APPLICATION_CALLBACK: &str = "http://localhost:8080/callback";
/// The wallet that an integrator writes: codes for it go nowhere but to this machine, whatever the port (RFC 8252, 7.3).
const DEMO_WALLET: &str = "\n# A wallet that somebody is writing may try the authorization code flow as this client, from this machine.\n\
    [[clients]]\nclient_id = \"demo-wallet\"\nname = \"Demonstration wallet\"\n\
    redirect_uris = [\"http://127.0.0.1/callback\", \"http://[::1]/callback\"]\n";

/// The open instances of the VC API: one for each cryptosuite and kind of key, and one that gives a status.
const OPEN_INSTANCES: [(&str, &str, &str, bool); 9] = [
    ("eddsa", "eddsa-rdfc-2022", "ed25519", false),
    ("eddsa-status", "eddsa-rdfc-2022", "ed25519", true),
    ("eddsa-jcs", "eddsa-jcs-2022", "ed25519", false),
    ("ecdsa-p256", "ecdsa-rdfc-2019", "p256", false),
    ("ecdsa-jcs-p256", "ecdsa-jcs-2019", "p256", false),
    ("ecdsa-p384", "ecdsa-rdfc-2019", "p384", false),
    ("ecdsa-jcs-p384", "ecdsa-jcs-2019", "p384", false),
    ("sd-p256", "ecdsa-sd-2023", "p256", false),
    ("bbs", "bbs-2023", "bls12381", false),
];

/// When the trial's telephone would be answered, for readers of each language.
const HOURS: [(&str, &str); 6] = [
    ("en", "Monday to Friday, 8:00 to 17:00 (a demonstration: nobody answers)"),
    ("ar", "من الاثنين إلى الجمعة، من 8:00 إلى 17:00 (عرض تجريبي: لا أحد يجيب)"),
    ("es", "de lunes a viernes, de 8:00 a 17:00 (demostración: nadie contesta)"),
    ("fr", "du lundi au vendredi, de 8 h à 17 h (démonstration : personne ne répond)"),
    ("ru", "с понедельника по пятницу, с 8:00 до 17:00 (демонстрация: никто не ответит)"),
    ("zh", "星期一至星期五，8:00 至 17:00（演示：无人接听）"),
];
/// Those that answer an envelope of JOSE or COSE in place of a proof.
const OPEN_ENVELOPES: [(&str, &str); 3] = [("jose", "vc+jwt"), ("sd-jose", "vc+sd-jwt"), ("cose", "vc+cose")];

const HEAD: &str = "# Written by `passerelle up`, which writes it anew at each start: copy it before changing it.\n\
    # Secrets are named by path, never written here. `passerelle {} --config THIS-FILE` runs this service alone.\n\n";

/// Writes the four configuration files. They say everything that differs from the defaults.
pub fn write_all(plan: &Plan, everyone: &Everyone) -> anyhow::Result<()> {
    files::folder(&plan.path("config"))?;
    make_application_secret(plan)?;
    let jwks = serde_json::json!({ "keys": [everyone.enrolment_key.to_jwk()] });
    files::replace(&plan.path(ENROLMENT_JWKS), &serde_json::to_vec_pretty(&jwks)?)?;
    for service in Service::ALL {
        let text = match service {
            Service::Registry => registry(plan)?,
            Service::Issuer => issuer(plan, everyone)?,
            Service::Wallet => wallet(plan)?,
            Service::Verifier => verifier(plan, everyone)?,
        };
        let text = HEAD.replace("{}", service.name()) + &text;
        files::replace(&plan.config(service), text.as_bytes())?;
    }
    Ok(())
}

/// The secret of the demonstration application, made once.
fn make_application_secret(plan: &Plan) -> anyhow::Result<()> {
    let path = plan.path(APPLICATION_SECRET);
    if path.exists() {
        return Ok(());
    }
    files::replace(&path, clock::token(&clock::SystemEntropy).as_bytes())
}

/// Reads a configuration file and says where it is wrong.
pub fn read<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text)
        .with_context(|| format!("{} is not a configuration of this service", path.display()))
}

fn registry(plan: &Plan) -> anyhow::Result<String> {
    Ok(format!(
        "{http}\n[node]\ndata = {data}\ngenesis = {genesis}\n\n{keys}",
        http = http(plan, Service::Registry)?,
        data = quoted(&plan.path("registry")),
        genesis = quoted(&plan.path("genesis.json")),
        keys = keys(plan),
    ))
}

fn issuer(plan: &Plan, everyone: &Everyone) -> anyhow::Result<String> {
    let mut text = format!(
        "{http}\n{store}\n{registry}\n{keys}\n{outbound}\n\
        # Short cadences, for watching: an institution anchors and publishes every few minutes.\n\
        [issuing]\nwallet_url = {wallet}\nanchor_interval_seconds = 2\nstatus_interval_seconds = 2\n\n\
        # Somebody who tries it out is alone; an institution says \"always\", which is also what it gets unasked.\n\
        [console]\nfour_eyes = \"with-colleagues\"\n\n\
        # The mail sink of `up`: it takes every letter and delivers none.\n\
        [messages]\nfrom = \"no-reply@passerelle.example\"\n\n\
        [messages.smtp]\nhost = \"127.0.0.1\"\nport = {mail}\nsecurity = \"none\"\n\n\
        # Proofs of existence come with pictures, where the Fund has one to compare with. An officer confirms each.\n\
        [presence]\n\n\
        # The Fund enrols whoever presents a Separation credential; this trial's verifier checks it.\n\
        [separation]\nverifier_url = {verifier}\nclient_id = {client}\nkey = {key}\n",
        verifier = quote(plan.url(Service::Verifier)?.as_str()),
        client = quote(ENROLMENT_CLIENT),
        key = quote(ENROLMENT_KEY),
        http = http(plan, Service::Issuer)?,
        store = store(plan, Service::Issuer),
        registry = registry_link(plan, Service::Issuer)?,
        keys = keys(plan),
        outbound = outbound(&plan.outbound()),
        wallet = quote(plan.url(Service::Wallet)?.as_str()),
        mail = plan.mail()[0].port(),
    );
    for organisation in ISSUING {
        let did = everyone.did(organisation.id).context("an organisation without DID")?;
        write!(
            text,
            "\n[[tenants]]\nid = {}\nname = {}\nnames = {{ {} }}\ndid = {}\ntypes = [{}]\n",
            quote(organisation.id),
            quote(organisation.name),
            names(&organisation),
            quote(did),
            organisation.types.iter().map(|kind| quote(kind)).collect::<Vec<_>>().join(", "),
        )?;
    }
    let wallet = plan.url(Service::Wallet)?;
    write!(
        text,
        "\n# The wallet beside it, for whoever signs in for a certificate.\n\
        [[clients]]\nclient_id = {}\nname = \"Passerelle wallet\"\nredirect_uris = [{}]\n",
        quote(&wallet.origin().ascii_serialization()),
        quote(wallet.join("authorized")?.as_str()),
    )?;
    text.push_str(DEMO_WALLET);
    text.push_str(
        "\n# VC API instances that anybody may use: for trying out and for test suites, never in production.\n",
    );
    for (name, suite, key, status) in OPEN_INSTANCES {
        write!(
            text,
            "[[vc_api]]\nname = {}\ncryptosuite = {}\nkey = {}\nstatus = {status}\nopen = true\npolicy = \"open\"\n\n",
            quote(name),
            quote(suite),
            quote(key)
        )?;
    }
    for (name, envelope) in OPEN_ENVELOPES {
        write!(
            text,
            "[[vc_api]]\nname = {}\ncryptosuite = \"ecdsa-rdfc-2019\"\nenvelope = {}\nopen = true\npolicy = \"open\"\n\n",
            quote(name),
            quote(envelope)
        )?;
    }
    Ok(text)
}

fn wallet(plan: &Plan) -> anyhow::Result<String> {
    Ok(format!(
        "{http}\n{store}\n{registry}\n[keys]\nsealing_key = {sealing}\n\n{outbound}\n\
        [wallet]\nbackground_seconds = 2\ndemonstration = true\nissuers = [{issuers}]\nhelp.telephone = \"+41 22 555 01 00\"\n\
         {hours}\
        # Whose certificates name verifiers that are not in the registry.\nverifier_anchors = [{anchor}]\n\n\
        # Deriving for machines without authentication: for trying out and for test suites.\n\
        [vc_api]\nopen = true\n",
        issuers = issuers(plan)?,
        hours = HOURS.map(|(language, text)| format!("help.hours.{language} = {}\n", quote(text))).concat(),
        http = http(plan, Service::Wallet)?,
        store = store(plan, Service::Wallet),
        registry = registry_link(plan, Service::Wallet)?,
        sealing = quoted(&plan.path("keys/wallet-sealing.key")),
        anchor = quoted(&plan.path(trial_authority::ANCHOR)),
        outbound = outbound(&plan.outbound()),
    ))
}

/// The identifiers of the issuers that people can turn to by themselves: those that have staff.
fn issuers(plan: &Plan) -> anyhow::Result<String> {
    let issuer = plan.url(Service::Issuer)?;
    let staff = ISSUING.iter().filter(|one| one.types.contains(&"StaffIdentity"));
    let all = staff.map(|one| Ok(quote(issuer.join(&format!("t/{}", one.id))?.as_str())));
    Ok(all.collect::<anyhow::Result<Vec<_>>>()?.join(", "))
}

/// What an organisation calls itself in other languages, as the inside of a TOML table.
fn names(organisation: &Issuing) -> String {
    organisation.names.map(|(code, name)| format!("{code} = {}", quote(name))).join(", ")
}

fn verifier(plan: &Plan, everyone: &Everyone) -> anyhow::Result<String> {
    Ok(format!(
        "{http}\n{store}\n{registry}\n{keys}\n{outbound}\n\
        [verifier]\ndid = {did}\nclient_name = \"WFP registration desk\"\nnames = {{ {names} }}\nkey = {key}\nwallet_url = {wallet}\n\
        public_demo = [\"staff-identity\", \"entitlement\"]\ndesk_policies = [\"staff-identity\"]\n\n\
        # The agency client for trying out; its secret is made at first start.\n\
        [verifier.demo_client]\nid = {client}\nname = \"Demonstration agency\"\nsecret_file = {secret}\n\n\
        # The Fund, which has Separation credentials checked; it shows a key instead of a secret.\n\
        [[verifier.clients]]\nid = {enrolment}\nname = \"Enrolment at the Pension Fund\"\njwks = {jwks}\n\
        return_urls = [{enrolled}]\n\n\
        # Ways to ask wallets of others, beside the two by DID that are always there.\n{profiles}\
        # Verification for machines without authentication: for trying out and for test suites. The W3C's have issuers that\n\
        # are URLs and no DIDs: nobody can say whose key signed for them.\n\
        [vc_api]\nopen = true\npolicy = \"open\"\nissuers_without_did = true\n\n\
        # Integrators make clients for themselves; never on an instance whose name people trust.\n\
        [sandbox]\nopen = true\n\n\
        # An application that somebody is writing may sign people in from this machine, by OpenID Connect.\n\
        [[oidc.clients]]\nid = {application}\nname = \"Demonstration application\"\n\
        redirect_uris = [{callback}]\nsecret_file = {application_secret}\npolicy = \"staff-identity-anchored\"\n\n\
        [oidc.clients.claims]\nname = \"givenName familyName\"\ngiven_name = \"givenName\"\n\
        family_name = \"familyName\"\norganization = \"worksFor.name\"\n",
        enrolment = quote(ENROLMENT_CLIENT),
        jwks = quoted(&plan.path(ENROLMENT_JWKS)),
        enrolled = quote(plan.url(Service::Wallet)?.join("enrol/separation")?.as_str()),
        profiles = request_profiles(plan),
        http = http(plan, Service::Verifier)?,
        store = store(plan, Service::Verifier),
        registry = registry_link(plan, Service::Verifier)?,
        keys = keys(plan),
        outbound = outbound(&plan.outbound()),
        did = quote(&everyone.verifier_did),
        names = names(&WFP),
        key = quote(VERIFIER_KEY),
        wallet = quote(plan.url(Service::Wallet)?.as_str()),
        client = quote(DEMO_AGENCY),
        secret = quoted(&plan.path(AGENCY_SECRET)),
        application = quote(DEMO_APPLICATION),
        callback = quote(APPLICATION_CALLBACK),
        application_secret = quoted(&plan.path(APPLICATION_SECRET)),
    ))
}

/// HAIP 1.0, the same certificate by its host, and an unsigned request.
fn request_profiles(plan: &Plan) -> String {
    let certified = format!(
        "certificate = {}\ntrust_anchor = {}\n",
        quoted(&plan.path(trial_authority::CERTIFICATE)),
        quoted(&plan.path(trial_authority::ANCHOR)),
    );
    let head = "[[verifier.request_profiles]]\nname";
    format!(
        "{head} = \"haip\"\nclient_id_prefix = \"x509_hash\"\nresponse_mode = \"direct_post.jwt\"\nhaip = true\n{certified}\n\
        {head} = \"certified\"\nclient_id_prefix = \"x509_san_dns\"\n{certified}\n\
        {head} = \"unsigned\"\nclient_id_prefix = \"redirect_uri\"\n\n"
    )
}

fn http(plan: &Plan, service: Service) -> anyhow::Result<String> {
    let listen: Vec<String> = plan.listen(service).iter().map(|address| quote(address)).collect();
    let url = plan.url(service)?;
    let mut text = format!(
        "[http]\nlisten = [{}]\npublic_url = {}\nworkers = 1\n",
        listen.join(", "),
        quote(url.as_str())
    );
    if let Some((certificate, private_key)) = plan.tls() {
        write!(
            text,
            "\n[http.tls]\ncertificate = {}\nprivate_key = {}\n",
            quoted(&certificate),
            quoted(&private_key)
        )?;
    }
    Ok(text)
}

fn store(plan: &Plan, service: Service) -> String {
    let path = plan.path(&format!("{}.db", service.name()));
    format!(
        "# DATABASE_URL in the environment takes precedence.\n[store]\ndatabase_url = {}\n",
        quote(&format!("sqlite:{}", path.display()))
    )
}

fn registry_link(plan: &Plan, service: Service) -> anyhow::Result<String> {
    Ok(format!(
        "[registry]\nurl = {}\ngenesis = {}\n\n\
        # The newest proven header survives a restart. The validators are believed for ten years, since this trial's\n\
        # only one is its own; an institution keeps the default of 180 days and gets a checkpoint after a longer rest.\n\
        [registry.trust]\nmemory = {}\nperiod_days = {OWN_CHAIN_DAYS}\n",
        quote(plan.url(Service::Registry)?.as_str()),
        quoted(&plan.path("genesis.json")),
        quoted(&plan.path(&format!("{}-trusted.json", service.name()))),
    ))
}

fn keys(plan: &Plan) -> String {
    format!(
        "[keys]\ndirectory = {}\nsealing_key = {}\n",
        quoted(&plan.path("keys")),
        quoted(&plan.path("keys/sealing.key"))
    )
}

fn outbound(policy: &OutboundPolicy) -> String {
    let roots: Vec<String> = policy.root_certificates.iter().map(|path| quoted(path)).collect();
    format!(
        "# The services of this trial share one machine; strangers' addresses stay as guarded as ever.\n\
        [outbound]\nallow_loopback = {}\nallow_private = {}\nallow_http = {}\nroot_certificates = [{}]\n",
        policy.allow_loopback,
        policy.allow_private,
        policy.allow_http,
        roots.join(", ")
    )
}

pub fn quoted(path: &Path) -> String {
    quote(&path.display().to_string())
}

pub fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::cli::Place;

    #[test]
    fn each_service_understands_what_is_written_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("certificate \"of\" id.pem");
        std::fs::write(&certificate, "").unwrap();
        let public = Some("https://id.example.org".parse().unwrap());
        for (public_url, tls_self_signed) in [(None, false), (None, true), (public, false)] {
            let file = public_url.is_some().then(|| certificate.clone());
            let place = Place {
                data: folder.path().join("data"),
                base_port: None,
                public_url,
                certificate: file.clone(),
                private_key: file,
                tls_self_signed,
            };
            let plan = Plan::make(&place).unwrap();
            let everyone = Everyone::load_or_create(&plan).unwrap();
            write_all(&plan, &everyone).unwrap();
            read::<registry::Config>(&plan.config(Service::Registry)).unwrap();
            read::<issuer::Config>(&plan.config(Service::Issuer)).unwrap().check().unwrap();
            read::<wallet::Config>(&plan.config(Service::Wallet)).unwrap();
            read::<verifier::Config>(&plan.config(Service::Verifier)).unwrap();
        }
    }

    #[test]
    fn the_examples_in_deploy_are_configurations() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/config");
        read::<registry::Config>(&folder.join("registry.toml")).unwrap();
        read::<issuer::Config>(&folder.join("issuer.toml")).unwrap().check().unwrap();
        read::<wallet::Config>(&folder.join("wallet.toml")).unwrap();
        read::<verifier::Config>(&folder.join("verifier.toml")).unwrap();
    }

    #[test]
    fn keys_and_dids_are_the_same_at_the_second_start() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            data: folder.path().to_owned(),
            base_port: None,
            public_url: None,
            certificate: None,
            private_key: None,
            tls_self_signed: false,
        };
        let plan = Plan::make(&place).unwrap();
        let first = Everyone::load_or_create(&plan).unwrap();
        let second = Everyone::load_or_create(&plan).unwrap();
        assert_eq!(first.verifier_did, second.verifier_did);
        assert_eq!(first.did("undp"), second.did("undp"));
        assert_ne!(first.did("undp"), first.did("wfp"));
    }
}
