//! Messages about enrolments by real SMTP: once, by day, while they are so, and never a link or the code.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::Duration;
use issuance::import::Retiree;
use issuer::app::NewSlots;
use mail_sink::{Letter, Listening, Sink, listen};
use testkit::b64;
use wire::enrolment::AppointmentChoice;

use crate::enrolment::{claim, name_key};
use crate::existence::officer;
use crate::fund::at;
use crate::support::{Holder, World, json as body};

struct Post {
    world: World,
    sink: Arc<Sink>,
    _listening: Listening,
}

impl Post {
    /// Half past seven on a winter morning in Britain, where nobody is written to before nine.
    async fn start() -> Self {
        let sink = Arc::new(Sink::default());
        let listening = listen(&sink, &[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
        let world = World::start_with_mail(listening.addresses[0]).await;
        world.clock.set(at("2027-01-15", 7));
        Self { world, sink, _listening: listening }
    }

    /// Somebody who was invited, and the code of the letter.
    async fn invited(&self, uid: &str, email: Option<&str>) -> String {
        let retiree = Retiree {
            uid: uid.into(),
            given_name: "Margaret".into(),
            family_name: "Ellison".into(),
            country: Some("GBR".into()),
            language: Some("fr".into()),
            email: email.map(str::to_owned),
        };
        let person = self.world.issuer.add_beneficiary(&officer(), retiree).await.unwrap();
        self.world.issuer.invite_to_enrol(&officer(), &person).await.unwrap().code
    }

    /// The same with a wallet that used the code: its secret.
    async fn claimed(&self, uid: &str, seed: u8) -> String {
        let code = self.invited(uid, Some("m.ellison@example.org")).await;
        self.claim(uid, &code, seed).await
    }

    async fn claim(&self, uid: &str, code: &str, seed: u8) -> String {
        let secret = b64([seed; 32]);
        let status = body(&claim(&self.world, uid, code, &secret).await);
        let id = status["id"].as_str().unwrap().to_owned();
        let claimed = crate::enrolment::Claimed::new(secret.clone(), id);
        assert_eq!(name_key(&self.world, &claimed, &Holder::new(seed.into())).await.status, 200);
        secret
    }

    /// Opens one time on this day at ten.
    async fn open(&self, day: &str) {
        let new = NewSlots {
            starts_at: at(day, 10),
            minutes: 20,
            count: 1,
            language: "fr".into(),
            way: "video".into(),
        };
        assert_eq!(self.world.issuer.open_slots(&officer(), &new).await.unwrap(), 1);
    }

    async fn book(&self, secret: &str, slot: Option<String>) {
        let choice = AppointmentChoice { slot };
        self.world.issuer.choose_appointment("unjspf", Some(secret), &choice).await.unwrap();
    }

    async fn recall(&self) -> usize {
        self.world.issuer.recall_enrolments(self.world.tenant("unjspf")).await.unwrap()
    }

    async fn sent(&self) -> Vec<Letter> {
        let before = self.sink.letters().len();
        self.world.issuer.send_messages(self.world.tenant("unjspf")).await.unwrap();
        let mut letters = self.sink.letters();
        letters.truncate(letters.len() - before);
        for letter in &letters {
            for part in [&letter.text, &letter.subject] {
                assert!(!part.contains("://") && !part.contains("www."), "{part}");
            }
        }
        letters
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invitation_is_recalled_once_after_two_weeks_by_day_while_nobody_used_it() {
    let post = Post::start().await;
    let code = post.invited("100482317", Some("m.ellison@example.org")).await;
    post.invited("100482318", None).await;
    let used = post.invited("100482319", Some("other@example.org")).await;
    post.world.clock.advance(Duration::days(13));
    assert_eq!(post.recall().await, 0);
    post.world.clock.advance(Duration::days(1));
    assert_eq!(post.recall().await, 2, "whoever has no address is not told by message");
    assert_eq!(post.recall().await, 0, "once");
    assert!(post.sent().await.is_empty(), "it is seven in the morning");
    post.claim("100482319", &used, 9).await;
    post.world.clock.advance(Duration::hours(2));
    let letters = post.sent().await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.recipients, ["m.ellison@example.org"], "not to whoever has used it meanwhile");
    assert_eq!(letter.subject, "Votre invitation de UNJSPF n’est pas encore utilisée");
    assert!(
        letter.text.contains("Margaret Ellison") && letter.text.contains("1er mars 2027"),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains(&code) && !letter.text.contains("100482317"));
}

#[tokio::test(flavor = "multi_thread")]
async fn appointment_is_told_the_day_before_and_not_when_it_was_cancelled_or_moved() {
    let post = Post::start().await;
    let secret = post.claimed("100482317", 7).await;
    for day in ["2027-01-20", "2027-01-21"] {
        post.open(day).await;
    }
    let slots = post.world.issuer.list_free_slots("unjspf", None).await.unwrap().0;
    post.book(&secret, Some(slots[0].id.clone())).await;
    post.world.clock.set(at("2027-01-18", 12));
    assert_eq!(post.recall().await, 0, "two days before");
    post.world.clock.set(at("2027-01-19", 7));
    assert_eq!(post.recall().await, 1);
    post.book(&secret, Some(slots[1].id.clone())).await;
    post.world.clock.set(at("2027-01-19", 11));
    assert!(post.sent().await.is_empty(), "the first one is cancelled");
    post.world.clock.set(at("2027-01-20", 22));
    assert_eq!(post.recall().await, 1);
    assert!(post.sent().await.is_empty(), "nobody is written to at night");
    post.world.clock.set(at("2027-01-21", 9));
    let letters = post.sent().await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter.subject, "Votre rendez-vous avec UNJSPF approche");
    assert!(letter.text.contains("le 21 janvier 2027 à 10:00 UTC"), "{}", letter.text);
    assert_eq!((post.recall().await, post.sent().await.len()), (0, 0), "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_a_place_hears_of_times_that_were_opened_since() {
    let post = Post::start().await;
    let secret = post.claimed("100482317", 7).await;
    post.world.clock.set(at("2027-01-15", 12));
    post.world.issuer.keep_place("unjspf", Some(&secret)).await.unwrap();
    assert_eq!(post.recall().await, 0, "there is none");
    post.world.clock.set(at("2027-01-16", 12));
    post.open("2027-01-25").await;
    assert_eq!((post.recall().await, post.recall().await), (1, 0));
    let letters = post.sent().await;
    assert_eq!(letters[0].subject, "UNJSPF a de nouveaux rendez-vous");

    // The next day another time is opened, and the person books before the message leaves.
    post.world.clock.set(at("2027-01-17", 7));
    post.open("2027-01-26").await;
    assert_eq!(post.recall().await, 1);
    let slots = post.world.issuer.list_free_slots("unjspf", None).await.unwrap().0;
    post.book(&secret, Some(slots[0].id.clone())).await;
    post.world.clock.set(at("2027-01-17", 12));
    assert!(post.sent().await.is_empty());
}
