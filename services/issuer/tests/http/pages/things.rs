//! One of each thing that a page can be about.

use issuance::Actor;
use issuer::app::{NewDocument, NewRun};

use crate::console::{Browser, between};
use crate::support::World;

/// One of each thing that a page can be about, of the organisation that owns it.
pub(super) struct Things {
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
    pub(super) async fn made(world: &World, owner: &Browser) -> Self {
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
    pub(super) fn path(&self, template: &str) -> String {
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
