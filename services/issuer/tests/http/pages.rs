//! Every page and form of the console as nobody, as somebody without the role, and as another organisation. The table is
//! compared with the sources, so that a new page fails here until somebody has said who may see it.

use std::collections::BTreeSet;
use std::path::Path;

use issuance::Permission::{self, Administer, Approve, Audit, Issue, SeePeople, SeeProposals};
use issuance::{Actor, FourEyes, Role, Roles};
use issuer::app::{NewDocument, NewRun};

use crate::console::{Browser, between};
use crate::support::World;

type Fields = &'static [(&'static str, &'static str)];

/// Method, path below `/console`, what it asks for (nothing beyond a session when absent), and a form it would take.
type Page = (&'static str, &'static str, Option<Permission>, Fields);

const PAGES: &[Page] = &[
    ("get", "", None, &[]),
    ("get", "/activity", Some(Audit), &[]),
    ("get", "/activity.csv", Some(Audit), &[]),
    ("get", "/approvals", Some(SeeProposals), &[]),
    ("post", "/approvals/{id}/approve", Some(Approve), &[]),
    ("post", "/approvals/{id}/refuse", Some(Approve), &[("remark", "no")]),
    ("post", "/approvals/{id}/withdraw", None, &[]),
    ("get", "/calendar", Some(SeePeople), &[]),
    ("get", "/messages", Some(Administer), &[]),
    ("post", "/messages/again", Some(Administer), &[]),
    ("get", "/messages/texts/{event}/{language}", Some(Administer), &[]),
    ("post", "/messages/texts/{event}/{language}", Some(Administer), &[("subject", "S"), ("body", "B")]),
    ("post", "/messages/texts/{event}/{language}/restore", Some(Administer), &[]),
    ("post", "/people/{id}/passkeys/remove", Some(Issue), &[("passkey", "AA")]),
    ("get", "/people/{id}/erase", Some(SeePeople), &[]),
    ("post", "/people/{id}/erase", Some(Issue), &[("reason", "r"), ("sure", "yes")]),
    ("post", "/people/{id}/contact", Some(Issue), &[("email", "a@b.org")]),
    ("get", "/cards", Some(Administer), &[]),
    ("get", "/cards/{kind}", Some(Administer), &[]),
    ("post", "/cards/{kind}", Some(Administer), &[("background", "#000000"), ("text", "#ffffff")]),
    ("post", "/cards/{kind}/restore", Some(Administer), &[]),
    ("get", "/chain", None, &[]),
    ("get", "/keys", Some(Administer), &[]),
    ("get", "/keys/{fragment}/plan.csv", Some(SeePeople), &[]),
    ("post", "/keys/{fragment}/changes", Some(Administer), &[("change", "rotate-key"), ("multikey", "z")]),
    ("post", "/keys/{fragment}/reissue", Some(Issue), &[]),
    ("post", "/keys/changes/{id}/give-up", Some(Administer), &[]),
    ("get", "/documents", Some(SeePeople), &[]),
    ("post", "/documents", Some(Issue), &[("digests", "")]),
    ("get", "/documents/{id}/receipt", Some(SeePeople), &[]),
    ("get", "/enrolment", Some(SeePeople), &[]),
    ("get", "/enrolment/{id}", Some(SeePeople), &[]),
    ("post", "/enrolment/appointments/{id}/call", Some(Issue), &[]),
    ("post", "/enrolment/appointments/{id}/missed", Some(Issue), &[]),
    ("post", "/enrolment/appointments/{id}/signals", Some(Issue), &[]),
    (
        "post",
        "/enrolment/slots",
        Some(Issue),
        &[
            ("starts", ""),
            ("zone", "0"),
            ("minutes", "20"),
            ("count", "1"),
            ("language", "en"),
            ("way", "video"),
        ],
    ),
    ("post", "/enrolment/slots/{id}/close", Some(Issue), &[]),
    ("post", "/enrolment/{id}/decision", Some(Approve), &[("decision", "approve"), ("words", "w")]),
    (
        "post",
        "/enrolment/{id}/document",
        Some(Issue),
        &[("kind", "passport"), ("number", "AK1234"), ("state", "KEN"), ("expires", "2040-01-01")],
    ),
    ("post", "/enrolment/{id}/notes", Some(Issue), &[("words", "w")]),
    ("post", "/enrolment/{id}/picture", Some(Issue), &[]),
    ("post", "/enrolment/{id}/propose", Some(Issue), &[("words", "w")]),
    ("post", "/enrolment/{id}/refuse", Some(Issue), &[("why", "face"), ("words", "w")]),
    ("post", "/retirees/{id}/enrolment", Some(Issue), &[]),
    ("post", "/retirees/{id}/legal-holds", Some(Issue), &[("reason", "r"), ("review_on", "2026-12-31")]),
    ("post", "/retirees/{id}/legal-holds/{legal}/lift", Some(Issue), &[]),
    (
        "post",
        "/fund/people/{person}/dates",
        Some(Issue),
        &[("year", "2026"), ("date", "due"), ("day", "2027-01-31"), ("reason", "r")],
    ),
    (
        "post",
        "/fund/dates",
        Some(Issue),
        &[("year", "2026"), ("country", "SDN"), ("date", "due"), ("day", "2027-01-31"), ("reason", "r")],
    ),
    ("post", "/fund/dates/usual", Some(Issue), &[("year", "2026"), ("country", "SDN")]),
    ("post", "/fund/people/{person}/dates/usual", Some(Issue), &[("year", "2026")]),
    ("post", "/retirees/{id}/picture-erasures", Some(Issue), &[("reason", "r")]),
    ("post", "/retirees/{id}/picture-erasures/{erasure}", Some(Issue), &[("decision", "keep")]),
    ("get", "/fund", Some(SeePeople), &[]),
    ("post", "/fund/nights", Some(Issue), &[]),
    (
        "post",
        "/fund/hold-outs",
        Some(Issue),
        &[
            ("year", "2026"),
            ("country", "SDN"),
            ("from", "2027-01-01"),
            ("until", "2027-02-01"),
            ("reason", "r"),
        ],
    ),
    ("get", "/fund/people", Some(SeePeople), &[]),
    ("post", "/fund/people", Some(SeePeople), &[("q", "di")]),
    ("post", "/fund/find", Some(SeePeople), &[("uid", "100000001")]),
    ("get", "/fund/people/{person}", Some(SeePeople), &[]),
    ("get", "/fund/people/{person}/journal.json", Some(Audit), &[]),
    ("post", "/fund/people/{person}/holds", Some(Issue), &[("kind", "hospital"), ("reason", "r")]),
    ("post", "/fund/people/{person}/holds/{hold}/lift", Some(Issue), &[]),
    ("post", "/fund/people/{person}/proofs", Some(Issue), &[]),
    ("get", "/fund/proofs", Some(SeePeople), &[]),
    ("post", "/fund/proofs/{id}/decision", Some(Issue), &[("accept", "yes"), ("person", "P")]),
    ("get", "/fund/register", Some(SeePeople), &[]),
    ("post", "/fund/register", Some(Issue), &[]),
    ("get", "/fund/register/{id}", Some(SeePeople), &[]),
    ("post", "/fund/register/{id}/confirm", Some(Issue), &[]),
    ("post", "/fund/register/{id}/discard", Some(Issue), &[]),
    ("get", "/fund/register/{id}/rows-to-correct.csv", Some(SeePeople), &[]),
    ("get", "/fund/register/{id}/differences.csv", Some(Issue), &[]),
    ("get", "/fund/audit", Some(Audit), &[]),
    ("get", "/fund/audit/journals.json", Some(Audit), &[]),
    ("get", "/fund/cases", Some(SeePeople), &[]),
    ("get", "/fund/cases/{id}", Some(SeePeople), &[]),
    ("post", "/fund/cases/{id}/decide", Some(Issue), &[]),
    ("post", "/fund/cases/{id}/answer", Some(Approve), &[("confirm", "no"), ("reason", "r")]),
    ("post", "/fund/cases/{id}/reverse", Some(Issue), &[("words", "alive")]),
    ("post", "/fund/people/{person}/cases", Some(Issue), &[("kind", "death"), ("words", "a call")]),
    ("post", "/fund/proofs/{proof}/appeal", Some(Issue), &[("words", "not so")]),
    ("get", "/fund/figures", Some(SeePeople), &[]),
    ("get", "/fund/follow-up?year=2026&country=FRA", Some(SeePeople), &[]),
    ("get", "/fund/follow-up.csv?year=2026&country=FRA", Some(Issue), &[]),
    ("get", "/fund/fairness", Some(SeePeople), &[]),
    ("get", "/fund/samples", Some(Audit), &[]),
    ("get", "/fund/samples/{day}.json", Some(Audit), &[]),
    ("get", "/fund/receipts/{proof}", Some(SeePeople), &[]),
    ("get", "/fund/receipts/{proof}/receipt.pdf", Some(SeePeople), &[]),
    ("get", "/fund/receipts/{proof}/receipt.json", Some(SeePeople), &[]),
    ("post", "/fund/receipts/{proof}/certificate", Some(Issue), &[]),
    ("get", "/fund/invitations", Some(SeePeople), &[]),
    ("post", "/fund/invitations", Some(Issue), &[]),
    ("get", "/fund/invitations/{id}", Some(SeePeople), &[]),
    ("post", "/fund/invitations/{id}/confirm", Some(Issue), &[]),
    ("post", "/fund/invitations/{id}/stop", Some(Issue), &[]),
    ("get", "/fund/mailings", Some(SeePeople), &[]),
    ("post", "/fund/mailings", Some(Issue), &[("kind", "mail-paper")]),
    ("get", "/fund/mailings/{id}/parts.zip", Some(Issue), &[]),
    ("post", "/fund/mailings/{id}/next-part", Some(Issue), &[]),
    ("get", "/fund/mailings/{id}/left-out", Some(SeePeople), &[]),
    ("get", "/fund/mailings/{id}/left-out.csv", Some(Issue), &[]),
    ("get", "/fund/letter-settings", Some(SeePeople), &[]),
    (
        "post",
        "/fund/letter-settings",
        Some(Issue),
        &[("telephone", "+1 212 963 6931"), ("return_address", "1 Dag Hammarskjöld Plaza, New York")],
    ),
    ("get", "/fund/letter-sample.pdf?part=first", Some(SeePeople), &[]),
    ("post", "/fund/follow-up/answers", Some(Issue), &[("year", "2026"), ("outcome", "alive")]),
    ("get", "/fund/questions", Some(SeePeople), &[]),
    ("post", "/fund/questions", Some(Issue), &[]),
    ("get", "/fund/mailings/{id}", Some(SeePeople), &[]),
    ("get", "/fund/mailings/{id}/parts/{part}", Some(Issue), &[]),
    ("get", "/fund/mailings/{id}/addresses.csv", Some(Issue), &[]),
    ("get", "/fund/mailings/{id}/withdrawn.csv", Some(SeePeople), &[]),
    ("post", "/fund/mailings/{id}/posting", Some(Issue), &[("on", "2026-06-30")]),
    ("post", "/fund/mailings/{id}/cancellation", Some(Issue), &[]),
    ("get", "/fund/people/{person}/post", Some(SeePeople), &[]),
    ("get", "/fund/scans", Some(SeePeople), &[]),
    ("post", "/fund/scans", Some(Issue), &[]),
    ("get", "/fund/scans/{id}", Some(SeePeople), &[]),
    ("get", "/fund/scans/{id}/picture", Some(SeePeople), &[]),
    ("get", "/fund/scans/{id}/page", Some(SeePeople), &[]),
    ("post", "/fund/scans/{id}/decision", Some(Issue), &[("accept", "no"), ("reason", "r")]),
    ("post", "/fund/scans/{id}/number", Some(Issue), &[("number", "1")]),
    ("post", "/fund/scans/{id}/dismissal", Some(Issue), &[]),
    ("get", "/fund/stations", Some(SeePeople), &[]),
    (
        "post",
        "/fund/stations",
        Some(Administer),
        &[("key", "did:key:z"), ("name", "Dakar"), ("country", "SEN")],
    ),
    ("post", "/fund/stations/{station}/close", Some(Administer), &[]),
    ("get", "/fund/calendars/{year}", Some(Issue), &[]),
    ("post", "/fund/calendars/{year}", Some(Issue), &[]),
    ("get", "/fund/payroll", Some(SeePeople), &[]),
    ("post", "/fund/payroll", Some(Issue), &[]),
    ("get", "/fund/payroll/{id}/changes.csv", Some(Issue), &[]),
    ("get", "/fund/payroll/{id}/changes.jws", Some(Issue), &[]),
    ("post", "/fund/payroll/{id}/acknowledge", Some(Issue), &[]),
    ("post", "/fund/people/{person}/paid", Some(Issue), &[("on", "2026-06-30")]),
    ("get", "/fund/lists", Some(SeePeople), &[]),
    ("post", "/fund/lists", Some(Issue), &[("year", "2026"), ("payroll", "2027-06-01")]),
    ("get", "/fund/lists/{id}", Some(SeePeople), &[]),
    ("post", "/fund/lists/{id}/approve", Some(Approve), &[("digest", "x")]),
    ("post", "/fund/lists/{id}/withdraw", Some(Issue), &[]),
    ("get", "/fund/lists/{id}/payroll.csv", Some(Issue), &[]),
    ("get", "/fund/lists/{id}/dry-run.csv", Some(Issue), &[]),
    ("get", "/fund/lists/{id}/payroll.jws", Some(Issue), &[]),
    ("get", "/imports", Some(SeePeople), &[]),
    ("post", "/imports", Some(Issue), &[]),
    ("get", "/imports/{id}", Some(SeePeople), &[]),
    ("get", "/imports/{id}/codes.csv", Some(Issue), &[]),
    ("post", "/imports/{id}/confirm", Some(Issue), &[("employment", "yes")]),
    ("post", "/imports/{id}/discard", Some(Issue), &[]),
    ("get", "/imports/{id}/links.csv", Some(Issue), &[]),
    ("post", "/imports/{id}/pause", Some(Issue), &[]),
    ("get", "/imports/{id}/result.csv", Some(SeePeople), &[]),
    ("post", "/imports/{id}/resume", Some(Issue), &[]),
    ("get", "/imports/{id}/rows-to-correct.csv", Some(SeePeople), &[]),
    ("get", "/machines", Some(Administer), &[]),
    ("post", "/machines", Some(Administer), &[("name", "HR"), ("scim", "yes")]),
    ("post", "/machines/{id}/revoke", Some(Administer), &[]),
    ("get", "/offers", Some(SeePeople), &[]),
    ("post", "/offers/remind", Some(Issue), &[]),
    ("get", "/offers/{id}", Some(Issue), &[]),
    ("post", "/offers/{id}/renew", Some(Issue), &[]),
    ("post", "/offers/{id}/withdraw", Some(Issue), &[]),
    ("get", "/officers", None, &[]),
    ("post", "/officers/links", Some(Administer), &[]),
    ("get", "/officers/{id}", Some(Administer), &[]),
    ("post", "/officers/{id}/roles", Some(Administer), &[("auditor", "yes")]),
    ("get", "/people/{id}/status?act=revoke", Some(SeePeople), &[]),
    ("post", "/people/{id}/status", Some(Issue), &[("act", "suspend"), ("reason", "inquiry")]),
    ("get", "/reissues", Some(SeePeople), &[]),
    ("post", "/reissues", Some(Issue), &[("why", "first")]),
    ("get", "/reissues/{id}", Some(SeePeople), &[]),
    ("get", "/reissues/{id}/codes.csv", Some(Issue), &[]),
    ("post", "/reissues/{id}/confirm", Some(Issue), &[]),
    ("post", "/reissues/{id}/discard", Some(Issue), &[]),
    ("get", "/reissues/{id}/links.csv", Some(Issue), &[]),
    ("post", "/reissues/{id}/pause", Some(Issue), &[]),
    ("get", "/reissues/{id}/result.csv", Some(SeePeople), &[]),
    ("post", "/reissues/{id}/resume", Some(Issue), &[]),
    ("get", "/requests", Some(SeePeople), &[]),
    ("get", "/requests/{id}", Some(SeePeople), &[]),
    ("post", "/requests/next", Some(Issue), &[]),
    ("post", "/requests/{id}/take", Some(Issue), &[]),
    ("post", "/requests/{id}/give-back", Some(Issue), &[]),
    ("post", "/requests/{id}/confirm", Some(Issue), &[("channel", "visit"), ("compared", "yes")]),
    ("post", "/requests/{id}/refuse", Some(Issue), &[("reason", "no")]),
    ("post", "/requests/{id}/appeal", Some(Issue), &[("outcome", "not-upheld"), ("reason", "no")]),
    ("get", "/retirees", Some(SeePeople), &[]),
    ("post", "/retirees", Some(Issue), &[("uid", "")]),
    ("get", "/retirees/imports", Some(SeePeople), &[]),
    ("post", "/retirees/imports", Some(Issue), &[]),
    ("get", "/retirees/new", Some(Issue), &[]),
    ("get", "/retirees/{id}", Some(SeePeople), &[]),
    ("post", "/retirees/{id}/requests", Some(Issue), &[]),
    ("get", "/staff", Some(SeePeople), &[]),
    ("get", "/staff/{id}", Some(SeePeople), &[]),
    ("get", "/staff/{id}/grant", Some(Issue), &[]),
    ("post", "/staff/{id}/grant", Some(Issue), &[("type", "TrainingCompletion")]),
    ("post", "/staff/{id}/offers", Some(Issue), &[("why", "first")]),
    ("post", "/retirees/{id}/portrait", Some(Issue), &[]),
    ("post", "/retirees/{id}/portrait/remove", Some(Issue), &[]),
    ("post", "/retirees/{id}/portrait/confirm", Some(Issue), &[]),
    ("post", "/staff/{id}/portrait", Some(Issue), &[]),
    ("post", "/staff/{id}/portrait/remove", Some(Issue), &[]),
    ("get", "/webhooks", Some(Administer), &[]),
    ("post", "/webhooks", Some(Administer), &[("url", "https://hr.example/"), ("offer.created", "yes")]),
    ("get", "/webhooks/{id}", Some(Administer), &[]),
    ("post", "/webhooks/{id}", Some(Administer), &[("offer.created", "yes")]),
    ("post", "/webhooks/{id}/deliveries/{event}/again", Some(Administer), &[]),
    ("post", "/webhooks/{id}/resume", Some(Administer), &[]),
    ("post", "/webhooks/{id}/rotate", Some(Administer), &[]),
    ("post", "/webhooks/{id}/test", Some(Administer), &[]),
    ("post", "/webhooks/{id}/end", Some(Administer), &[]),
    ("get", "/{place:staff|retirees}/{id}/end?how=deceased", Some(SeePeople), &[]),
    ("post", "/{place:staff|retirees}/{id}/end", Some(Issue), &[("how", "deceased"), ("sure", "yes")]),
    ("post", "/{place:staff|retirees}/{id}/return", Some(Issue), &[]),
];

/// One of each thing that a page can be about, of the organisation that owns it.
struct Things {
    person: String,
    offer: String,
    upload: String,
    document: String,
    officer: String,
    machine: String,
    key_change: String,
    proposal: String,
    run: String,
    beneficiary: String,
    request: String,
    webhook: String,
    delivery: String,
    fund: FundThings,
}

/// One of each thing of the Fund's year.
struct FundThings {
    person: String,
    proof: String,
    import: String,
    list: String,
    mailing: String,
    scan: String,
    case: String,
    enrolment: String,
    legal_hold: String,
    erasure: String,
    payroll: String,
    invitations: String,
}

/// The name of the slot and of the appointment for the enrolment.
const BOOKED: &str = "booked";

impl Things {
    async fn made(world: &World, owner: &Browser) -> Self {
        let offer = world.offer().await.offer_id;
        let list = b"staff_number,given_name,family_name,job_title,grade,duty_station\n1,A,B,C,P-3,Nairobi\n";
        let upload = Browser::path_of(&owner.upload("/console/imports", "staff.csv", list).await);
        let by = World::officer();
        let document = NewDocument { digest: [7; 32], label: "minutes".into(), public: false };
        world.issuer.add_documents(&by, world.tenant("undp"), &[document]).await.unwrap();
        world.issuer.anchor(world.tenant("undp")).await.unwrap();
        let documents = owner.get("/console/documents").await.text();
        owner.post("/console/people/s-10023/status", &[("act", "revoke"), ("reason", "other")]).await;
        let proposals = owner.get("/console/approvals").await.text();
        let officers = owner.get("/console/officers").await.text();
        world.issuer.create_service_client(&by, "HR", &issuance::Scope::ALL).await.unwrap();
        let machine = world.issuer.list_service_clients("undp").await.unwrap().remove(0).id;
        world.person("77777").await;
        let new = NewRun { why: issuance::Reissue::First, station: None, ending_before: None };
        let run = world.issuer.create_run(&by, &new).await.unwrap();
        let fund = Actor { tenant: "unjspf".into(), officer: "officer".into() };
        let retiree = issuance::import::Retiree {
            uid: "100482317".into(),
            given_name: "Margaret".into(),
            family_name: "Ellison".into(),
            country: None,
            language: None,
            email: None,
        };
        let beneficiary = world.issuer.add_beneficiary(&fund, retiree).await.unwrap();
        let request = world.issuer.ask(&fund, &beneficiary).await.unwrap();
        let wanted = [issuance::webhook::EventKind::OfferCreated];
        let (webhook, _) =
            world.issuer.create_webhook(&by, "https://minutes.example/", &wanted).await.unwrap();
        world.issuer.test_webhook(&by, &webhook).await.unwrap();
        let view = world.issuer.view_webhook("undp", &webhook).await.unwrap();
        Self {
            fund: FundThings::made(world, &fund, &beneficiary).await,
            webhook,
            delivery: view.deliveries[0].id.clone(),
            person: "s-10023".to_owned(),
            offer,
            upload: upload.rsplit('/').next().unwrap().to_owned(),
            document: between(&documents, "href=\"/console/documents/", "/receipt").to_owned(),
            officer: between(&officers, "href=\"/console/officers/", "\"").to_owned(),
            machine,
            key_change: key_change(world).await,
            proposal: between(&proposals, "action=\"/console/approvals/", "/").to_owned(),
            run,
            beneficiary,
            request,
        }
    }

    /// The address of a page about one of these things.
    fn path(&self, template: &str) -> String {
        let template = template.replace("{place:staff|retirees}", "staff");
        let template = match template.starts_with("/webhooks") {
            true => template.replace("{event}", &self.delivery),
            false => template.replace("{event}", "offer-made").replace("{language}", "fr"),
        };
        let template = template.replace("{fragment}", "key-ed25519-1").replace("{kind}", "StaffIdentity");
        let template = template
            .replace("{person}", &self.fund.person)
            .replace("{legal}", &self.fund.legal_hold)
            .replace("{erasure}", &self.fund.erasure)
            .replace("{hold}", "h")
            .replace("{part}", "1");
        let template = template
            .replace("{proof}", &self.fund.proof)
            .replace("{day}", "2026-07-17")
            .replace("{year}", "2028");
        let id = match template.split('/').nth(1).unwrap_or_default() {
            "approvals" => &self.proposal,
            "documents" => &self.document,
            "enrolment" if template.starts_with("/enrolment/{id}") => &self.fund.enrolment,
            "enrolment" => BOOKED,
            "fund" if template.starts_with("/fund/proofs") => &self.fund.proof,
            "fund" if template.starts_with("/fund/register") => &self.fund.import,
            "fund" if template.starts_with("/fund/mailings") => &self.fund.mailing,
            "fund" if template.starts_with("/fund/invitations") => &self.fund.invitations,
            "fund" if template.starts_with("/fund/cases") => &self.fund.case,
            "fund" if template.starts_with("/fund/scans") => &self.fund.scan,
            "fund" if template.starts_with("/fund/payroll") => &self.fund.payroll,
            "fund" => &self.fund.list,
            "imports" => &self.upload,
            "keys" => &self.key_change,
            "machines" => &self.machine,
            "offers" => &self.offer,
            "officers" => &self.officer,
            "reissues" => &self.run,
            "requests" => &self.request,
            "retirees" => &self.beneficiary,
            "webhooks" => &self.webhook,
            _ => &self.person,
        };
        format!("/console{}", template.replace("{id}", id))
    }
}

impl FundThings {
    async fn made(world: &World, by: &Actor, beneficiary: &str) -> Self {
        let rows = "uid,family_name,birth_date,country,address,in_payment_since\n\
            100000001,Ellison,1950-01-01,FRA,,\n100000002,Baker,1950-01-01,FRA,1 rue A,2010-01-01\n";
        let file = issuance::import::File { bytes: rows.as_bytes(), sheet: None };
        let source = issuer::app::RegisterSource::Sheet { name: "people.csv", file };
        let import = world.issuer.upload_register(by, source).await.unwrap();
        world.issuer.confirm_register(by, &import).await.unwrap();
        world.issuer.work_off_registers().await.unwrap();
        world.issuer.run_fund_night(by).await.unwrap();
        let person = world.issuer.find_fund_person("unjspf", "100000001").await.unwrap().unwrap();
        let new = issuer::app::NewProof {
            person: person.clone(),
            channel: entitlement::cycle::Channel::Paper,
            captured_at: crate::support::start_time(),
            received_at: None,
            digests: vec!["ab".repeat(32)],
            helper: None,
            operator: None,
            remark: String::new(),
            accept: false,
        };
        let proof = world.issuer.enter_proof(by, &new).await.unwrap().id;
        let payroll = "2027-06-01".parse().unwrap();
        let list = world.issuer.prepare_list(by, 2026, payroll).await.unwrap();
        let new = issuer::app::NewMailing {
            kinds: vec!["mail-paper".into()],
            telephone: "+1 212 963 6931".into(),
            return_address: "New York".into(),
        };
        // Nobody is asked by a form on the day of this test.
        let form = store_issuer::fund::EffectRow {
            key: "form".into(),
            person: world.issuer.find_fund_person("unjspf", "100000002").await.unwrap().unwrap(),
            year: 2027,
            rule: "first-mailing".into(),
            kind: "mail-paper".into(),
            content: r#"{"mailPaper":{"mailing":1,"askedBackBy":"2027-08-14"}}"#.into(),
            asked_at: crate::support::start_time(),
            done_at: None,
            done_by: None,
        };
        let mut tx = world.issuer.store().write("test").await.unwrap();
        tx.ask_fund_effect("unjspf", &form).await.unwrap();
        tx.commit().await.unwrap();
        let mailing = world.issuer.make_mailing(by, &new).await.unwrap();
        world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
        let blank = paper::png("no form", 8).unwrap();
        let scan = world.issuer.read_scan(by, blank).await.unwrap().remove(0).scan.id;
        let death = issuer::app::CaseType::Death;
        let case = world.issuer.open_case(by, &person, death, "a neighbour called").await.unwrap();
        let enrolment = world.issuer.invite_to_enrol(by, beneficiary).await.unwrap().enrolment;
        let slot = store_issuer::SlotRow {
            id: BOOKED.into(),
            agent: by.officer.clone(),
            starts_at: crate::support::start_time() + chrono::Duration::days(1),
            minutes: 20,
            language: "en".into(),
            way: "video".into(),
            opened_at: crate::support::start_time(),
        };
        let mut tx = world.issuer.store().write("test").await.unwrap();
        tx.insert_slot("unjspf", &slot).await.unwrap();
        tx.book("unjspf", (BOOKED, BOOKED, &enrolment), crate::support::start_time()).await.unwrap();
        tx.commit().await.unwrap();
        let soon = clock::Clock::now(&world.clock).date_naive() + chrono::Duration::days(30);
        let erasure = world.issuer.ask_to_erase_pictures(by, beneficiary, "asked").await.unwrap();
        let legal_hold = world.issuer.place_legal_hold(by, beneficiary, "a court", soon).await.unwrap();
        let mut tx = world.issuer.store().write("test").await.unwrap();
        let stop = store_issuer::fund::EffectRow {
            key: "stop".into(),
            person: person.clone(),
            year: 2026,
            rule: "benefit-ended".into(),
            kind: "stop-payment".into(),
            content: r#"{"stopPayment":{"from":"2026-02-28"}}"#.into(),
            asked_at: crate::support::start_time(),
            done_at: None,
            done_by: None,
        };
        tx.ask_fund_effect("unjspf", &stop).await.unwrap();
        tx.commit().await.unwrap();
        let payroll = world.issuer.make_payroll_changes(by).await.unwrap().unwrap().row.id;
        let everybody = issuer::app::NewInvitations::default();
        let invitations = world.issuer.select_invitations(by, &everybody).await.unwrap();
        Self {
            person,
            proof,
            import,
            list,
            mailing,
            scan,
            case,
            enrolment,
            legal_hold,
            erasure,
            payroll,
            invitations,
        }
    }
}

/// One that is being carried out.
async fn key_change(world: &World) -> String {
    let act = issuance::KeyAct {
        id: "change".into(),
        change: issuance::KeyChange::Rotate,
        fragment: "key-ed25519-1".into(),
        multikey: "z".into(),
        fresh: None,
        ordered_by: "officer".into(),
        ordered_at: crate::support::start_time(),
        state: issuance::KeyActState::Open,
    };
    let mut tx = world.issuer.store().write("test").await.unwrap();
    tx.insert_key_act("undp", &act).await.unwrap();
    tx.commit().await.unwrap();
    act.id
}

fn is_upload(template: &str) -> bool {
    ["imports", "portrait", "/proofs", "/fund/register", "/fund/invitations", "/decide"]
        .iter()
        .any(|end| template.ends_with(end))
}

async fn send(browser: &Browser, page: &Page, path: &str) -> u16 {
    let (method, template, _, fields) = page;
    match (*method, is_upload(template)) {
        ("get", _) => browser.get(path).await.status,
        (_, true) => browser.upload(path, "list.csv", b"uid\n").await.status,
        _ => browser.post(path, fields).await.status,
    }
}

#[test]
fn the_table_names_every_page_of_the_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/console");
    let mut found = BTreeSet::new();
    let files = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let below =
        files(&folder).filter(|path| path.is_dir()).flat_map(|folder| files(&folder).collect::<Vec<_>>());
    for path in files(&folder).filter(|path| path.is_file()).chain(below) {
        // Signing in comes before any session; `/` only leads to the console.
        if ["sign_in.rs", "mod.rs"].iter().any(|known| path.ends_with(known)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for method in ["get", "post", "put", "delete", "patch"] {
            let begin = format!("#[{method}(\"");
            for rest in text.split(&begin).skip(1) {
                found.insert((method.to_owned(), rest.split_once('"').unwrap().0.to_owned()));
            }
        }
    }
    let bare = |path: &str| path.split('?').next().unwrap().to_owned();
    let known: BTreeSet<_> =
        PAGES.iter().map(|(method, path, ..)| ((*method).to_owned(), bare(path))).collect();
    assert_eq!(found, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_page_or_sends_a_form() {
    let world = World::start().await;
    let nobody = Browser::new(&world, "nobody");
    for page in PAGES {
        let path = format!("/console{}", page.1.replace("{place:staff|retirees}", "staff"));
        let status = send(&nobody, page, &path).await;
        assert!(matches!(status, 303 | 401), "{} {}: {status}", page.0, page.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_form_asks_for_its_role() {
    let world = World::start_with(FourEyes::Always).await;
    let owner = Browser::officer(&world, "undp", "Ann").await;
    let things = Things::made(&world, &owner).await;
    for role in Role::ALL {
        let roles = Roles::of(&[role]);
        let browser = Browser::officer_as(&world, "undp", role.title(), roles).await;
        for page in PAGES.iter().filter(|(_, path, asked, _)| asked.is_some() && *path != "/officers/links") {
            let allowed = roles.may(page.2.unwrap());
            // Forms lead nowhere, so that no role spoils the next one's things.
            let path = match page.0 {
                "get" => things.path(page.1),
                _ => things.path(page.1).replace("s-10023", "unknown"),
            };
            let status = if page.0 == "post" && allowed { 0 } else { send(&browser, page, &path).await };
            assert_eq!(status == 403, !allowed, "{role:?} {} {}: {status}", page.0, page.1);
        }
        let invited = browser.post("/console/officers/links", &[]).await.status;
        assert_eq!(invited, if roles.may(Administer) { 422 } else { 403 }, "{role:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_finds_nothing_and_its_own_people_do() {
    let world = World::start_with(FourEyes::Always).await;
    let owner = Browser::officer(&world, "undp", "Ann").await;
    let fund = Browser::officer(&world, "unjspf", "Flo").await;
    let stranger = Browser::officer(&world, "wfp", "Eve").await;
    let things = Things::made(&world, &owner).await;
    let about_one: Vec<_> =
        PAGES.iter().filter(|(_, path, ..)| path.contains("{id}") || path.contains("{person}")).collect();
    for page in &about_one {
        let path = things.path(page.1);
        assert_eq!(send(&stranger, page, &path).await, 404, "{} {}", page.0, page.1);
    }
    for page in &about_one {
        let of_fund =
            ["/retirees", "/requests", "/fund", "/enrolment"].iter().any(|begin| page.1.starts_with(begin));
        let whose = match of_fund {
            true => &fund,
            false => &owner,
        };
        let status = send(whose, page, &things.path(page.1)).await;
        assert!(status != 404 && status < 500, "{} {}: {status}", page.0, page.1);
    }
    let lists = PAGES.iter().filter(|(method, path, ..)| {
        *method == "get" && !path.contains("{id}") && !path.contains("{person}")
    });
    for page in lists {
        let text = stranger.get(&things.path(page.1)).await.text();
        for secret in ["Okafor", "10023", "Ellison", "minutes", "staff.csv", "Ann<"] {
            assert!(!text.contains(secret), "{}: {secret}", page.1);
        }
    }
}
