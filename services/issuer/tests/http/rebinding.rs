//! A new device or an erased key: what binds another key to somebody who is enrolled, and what does not.

use chrono::Duration;
use serde_json::Value;
use testkit::faces;

use crate::captures::{following, with};
use crate::console::Browser;
use crate::enrolment::asked_after_enrolment;
use crate::existence::{Phone, send};
use crate::support::{World, json as body};

/// Somebody who is enrolled with the first phone and of whom the Fund has a picture, and who answers with the second one.
struct NewPhone {
    world: World,
    browser: Browser,
    old: Phone,
    new: Phone,
    id: String,
    path: String,
    person: String,
    request: Value,
}

impl NewPhone {
    async fn asked() -> Self {
        let world = World::start_seeing().await;
        let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
        let (old, new) = (Phone::new(5), Phone::new(6));
        let (id, path, _) = asked_after_enrolment(&world, &old).await;
        let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
        let form = format!("/console/retirees/{person}/portrait");
        browser.upload(&form, "face.jpg", &faces::photo("astronaut.png")).await;
        world.issuer.confirm_portrait(&crate::fund::officer("second"), &person).await.unwrap();
        let request = body(&world.get(&path).await);
        Self { world, browser, old, new, id, path, person, request }
    }

    /// Sends these pictures until they are taken, as somebody does to whom nothing better comes.
    async fn answers(&mut self, frames: impl Fn(&Value) -> Vec<Vec<u8>>) -> Value {
        for _ in 0..3 {
            let answer = with(&mut self.new, &self.request, &frames(&self.request), None);
            let said = body(&send(&self.world, &self.path, &answer).await);
            if said["state"] == "answered" {
                return said["outcome"]["reasons"].clone();
            }
            self.request = said;
            self.world.clock.advance(Duration::seconds(1));
        }
        panic!("never answered");
    }

    /// An officer confirms by this channel: the status of the answer.
    async fn confirm(&self, channel: &str) -> u16 {
        let form = format!("/console/requests/{}/confirm", self.id);
        let fields = [("channel", channel), ("same_person", "yes"), ("compared", "yes"), ("believed", "yes")];
        self.browser.post(&form, &fields).await.status
    }

    /// Whose key is bound, and how.
    async fn bound(&self) -> (&'static str, String) {
        let key = self.world.issuer.bound_key("unjspf", &self.person).await.unwrap().unwrap();
        let whose = if key.device_key == self.old.holder.thumbprint() { "old" } else { "new" };
        if whose == "new" {
            assert_eq!(key.device_key, self.new.holder.thumbprint());
            assert_eq!(self.world.issuer.officer_names("unjspf").await.unwrap()[&key.by], "Fatou Agent");
        }
        (whose, key.how)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_match_the_funds_bind_the_new_key_when_an_officer_agrees() {
    let mut case = NewPhone::asked().await;
    assert_eq!(case.answers(following).await, serde_json::json!(["officerConfirms"]));
    let page = case.browser.get(&format!("/console/requests/{}", case.id)).await.text();
    assert!(page.contains("data-testid=\"new-key\""), "the officer sees that the key is another one");
    assert_eq!(case.bound().await, ("old", "enrolment".into()), "nothing before the officer");
    assert_eq!(case.confirm("device").await, 303);
    assert_eq!(case.bound().await, ("new", "face".into()));
    let acts = case.browser.get("/console/activity").await.text();
    assert!(acts.contains("another key"), "{acts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_were_not_compared_or_do_not_match_bind_nothing_and_a_call_does() {
    type Frames = fn(&Value) -> Vec<Vec<u8>>;
    // The other reasons are cases of `captures::is_match`.
    let cases: [(&str, Frames); 2] = [
        ("otherPerson", |request| vec![faces::photo("grace_hopper.jpg"); following(request).len()]),
        ("tooDark", |request| following(request).iter().map(|it| faces::darker(it, 0.2)).collect()),
    ];
    for (reason, frames) in cases {
        let mut case = NewPhone::asked().await;
        assert_eq!(case.answers(frames).await, serde_json::json!([reason]));
        assert_eq!(case.confirm("device").await, 409, "{reason}");
        assert_eq!(case.bound().await, ("old", "enrolment".into()), "{reason}");
        assert_eq!(case.confirm("kiosk").await, 409, "{reason}: no station vouched");
        assert_eq!(case.confirm("call").await, 303, "{reason}: a new call");
        assert_eq!(case.bound().await, ("new", "call".into()), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_pictures_a_visit_binds_and_the_officer_cannot_go_by_pictures() {
    let mut case = NewPhone::asked().await;
    let answer = case.new.answer(&case.request);
    assert_eq!(send(&case.world, &case.path, &answer).await.status, 200);
    assert_eq!(case.confirm("device").await, 409);
    assert_eq!(case.bound().await, ("old", "enrolment".into()));
    assert_eq!(case.confirm("visit").await, 303);
    assert_eq!(case.bound().await, ("new", "visit".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_answer_leaves_the_key_as_it_was() {
    let mut case = NewPhone::asked().await;
    case.answers(following).await;
    let form = format!("/console/requests/{}/refuse", case.id);
    assert_eq!(case.browser.post(&form, &[("reason", "the line was odd")]).await.status, 303);
    assert_eq!(case.bound().await, ("old", "enrolment".into()));
}
