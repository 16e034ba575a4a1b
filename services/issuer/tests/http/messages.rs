//! Messages by real SMTP to a mail server in this process: what is told, to whom, once, and never a link or a code.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::Duration;
use issuance::message::{Language, MessageEvent};
use issuance::{CredentialType, Reason, ReasonCode, Reissue, ServiceEnd, Status, StatusMove};
use issuer::app::{Contact, OfferLink};
use issuer::{ConfigError, MessagesConfig, Security};
use mail_sink::{Letter, Listening, Sink, listen};
use serde_json::json;

use crate::console::Browser;
use crate::support::{Holder, LDP, SD_JWT, World, new_offer};

struct Post {
    world: World,
    sink: Arc<Sink>,
    _listening: Listening,
}

const ADDRESS: &str = "amina.okafor@undp.example";

impl Post {
    async fn start() -> Self {
        let sink = Arc::new(Sink::default());
        let listening = listen(&sink, &[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
        let world = World::start_with_mail(listening.addresses[0]).await;
        Self { world, sink, _listening: listening }
    }

    async fn person(&self, language: Option<Language>) -> String {
        let id = self.world.person("10023").await;
        let contact = Contact { email: ADDRESS.into(), language };
        self.world.issuer.set_contact(&World::officer(), &id, Some(&contact)).await.unwrap();
        id
    }

    async fn offer(&self, id: &str) -> OfferLink {
        self.world.issuer.create_offer(&World::officer(), &new_offer(id.to_owned())).await.unwrap()
    }

    /// What comes of one run, in the order of the subjects.
    async fn sent(&self) -> Vec<Letter> {
        let before = self.sink.letters().len();
        let count = self.world.issuer.send_messages(self.world.tenant("undp")).await.unwrap();
        let mut letters = self.sink.letters();
        letters.truncate(letters.len() - before);
        // The clock stands still, so what was queued at one moment has no order.
        letters.sort_by(|one, other| one.subject.cmp(&other.subject));
        assert_eq!(letters.len(), count);
        letters
    }

    async fn recall(&self) -> usize {
        self.world.issuer.recall(self.world.tenant("undp")).await.unwrap()
    }
}

fn subjects(letters: &[Letter]) -> Vec<&str> {
    letters.iter().map(|letter| letter.subject.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_told_without_its_link_and_without_its_code() {
    let post = Post::start().await;
    let person = post.person(Some(Language::Arabic)).await;
    let offer = post.offer(&person).await;
    let letters = post.sent().await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.recipients, [ADDRESS]);
    assert_eq!(letter.from, "UNDP <no-reply@undp.example>");
    assert_eq!((letter.language.as_deref(), letter.direction()), (Some("ar"), "rtl"));
    assert_eq!(letter.subject, "تعرض عليك UNDP وثيقة اعتماد رقمية");
    assert!(letter.text.contains("Amina Okafor") && letter.text.contains("هوية الموظف"));
    let html = letter.html.as_deref().unwrap();
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">") && html.contains("Amina Okafor"));
    assert!(letter.source.contains("Reply-To: hr@undp.example"));
    assert!(letter.source.contains("Auto-Submitted: auto-generated"));
    let token = offer.uri.rsplit('/').next().unwrap();
    let code = offer.transaction_code.as_deref().unwrap();
    for part in [&letter.text, html, &letter.subject] {
        for secret in ["://", token, code, "openid", "href"] {
            assert!(!part.contains(secret), "{secret}");
        }
    }
    assert!(post.sent().await.is_empty(), "sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_offered_something_again_by_a_run_is_told() {
    let post = Post::start().await;
    let person = post.person(None).await;
    let (offer, holder) = (post.offer(&person).await, Holder::new(7));
    post.world.credential(&offer, LDP, &holder).await;
    post.sent().await;
    let browser = Browser::officer(&post.world, "undp", "Ann").await;
    let page = Browser::path_of(&browser.post("/console/reissues", &[("why", "renewal")]).await);
    browser.post(&format!("{page}/confirm"), &[]).await;
    post.world.issuer.work_off_runs().await.unwrap();
    assert_eq!(subjects(&post.sent().await), ["UNDP offers you a digital credential"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_a_credential_is_told_step_by_step_and_formats_together() {
    let post = Post::start().await;
    let (issuer, by) = (&post.world.issuer, World::officer());
    let person = post.person(None).await;
    let (offer, holder) = (post.offer(&person).await, Holder::new(7));
    for configuration in [LDP, SD_JWT] {
        post.world.credential(&offer, configuration, &holder).await;
    }
    let told = post.sent().await;
    assert_eq!(
        subjects(&told),
        ["UNDP offers you a digital credential", "You have received a digital credential of UNDP"],
        "two formats are one credential"
    );
    assert!(told[1].text.contains("Staff identity"));

    let suspend = StatusMove::new(
        Status::Suspended,
        Reason { code: ReasonCode::Inquiry, note: Some("a secret note".into()) },
    );
    issuer.change_subject_status(&by, &person, None, &suspend).await.unwrap();
    let told = post.sent().await;
    assert_eq!(subjects(&told), ["UNDP has suspended your digital credential"]);
    assert!(!told[0].text.to_lowercase().contains("inquiry") && !told[0].text.contains("secret"));
    let lift = StatusMove::new(Status::Valid, ReasonCode::InquiryClosed.into());
    issuer.change_subject_status(&by, &person, None, &lift).await.unwrap();
    issuer.change_subject_status(&by, &person, None, &lift).await.unwrap();
    assert_eq!(subjects(&post.sent().await), ["Your digital credential of UNDP is valid again"]);

    let types = vec![CredentialType::StaffIdentity];
    let again = issuer.offer_again(&by, &person, types.clone(), Reissue::Renewal).await.unwrap();
    post.world.credential(&again, LDP, &holder).await;
    let told = post.sent().await;
    assert_eq!(
        subjects(&told),
        ["UNDP offers you a digital credential", "Your digital credential of UNDP was renewed"],
        "and no revocation is told"
    );

    let lost = issuer.offer_again(&by, &person, types, Reissue::PhoneLost).await.unwrap();
    post.world.credential(&lost, LDP, &Holder::new(8)).await;
    let told = post.sent().await;
    assert_eq!(
        subjects(&told),
        [
            "UNDP has suspended your digital credential",
            "UNDP offers you a digital credential",
            "Your digital credential of UNDP was replaced"
        ]
    );
    issuer.end_service(&by, &person, ServiceEnd::Separated, None).await.unwrap();
    assert_eq!(subjects(&post.sent().await), ["UNDP has revoked your digital credential"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_to_the_dead_or_to_whoever_has_no_address() {
    let post = Post::start().await;
    let (issuer, by) = (&post.world.issuer, World::officer());
    let person = post.person(None).await;
    let offer = post.offer(&person).await;
    post.world.credential(&offer, LDP, &Holder::new(7)).await;
    assert_eq!(post.sent().await.len(), 2);
    issuer.end_service(&by, &person, ServiceEnd::Deceased, None).await.unwrap();
    assert!(post.sent().await.is_empty());

    let silent = post.world.person("10024").await;
    post.offer(&silent).await;
    assert!(post.sent().await.is_empty());

    // Whoever takes the address away gets nothing of what waited.
    let third = post.world.person("10025").await;
    let contact = Contact { email: "c@undp.example".into(), language: None };
    issuer.set_contact(&by, &third, Some(&contact)).await.unwrap();
    post.offer(&third).await;
    issuer.set_contact(&by, &third, None).await.unwrap();
    assert!(post.sent().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_are_told_before_they_come_and_once() {
    let post = Post::start().await;
    let (clock, person) = (&post.world.clock, post.person(Some(Language::French)).await);
    let offer = post.offer(&person).await;
    post.sent().await;
    assert_eq!(post.recall().await, 0);
    clock.advance(Duration::days(26));
    assert_eq!((post.recall().await, post.recall().await), (1, 0));
    assert_eq!(subjects(&post.sent().await), ["Votre offre de UNDP prend fin le 14 février 2027"]);
    clock.advance(Duration::days(5));
    assert_eq!((post.recall().await, post.recall().await), (1, 0));
    assert_eq!(subjects(&post.sent().await), ["Votre offre de UNDP a expiré"]);

    post.world.issuer.renew_transaction_code(&World::officer(), &offer.offer_id).await.unwrap();
    let link = post.world.issuer.offer_link(&World::officer(), &offer.offer_id).await.unwrap();
    for configuration in [LDP, SD_JWT] {
        // The clock moved, so the proof is made for now.
        let token = post.world.token(&link).await;
        let holder = Holder::new(7);
        let iat = clock::Clock::now(clock).timestamp();
        let proof = holder.proof_with(&post.world.nonce().await, &json!({}), &json!({"iat": iat}));
        let body = json!({"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}});
        assert_eq!(post.world.post("/t/undp/credential", &body, Some(&token)).await.status, 200);
    }
    assert_eq!(post.sent().await.len(), 1, "received");
    clock.advance(Duration::days(330));
    assert_eq!(post.recall().await, 0);
    clock.advance(Duration::days(10));
    assert_eq!((post.recall().await, post.recall().await), (1, 0), "both formats together");
    assert!(post.sent().await[0].subject.starts_with("Votre justificatif numérique de UNDP prend fin le"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_costs_time_and_no_message() {
    let sink = Arc::new(Sink::default());
    let listening = listen(&sink, &[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
    let address = listening.addresses[0];
    drop(listening);
    let world = World::start_with_mail(address).await;
    let person = world.person("10023").await;
    let contact = Contact { email: ADDRESS.into(), language: None };
    world.issuer.set_contact(&World::officer(), &person, Some(&contact)).await.unwrap();
    for _ in 0..2 {
        world.issuer.create_offer(&World::officer(), &new_offer(person.clone())).await.unwrap();
    }
    let tenant = world.tenant("undp").clone();
    // The runtime closes the old socket a moment after the drop; until then the port may still answer.
    let sent = world.issuer.send_messages(&tenant).await.unwrap();
    assert_eq!(sent, 0);
    let outbox = world.issuer.outbox(&tenant).await.unwrap();
    let tries: Vec<_> = outbox.waiting.iter().map(|row| row.tries).collect();
    assert_eq!(tries, [0, 1], "the second is spared the try");
    assert_eq!(world.issuer.send_messages(&tenant).await.unwrap(), 0);

    let _back = listen(&sink, &[address]).unwrap();
    world.clock.advance(Duration::minutes(2));
    assert_eq!(world.issuer.send_messages(&tenant).await.unwrap(), 2);
    let ids: std::collections::BTreeSet<_> =
        sink.letters().into_iter().map(|letter| letter.message_id.unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().all(|id| id.ends_with("@undp.example")), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_sender_died_goes_out_again_under_the_same_id() {
    let post = Post::start().await;
    let person = post.person(None).await;
    post.offer(&person).await;
    // As after a crash between sending and marking: taken, and nothing more was heard.
    let now = clock::Clock::now(&post.world.clock);
    let mut tx = post.world.issuer.store().write("test").await.unwrap();
    let row = tx.list_messages_of("undp", &person).await.unwrap().remove(0);
    assert!(tx.claim_message("undp", &row, now + Duration::minutes(5)).await.unwrap());
    tx.commit().await.unwrap();
    assert!(post.sent().await.is_empty(), "it may be on its way");
    post.world.clock.advance(Duration::minutes(5));
    let letters = post.sent().await;
    assert_eq!(letters[0].message_id, Some(format!("{}@undp.example", row.id)), "the id is the row's");
    assert_eq!(post.world.issuer.outbox(post.world.tenant("undp")).await.unwrap().counts[1].1, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_writes_a_text_sees_it_before_and_can_take_it_back() {
    let post = Post::start().await;
    let admin = Browser::officer(&post.world, "undp", "Ann").await;
    let path = "/console/messages/texts/offer-made/fr";
    let text = "Cher {name} <b>,</b>\r\n\r\n{credentials}";
    let shown = admin.post(path, &[("subject", "Bonjour"), ("body", text), ("act", "preview")]).await;
    assert_eq!(shown.status, 200);
    let shown = shown.text();
    assert!(
        shown.contains("Camille Fournier &#60;b&#62;") || shown.contains("Camille Fournier &lt;b&gt;"),
        "{shown}"
    );
    assert!(shown.contains("Not saved"));
    let refused = admin.post(path, &[("subject", "S"), ("body", "{link}"), ("act", "save")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("is no placeholder of this message"));

    let saved = admin.post(path, &[("subject", "Bonjour"), ("body", text), ("act", "save")]).await;
    assert_eq!(saved.status, 303);
    let person = post.person(Some(Language::French)).await;
    post.offer(&person).await;
    let letters = post.sent().await;
    assert_eq!(subjects(&letters), ["Bonjour"]);
    assert!(letters[0].text.starts_with("Cher Amina Okafor <b>,</b>"));
    assert!(letters[0].html.as_deref().unwrap().contains("Cher Amina Okafor &lt;b&gt;,&lt;/b&gt;"));
    assert!(letters[0].text.contains("lien de connexion"), "the last lines stay");
    let trail = admin.get("/console/activity?area=template").await.text();
    assert!(trail.contains("template.change") || trail.contains("offer-made/fr"), "{trail}");

    let other =
        post.world.issuer.find_text(post.world.tenant("wfp"), MessageEvent::OfferMade, Language::French);
    assert!(other.await.unwrap().own.is_none(), "each organisation has its own");
    assert_eq!(admin.post(&format!("{path}/restore"), &[]).await.status, 303);
    post.offer(&person).await;
    assert_eq!(subjects(&post.sent().await), ["UNDP vous propose un justificatif numérique"]);
    assert_eq!(admin.get("/console/messages/texts/offer-made/xx").await.status, 404);
    assert_eq!(admin.get("/console/messages/texts/sign-in/fr").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_kept_sealed_and_shown_to_who_may_see_people() {
    let post = Post::start().await;
    let officer = Browser::officer(&post.world, "undp", "Ann").await;
    post.world.person("10023").await;
    let path = "/console/people/s-10023/contact";
    assert_eq!(officer.post(path, &[("email", "no address"), ("language", "fr")]).await.status, 400);
    assert_eq!(officer.post(path, &[("email", ADDRESS), ("language", "fr")]).await.status, 303);
    let page = officer.get("/console/staff/s-10023").await.text();
    assert!(page.contains(ADDRESS) && page.contains("Français"));
    let mut tx = post.world.issuer.store().read().await.unwrap();
    let row = tx.find_contact("undp", "s-10023").await.unwrap().unwrap();
    assert!(!row.email_sealed.windows(4).any(|bytes| bytes == b"undp"), "sealed");
    drop(tx);
    assert!(!officer.get("/console/activity").await.text().contains(ADDRESS), "not in the audit trail");
    assert_eq!(officer.post(path, &[("email", " ")]).await.status, 303);
    assert!(!officer.get("/console/staff/s-10023").await.text().contains(ADDRESS));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_brings_addresses_and_its_offers_are_told() {
    let post = Post::start().await;
    let officer = Browser::officer(&post.world, "undp", "Ann").await;
    let list = "staff_number,given_name,family_name,job_title,grade,duty_station,email,language\n\
        1001,Lucía,Herrera,Analyst,P-3,Nairobi,lucia@undp.example,es\n\
        1002,Wei,Li,Analyst,P-3,Nairobi,,zh\n\
        1003,Bad,Address,Analyst,P-3,Nairobi,nowhere,\n";
    let upload = Browser::path_of(&officer.upload("/console/imports", "staff.csv", list.as_bytes()).await);
    assert!(officer.get(&upload).await.text().contains("an address looks like name@example.org"));
    officer.post(&format!("{upload}/confirm"), &[]).await;
    post.world.issuer.work_off_uploads().await.unwrap();
    let letters = post.sent().await;
    assert_eq!(subjects(&letters), ["UNDP le ofrece una credencial digital"]);
    assert_eq!(letters[0].recipients, ["lucia@undp.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_leave_this_machine_by_tls_only_and_for_known_organisations() {
    let config = Post::start().await.world.config();
    let with = |change: fn(&mut MessagesConfig)| {
        let mut changed = config.clone();
        change(changed.messages.as_mut().unwrap());
        changed.check()
    };
    assert!(with(|_| ()).is_ok());
    let elsewhere = with(|messages| messages.smtp.host = "mail.undp.example".into());
    assert!(matches!(elsewhere, Err(ConfigError::PlainMail)), "{elsewhere:?}");
    let secured = with(|messages| {
        messages.smtp.host = "mail.undp.example".into();
        messages.smtp.security = Security::Starttls;
    });
    assert!(secured.is_ok());
    let password = with(|messages| messages.smtp.username = Some("passerelle".into()));
    assert!(matches!(password, Err(ConfigError::MailPassword)), "{password:?}");
    let sender = with(|messages| messages.from = "nobody".into());
    assert!(matches!(sender, Err(ConfigError::Address(_))), "{sender:?}");
    let stranger = with(|messages| {
        messages.reply_to.insert("nowhere".into(), "a@b.org".into());
    });
    assert!(matches!(stranger, Err(ConfigError::MailTenant(_))), "{stranger:?}");
}
