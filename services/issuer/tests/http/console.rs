//! The officers' console as a browser without scripts meets it, with an authenticator played beside it.

use std::sync::atomic::{AtomicU32, Ordering};

use issuance::{Actor, Role, Roles};
use issuer::app::Filter;
use serde_json::{Value, json};
use store_issuer::OfficerLink;
use testkit::{Agent, Answer, Authenticator};

use crate::support::{ORIGIN, World};

/// A browser with a passkey of an officer.
pub struct Browser {
    pub agent: Agent,
    device: Authenticator,
    base: String,
}

impl Browser {
    pub fn new(world: &World, name: &str) -> Self {
        let base = world.url("/").to_string();
        Self {
            agent: Agent::new(),
            device: Authenticator::new(ORIGIN, name),
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    /// Somebody who has used a one-time link of this organisation.
    pub async fn officer(world: &World, tenant: &str, name: &str) -> Self {
        Self::officer_as(world, tenant, name, Roles::ALL).await
    }

    /// The same with some roles only.
    pub async fn officer_as(world: &World, tenant: &str, name: &str, roles: Roles) -> Self {
        let mut browser = Self::new(world, name);
        let link = world.officer_link_as(tenant, roles).await;
        let answer = browser.register(&link, name).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        browser
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.agent.get_as(format!("{}{path}", self.base), "text/html").await.unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.agent.post_form(format!("{}{path}", self.base), fields).await.unwrap()
    }

    pub async fn json(&self, path: &str, body: &Value) -> Answer {
        self.agent.post_json(format!("{}{path}", self.base), body).await.unwrap()
    }

    pub async fn upload(&self, path: &str, name: &str, bytes: &[u8]) -> Answer {
        self.agent
            .post_file(format!("{}{path}", self.base), &[], ("file", name, "text/csv", bytes))
            .await
            .unwrap()
    }

    pub async fn upload_sheet(&self, path: &str, name: &str, bytes: &[u8], sheet: &str) -> Answer {
        let file = ("file", name, "application/octet-stream", bytes);
        self.agent.post_file(format!("{}{path}", self.base), &[("sheet", sheet)], file).await.unwrap()
    }

    /// A form with fields and a file of another name.
    pub async fn upload_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (field, bytes): (&str, &[u8]),
    ) -> Answer {
        let file = (field, "list.csv", "text/csv", bytes);
        self.agent.post_file(format!("{}{path}", self.base), fields, file).await.unwrap()
    }

    /// The same browser at a service that started again.
    pub fn at(self, world: &World) -> Self {
        Self { base: world.url("/").to_string().trim_end_matches('/').to_owned(), ..self }
    }

    /// Follows a redirect to a page of the console and returns its path.
    pub fn path_of(answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    }

    pub async fn register(&mut self, token: &str, name: &str) -> Answer {
        let start = self.json("/console/register/start", &json!({"link": token, "officer": name})).await;
        if start.status != 200 {
            return start;
        }
        let mut made = self.device.register(&start.json().unwrap()).unwrap();
        made["link"] = token.into();
        made["officer"] = name.into();
        self.json("/console/register/finish", &made).await
    }

    pub async fn sign_in(&mut self) -> Answer {
        let start = self.json("/console/sign-in/start", &json!({})).await;
        let mut got = self.device.log_in(&start.json().unwrap()).unwrap();
        got["next"] = "/console/staff".into();
        self.json("/console/sign-in/finish", &got).await
    }
}

impl World {
    /// The token of a fresh one-time link that gives every role.
    pub async fn officer_link(&self, tenant: &str) -> String {
        self.officer_link_as(tenant, Roles::ALL).await
    }

    /// The same for some roles; written straight to the store, since nobody is there who could invite.
    pub async fn officer_link_as(&self, tenant: &str, roles: Roles) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let token = format!("link-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let link = OfficerLink { tenant: tenant.into(), roles, created_by: String::new() };
        let now = self.issuer.clock_now();
        let mut tx = self.issuer.store().write("test").await.unwrap();
        let until = now + chrono::Duration::days(7);
        tx.insert_officer_link(&link, &issuance::fingerprint(&token), now, until).await.unwrap();
        tx.commit().await.unwrap();
        token
    }
}

const SAMPLE: &[u8] = include_bytes!("../../samples/staff-undp.csv");
const FAULTS: &[u8] = include_bytes!("../../samples/staff-with-faults.csv");

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_form_needs_a_session() {
    let world = World::start().await;
    let stranger = Browser::new(&world, "stranger");
    for path in ["/console", "/console/staff", "/console/imports", "/console/officers", "/console/activity"] {
        let answer = stranger.get(path).await;
        let next = path.replace('/', "%2F");
        assert_eq!(Browser::path_of(&answer), format!("/console/sign-in?next={next}"));
        let program = stranger.agent.get_as(world.url(path), "application/json").await.unwrap();
        assert_eq!(program.status, 401, "{path}");
    }
    for path in ["/console/imports/x/confirm", "/console/people/x/status", "/console/offers/x/renew"] {
        let answer =
            stranger.agent.post_form_with(world.url(path), &[], &[("accept", "application/json")]).await;
        assert_eq!(answer.unwrap().status, 401, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_time_link_registers_one_passkey() {
    let world = World::start().await;
    let mut first = Browser::new(&world, "first");
    let link = world.officer_link("undp").await;
    assert!(
        first.get(&format!("/console/register/{link}")).await.text().contains("Welcome, officer of UNDP")
    );
    let answer = first.register(&link, "Ann First").await;
    assert_eq!(answer.json().unwrap(), json!({"next": "/console?done=registered"}));
    assert!(first.get("/console").await.text().contains("Hello, Ann"));

    let mut second = Browser::new(&world, "second");
    assert_eq!(second.register(&link, "Ben Second").await.status, 410);
    assert_eq!(second.get(&format!("/console/register/{link}")).await.status, 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_time_link_lapses_and_a_newer_one_replaces_it() {
    let world = World::start().await;
    let by = Actor { tenant: "undp".into(), officer: "ann".into() };
    let invited = async || {
        let link = world.issuer.invite_officer(&by, Roles::of(&[Role::Officer])).await.unwrap().unwrap();
        link.path_segments().unwrap().next_back().unwrap().to_owned()
    };
    let (old, new) = (invited().await, invited().await);
    let mut browser = Browser::new(&world, "late");
    assert_eq!(browser.register(&old, "L").await.status, 410, "replaced");
    world.clock.advance(chrono::Duration::days(7));
    assert_eq!(browser.register(&new, "L").await.status, 410, "lapsed");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_officers_are_bounded() {
    let world = World::start().await;
    let link = world.officer_link("undp").await;
    let mut browser = Browser::new(&world, "b");
    for name in ["", "  ", "a\nb", &"x".repeat(81)] {
        assert_eq!(browser.register(&link, name).await.status, 400, "{name:?}");
    }
    assert_eq!(browser.register(&link, "B").await.status, 200, "the link is still good");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_and_in_again() {
    let world = World::start().await;
    let mut browser = Browser::officer(&world, "undp", "Ann").await;
    assert_eq!(
        Browser::path_of(&browser.post("/console/sign-out", &[]).await),
        "/console/sign-in?done=signed-out"
    );
    assert_eq!(browser.get("/console").await.status, 303);
    let answer = browser.sign_in().await;
    assert_eq!(answer.json().unwrap(), json!({"next": "/console/staff"}));
    assert_eq!(browser.get("/console").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_idle_and_after_a_working_day() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    world.clock.advance(chrono::Duration::minutes(30));
    assert_eq!(browser.get("/console").await.status, 303, "idle");
    let browser = Browser::officer(&world, "undp", "Ben").await;
    for _ in 0..23 {
        world.clock.advance(chrono::Duration::minutes(20));
        assert_eq!(browser.get("/console").await.status, 200);
    }
    world.clock.advance(chrono::Duration::minutes(20));
    assert_eq!(browser.get("/console").await.status, 303, "eight hours");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_replayed_passkeys_are_refused() {
    let world = World::start().await;
    let mut browser = Browser::officer(&world, "undp", "Ann").await;
    let start = browser.json("/console/sign-in/start", &json!({})).await.json().unwrap();
    let got = browser.device.log_in(&start).unwrap();
    assert_eq!(browser.json("/console/sign-in/finish", &got).await.status, 200);
    assert_eq!(
        browser.json("/console/sign-in/finish", &got).await.status,
        400,
        "a challenge is answered once"
    );

    let start = browser.json("/console/sign-in/start", &json!({})).await.json().unwrap();
    let got = browser.device.log_in(&start).unwrap();
    world.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(browser.json("/console/sign-in/finish", &got).await.status, 400, "too late");

    browser.device.user_verified = false;
    assert_eq!(browser.sign_in().await.status, 401, "user verification is required");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_sign_an_officer_in() {
    let world = World::start().await;
    let browser = Browser::new(&world, "b");
    let forged = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    let url = world.url("/console/sign-in/start");
    let answer = browser.agent.post_json_with(url, &json!({}), &forged).await.unwrap();
    assert_eq!(answer.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn sample_list_becomes_offers() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let page = Browser::path_of(&browser.upload("/console/imports", "staff-undp.csv", SAMPLE).await);
    let preview = browser.get(&page).await.text();
    assert!(preview.contains("Offer credentials to 200 people?"), "{preview}");
    assert!(preview.contains("To confirm"));
    assert_eq!(
        world.issuer.count_subjects(world.tenant("undp"), None, &Filter::default()).await.unwrap(),
        0,
        "nothing before the word"
    );

    let id = page.rsplit('/').next().unwrap().to_owned();
    assert_eq!(Browser::path_of(&browser.post(&format!("{page}/confirm"), &[]).await), page);
    assert_eq!(Browser::path_of(&browser.post(&format!("{page}/confirm"), &[]).await), page, "twice is once");
    world.issuer.work_off_uploads().await.unwrap();
    let result = browser.get(&page).await.text();
    assert!(result.contains("200 people were imported."), "{result}");

    let links = browser.get(&format!("/console/imports/{id}/links.csv")).await;
    assert_eq!(links.header("content-disposition"), Some("attachment; filename=\"links.csv\""));
    assert_eq!(links.text().lines().count(), 201);
    let codes = browser.get(&format!("/console/imports/{id}/codes.csv")).await.text();
    assert_eq!(codes.lines().count(), 201);
    assert!(codes.lines().nth(1).unwrap().rsplit(',').next().unwrap().len() == 6);

    let found = browser.get("/console/staff?q=%E7%94%B0%E4%B8%AD").await.text();
    assert!(found.contains("Haruka Tanaka") && found.contains("1 person found"), "{found}");
    let all = browser.get("/console/staff").await.text();
    assert!(all.contains("200 people") && all.contains("rel=\"next\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_shown_and_come_back_as_a_file() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let page = Browser::path_of(&browser.upload("/console/imports", "faults.csv", FAULTS).await);
    let text = browser.get(&page).await.text();
    for part in [
        "Line\u{a0}4",
        "31/12/1985",
        "There is no such day",
        "12, <code>end_date</code>",
        "the row ends after 3 of 12 cells",
    ] {
        assert!(text.to_lowercase().contains(&part.to_lowercase()), "{part}: {text}");
    }
    let file = browser.get(&format!("{page}/rows-to-correct.csv")).await.text();
    assert_eq!(file.lines().count(), 11);
    assert!(file.starts_with("\u{feff}staff_number,"));
    // What comes back as it was has the same faults, and good rows that were offered are not offered again.
    browser.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_uploads().await.unwrap();
    let again = Browser::path_of(&browser.upload("/console/imports", "again.csv", FAULTS).await);
    let text = browser.get(&again).await.text();
    assert!(text.contains("staff number 704901 is on the staff list already"), "{text}");
    assert!(text.contains("No row can be used"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_list_are_refused_on_the_page() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let big = vec![b'x'; 5 * 1024 * 1024 + 1];
    let cases: [(&str, &[u8], &str); 6] = [
        ("empty.csv", b"", "The file is empty."),
        ("book.xlsx", b"PK\x03\x04...", "The file is no XLSX workbook"),
        ("book.xls", b"\xd0\xcf\x11\xe0...", "save it as XLSX"),
        ("names.csv", b"name\nAnn\n", "missing: staff_number"),
        ("big.csv", &big, "larger than 5 MB"),
        ("", b"x", "Choose a file first."),
    ];
    for (name, bytes, said) in cases {
        let answer = browser.upload("/console/imports", name, bytes).await;
        assert_eq!(answer.status, 422, "{name}");
        assert!(answer.text().contains(said), "{name}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn same_file_twice_is_one_upload_and_discarding_erases_it() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let first = Browser::path_of(&browser.upload("/console/imports", "a.csv", FAULTS).await);
    let second = Browser::path_of(&browser.upload("/console/imports", "b.csv", FAULTS).await);
    assert_eq!(first, second);
    let done = Browser::path_of(&browser.post(&format!("{first}/discard"), &[]).await);
    assert_eq!(done, "/console/imports?done=discarded");
    assert!(!browser.get(&first).await.text().contains("Ortega"));
    assert_eq!(browser.post(&format!("{first}/confirm"), &[]).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_after_a_restart_and_offers_nothing_twice() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let page = Browser::path_of(&browser.upload("/console/imports", "staff.csv", SAMPLE).await);
    browser.post(&format!("{page}/confirm"), &[]).await;
    // Confirmed, but nothing was worked off when the service went away.
    let world = world.restart().await;
    world.issuer.work_off_uploads().await.unwrap();
    let world = world.restart().await;
    world.issuer.work_off_uploads().await.unwrap();
    let tenant = world.tenant("undp");
    assert_eq!(world.issuer.count_subjects(tenant, None, &Filter::default()).await.unwrap(), 200);
    let overview = world.issuer.dashboard(tenant, "").await.unwrap().overview;
    assert_eq!((overview.open_offers, overview.running_uploads), (200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn offer_page_shows_link_and_code_and_renews_them() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let person = world.person("10023").await;
    let made = browser.post(&format!("/console/staff/{person}/offers"), &[("employment", "yes")]).await;
    let page = Browser::path_of(&made);
    let path = page.split('?').next().unwrap().to_owned();
    let text = browser.get(&page).await.text();
    let code = between(&text, "data-testid=\"transaction-code\">", "<");
    assert!(text.contains("<svg") && text.contains("wallet.test/offer?credential_offer_uri="));
    assert_eq!(
        Browser::path_of(&browser.post(&format!("{path}/renew"), &[]).await),
        format!("{path}?done=renewed")
    );
    let renewed = browser.get(&path).await.text();
    assert_ne!(between(&renewed, "data-testid=\"transaction-code\">", "<"), code);
    let back = Browser::path_of(&browser.post(&format!("{path}/withdraw"), &[]).await);
    assert_eq!(back, format!("/console/staff/{person}?done=withdrawn"));
    assert!(browser.get(&path).await.text().contains("This offer is withdrawn."));
}

#[tokio::test(flavor = "multi_thread")]
async fn suspending_and_revoking_ask_for_a_reason_and_touch_every_copy() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let link = world.offer().await;
    let holder = crate::support::Holder::new(7);
    let token = world.token(&link).await;
    for configuration in [crate::support::LDP, crate::support::SD_JWT] {
        assert_eq!(world.request(&token, configuration, &holder).await.status, 200);
    }
    let person = "s-10023";
    let form = format!("/console/people/{person}/status");
    assert!(
        browser
            .get(&format!("{form}?act=suspend"))
            .await
            .text()
            .contains("Suspend the credentials of Amina Okafor?")
    );
    assert_eq!(browser.post(&form, &[("act", "suspend")]).await.status, 400, "no reason");
    assert_eq!(
        browser.post(&form, &[("act", "suspend"), ("reason", "deceased")]).await.status,
        400,
        "not that reason"
    );
    assert_eq!(
        browser.post(&form, &[("act", "delete"), ("reason", "other")]).await.status,
        400,
        "unknown act"
    );
    let fields = [("act", "suspend"), ("reason", "inquiry"), ("note", "asked by security")];
    let done = Browser::path_of(&browser.post(&form, &fields).await);
    assert_eq!(done, format!("/console/staff/{person}?done=suspended"));
    let text = browser.get(&done).await.text();
    assert_eq!(text.matches("data-testid=\"copy-status\">Suspended").count(), 2, "{text}");
    assert!(text.contains("asked by security"));
    browser.post(&form, &[("act", "reinstate"), ("reason", "inquiry-closed")]).await;
    assert!(
        browser
            .get(&format!("/console/staff/{person}"))
            .await
            .text()
            .contains("data-testid=\"person-state\">Valid")
    );
    browser.post(&form, &[("act", "revoke"), ("reason", "separated")]).await;
    let text = browser.get(&format!("/console/staff/{person}")).await.text();
    assert!(
        text.contains("data-testid=\"person-state\">Revoked") && !text.contains("data-testid=\"reinstate\"")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_of_another_organisation_see_nothing_of_ours() {
    let world = World::start().await;
    let ours = Browser::officer(&world, "undp", "Ann").await;
    let theirs = Browser::officer(&world, "wfp", "Ben").await;
    let person = world.person("10023").await;
    let upload = Browser::path_of(&ours.upload("/console/imports", "a.csv", SAMPLE).await);
    let link = world.offer().await;
    for path in [
        format!("/console/staff/{person}"),
        format!("/console/people/{person}/status?act=revoke"),
        format!("/console/offers/{}", link.offer_id),
        upload.clone(),
        format!("{upload}/links.csv"),
        "/console/retirees".to_owned(),
        "/console/requests".to_owned(),
    ] {
        assert_eq!(theirs.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(theirs.post(&format!("{upload}/confirm"), &[]).await.status, 404);
    assert!(!theirs.get("/console/activity").await.text().contains("uploaded a list"));
    assert!(ours.get("/console/activity").await.text().contains("uploaded a list"));
}

pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap().0
}
