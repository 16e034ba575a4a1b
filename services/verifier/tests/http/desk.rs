//! The desk without a network: a pack, a code, an answer, and nothing else.

use std::net::SocketAddr;
use std::sync::Arc;

use clock::SeededEntropy;
use keys::SoftwareKey;
use outbound::{Outbound, OutboundPolicy, Reply};
use url::Url;
use verifier::app::LocalDesk;

use crate::node::{Node, build, by_key, open, policy};
use crate::world::{Copy, Holder, Issuer, STAFF, World};

pub struct Served {
    world: World,
    undp: Issuer,
    holder: Holder,
    client: Outbound,
    origin: String,
    _running: web::Running,
}

/// A desk with a pack that knows UNDP, and a person whom UNDP employs.
pub async fn desk() -> Served {
    let (world, undp, holder) = people().await;
    serve(world, undp, holder, "staff-identity").await
}

async fn people() -> (World, Issuer, Holder) {
    let world = World::new();
    let undp = world.organisation("undp").await;
    world.accredit(&undp, STAFF, &[&undp.did]);
    let holder = world.holder();
    (world, undp, holder)
}

async fn serve(world: World, undp: Issuer, holder: Holder, policy_name: &str) -> Served {
    let mut node = Node::new();
    node.commit(&world);
    let file = build(&world, &node, &undp, &policy(policy_name)).await;
    let key: &SoftwareKey = &undp.p256;
    let pack = open(&world, &file, &by_key(key)).await.unwrap();
    let desk = LocalDesk::new(pack, Arc::new(world.clock.clone()), Arc::new(SeededEntropy::new(9)));
    let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = probe.local_addr().unwrap();
    drop(probe);
    let running = verifier::start_desk(desk, address.port()).await.unwrap();
    let policy = OutboundPolicy { allow_loopback: true, allow_http: true, ..OutboundPolicy::default() };
    let client = Outbound::new(&policy).unwrap();
    Served { world, undp, holder, client, origin: format!("http://{address}"), _running: running }
}

impl Served {
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.origin)).unwrap()
    }

    async fn page(&self) -> String {
        text(&self.client.get(&self.url("/desk"), "text/html", None).await.unwrap())
    }

    async fn check(&self, answer: &str, nonce: &str, headers: &[(&str, &str)]) -> Reply {
        self.check_with(answer, nonce, "", headers).await
    }

    async fn check_with(&self, answer: &str, nonce: &str, receipt: &str, headers: &[(&str, &str)]) -> Reply {
        let form = [("text", answer), ("nonce", nonce), ("receipt", receipt)];
        self.client.post_form(&self.url("/desk"), &form, headers).await.unwrap()
    }

    pub async fn copies(&self) -> [Copy; 2] {
        self.world.issue(&self.undp, &self.holder, &self.world.staff(&self.undp)).await
    }

    pub async fn answer(&self, copy: &Copy, nonce: &str, audience: &str) -> String {
        match self.world.present(&self.holder, copy, nonce, audience).await {
            serde_json::Value::String(text) => text,
            value => value.to_string(),
        }
    }
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.to_vec()).unwrap()
}

/// What stands in the element with this test id.
fn shown(page: &str, id: &str) -> String {
    let at = page.find(&format!("data-testid=\"{id}\"")).expect(id);
    let rest = &page[at..];
    let from = rest.find('>').unwrap() + 1;
    rest[from..rest[from..].find('<').unwrap() + from].to_owned()
}

#[actix_web::test]
async fn an_answer_to_the_desks_code_is_valid_once_in_every_format() {
    let desk = desk().await;
    for copy in desk.copies().await {
        let page = desk.page().await;
        let (nonce, audience) = (shown(&page, "nonce"), shown(&page, "audience"));
        let answer = desk.answer(&copy, &nonce, &audience).await;
        let first = text(&desk.check(&answer, &nonce, &[]).await);
        assert!(first.contains("data-outcome=\"pass\""), "{first}");
        assert!(!first.contains("data-testid=\"replayable\""));
        // The same bytes again, with the code that has been used and with the next person's.
        for nonce in [nonce, shown(&desk.page().await, "nonce")] {
            let again = text(&desk.check(&answer, &nonce, &[]).await);
            assert!(!again.contains("data-outcome=\"pass\""), "{again}");
        }
    }
}

#[actix_web::test]
async fn what_nobody_signed_for_this_desk_is_called_replayable() {
    let desk = desk().await;
    for copy in desk.copies().await {
        let given = match copy {
            Copy::Json(value) => value.to_string(),
            Copy::Compact(text) => text,
        };
        let page = text(&desk.check(&given, "", &[]).await);
        assert!(
            page.contains("data-testid=\"replayable\"") && page.contains("data-outcome=\"not-checked\""),
            "{page}"
        );
    }
}

/// A printed card as its codes are read: the text that they make.
fn card(credential: &str) -> String {
    let mut joining = paper::Joining::default();
    let codes = paper::parts(credential).unwrap();
    codes.iter().find_map(|code| joining.add(code).unwrap()).unwrap()
}

fn result_of(page: &str, check: &str) -> String {
    let at = page.find(&format!("data-check=\"{check}\"")).unwrap_or_else(|| panic!("{check}: {page}"));
    page[at..].split("data-code=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_card_is_labelled_each_time_and_told_when_it_comes_again() {
    let desk = desk().await;
    let [_, copy] = desk.copies().await;
    let Copy::Compact(credential) = copy else { panic!("an SD-JWT") };
    let first = text(&desk.check(&card(&credential), "", &[]).await);
    assert!(first.contains("data-testid=\"replayable\"") && !first.contains("data-testid=\"shown-before\""));
    desk.world.advance(120);
    // Another card of the same copy, with one claim less.
    let less = credential.split_inclusive('~').enumerate().filter(|(at, _)| *at != 1);
    let less: String = less.map(|(_, part)| part).collect();
    assert_ne!(less, credential);
    for again in [&credential, &less] {
        let again = text(&desk.check(&card(again), "", &[]).await);
        assert!(again.contains("data-testid=\"replayable\""), "{again}");
        assert!(again.contains("data-testid=\"shown-before\""), "{again}");
        assert!(!again.contains("data-outcome=\"pass\""), "{again}");
    }
    // What is signed for the desk is never called so.
    let page = desk.page().await;
    let (nonce, audience) = (shown(&page, "nonce"), shown(&page, "audience"));
    let answer = desk.answer(&Copy::Compact(credential), &nonce, &audience).await;
    let answered = text(&desk.check(&answer, &nonce, &[]).await);
    assert!(answered.contains("data-outcome=\"pass\"") && !answered.contains("shown-before"), "{answered}");
}

#[actix_web::test]
async fn a_card_that_has_ended_or_was_changed_is_refused() {
    let (world, undp, holder) = people().await;
    let mut ends = world.staff(&undp);
    ends.valid_until = Some(clock::Clock::now(&world.clock) + chrono::Duration::hours(2));
    let Copy::Compact(credential) = world.issue_compact(&undp, &holder, &ends).await else {
        panic!("an SD-JWT")
    };
    let desk = serve(world, undp, holder, "staff-identity").await;
    let good = text(&desk.check(&card(&credential), "", &[]).await);
    assert!(good.contains("data-outcome=\"not-checked\""), "only the holder is not proven: {good}");

    // One disclosed claim says something else, in codes that fit together.
    let disclosure = credential.split('~').nth(1).unwrap();
    let plain = String::from_utf8(testkit::unb64(disclosure).unwrap()).unwrap();
    let (head, value) = plain.rsplit_once(',').unwrap();
    let other = testkit::b64(format!("{head}, \"Somebody else\"]").as_bytes());
    assert!(!value.contains("Somebody else"));
    let payload = credential.split('.').nth(1).unwrap();
    let claims = String::from_utf8(testkit::unb64(payload).unwrap()).unwrap();
    let longer = testkit::b64(claims.replacen("\"exp\":1", "\"exp\":2", 1).as_bytes());
    assert_ne!(longer, payload);
    for changed in [credential.replacen(disclosure, &other, 1), credential.replacen(payload, &longer, 1)] {
        let refused = desk.check(&card(&changed), "", &[]).await;
        let page = text(&refused);
        let outcome = page.contains("data-outcome=\"fail\"") || refused.status == 422;
        assert!(outcome, "{page}");
    }
    // A letter that a reader got wrong: the codes do not make the text they were made from.
    let mut codes = paper::parts(&credential).unwrap();
    let last = codes.last_mut().unwrap();
    let end = if last.ends_with('A') { 'B' } else { 'A' };
    last.pop();
    last.push(end);
    let mut joining = paper::Joining::default();
    assert!(codes.iter().any(|code| joining.add(code).is_err()));

    desk.world.advance(2 * 3600 + 301);
    let late = text(&desk.check(&card(&credential), "", &[]).await);
    assert!(late.contains("data-outcome=\"fail\""), "{late}");
    assert!(result_of(&late, "Dates").contains("expired"), "{late}");
}

#[actix_web::test]
async fn a_code_ends_after_ten_minutes_and_the_pack_after_its_age() {
    let desk = desk().await;
    let [_, copy] = desk.copies().await;
    let page = desk.page().await;
    let (nonce, audience) = (shown(&page, "nonce"), shown(&page, "audience"));
    desk.world.advance(601);
    let answer = desk.answer(&copy, &nonce, &audience).await;
    let late = text(&desk.check(&answer, &nonce, &[]).await);
    assert!(!late.contains("data-outcome=\"pass\""));

    desk.world.advance(86_400);
    assert!(desk.page().await.contains("data-testid=\"too-old\""));
    let refused = desk.check(&answer, &nonce, &[]).await;
    assert_eq!(refused.status, 422);
    assert!(text(&refused).contains("too old"));
}

#[actix_web::test]
async fn strangers_pages_and_names_are_not_answered() {
    let desk = desk().await;
    let cross = desk.check("{}", "", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(cross.status, 403);
    let rebound = desk.check("{}", "", &[("host", "desk.example")]).await;
    assert!(matches!(rebound.status, 404 | 405), "{}", rebound.status);
    for (answer, status) in [("", 422), ("nothing", 422), ("{", 422)] {
        assert_eq!(desk.check(answer, "", &[]).await.status, status, "{answer}");
    }
    let large = "a".repeat(600 * 1024);
    assert_eq!(desk.check(&large, "", &[]).await.status, 413);
}

/// Files as a browser sends them.
async fn upload(desk: &Served, files: &[&[u8]], headers: &[(&str, &str)]) -> Reply {
    upload_for(desk, "none", files, headers).await
}

async fn upload_for(desk: &Served, nonce: &str, files: &[&[u8]], headers: &[(&str, &str)]) -> Reply {
    let head = "--desk\r\ncontent-disposition: form-data; name=\"nonce\"\r\n\r\n";
    let mut body = format!("{head}{nonce}\r\n").into_bytes();
    for file in files {
        body.extend_from_slice(
            b"--desk\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--desk--\r\n");
    let url = desk.url("/desk/file");
    desk.client.post_bytes(&url, "multipart/form-data; boundary=desk", body, headers).await.unwrap()
}

#[actix_web::test]
async fn a_certificate_and_pictures_of_its_codes_are_read_by_the_program() {
    let desk = desk().await;
    let [_, copy] = desk.copies().await;
    let Copy::Compact(credential) = copy else { panic!("an SD-JWT") };
    let certificate = crate::pictures::certificate(&credential);
    let pictures: Vec<_> =
        paper::parts(&credential).unwrap().iter().map(|code| paper::png(code, 4).unwrap()).collect();
    let pictures: Vec<&[u8]> = pictures.iter().map(Vec::as_slice).collect();
    let pasted = text(&desk.check(&credential, "", &[]).await);
    for files in [vec![certificate.as_slice()], pictures.clone()] {
        let reply = upload(&desk, &files, &[]).await;
        let page = text(&reply);
        assert_eq!(reply.status, 200, "{page}");
        assert!(page.contains("data-testid=\"replayable\""), "{page}");
        let outcome = |page: &str| {
            page.split("data-outcome=\"").nth(1).map(|it| it.split('"').next().unwrap().to_owned())
        };
        assert_eq!(outcome(&page), outcome(&pasted));
    }
    let half = upload(&desk, &pictures[..1], &[]).await;
    assert!(half.status == 422 && text(&half).contains("codes are there"));
    assert_eq!(upload(&desk, &[&certificate[..500]], &[]).await.status, 422);
    assert_eq!(upload(&desk, &[], &[]).await.status, 422);
    assert_eq!(upload(&desk, &[&certificate], &[("sec-fetch-site", "cross-site")]).await.status, 403);
    assert_eq!(upload(&desk, &[&vec![0; 33 * 1024 * 1024]], &[]).await.status, 413);
}

#[actix_web::test]
async fn a_receipt_among_the_files_proves_the_time_of_issue() {
    let (world, undp, holder) = people().await;
    let copies = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipt =
        |copy: &Copy, sequence: u64| serde_json::to_vec(&world.anchor(&undp, copy, sequence)).unwrap();
    let receipts = [receipt(&copies[0], 1), receipt(&copies[1], 2)];
    let desk = serve(world, undp, holder, "staff-identity-anchored").await;
    for (copy, receipt) in copies.iter().zip(&receipts) {
        let page = desk.page().await;
        assert!(page.contains("choose the credential's receipt together"), "{page}");
        let (nonce, audience) = (shown(&page, "nonce"), shown(&page, "audience"));
        let answer = desk.answer(copy, &nonce, &audience).await;
        let valid = text(&upload_for(&desk, &nonce, &[answer.as_bytes(), receipt], &[]).await);
        assert!(valid.contains("data-outcome=\"pass\""), "{valid}");
        let files = [answer.as_bytes(), &receipts[0], &receipts[1]];
        let both = upload_for(&desk, &nonce, &files, &[]).await;
        assert!(both.status == 422 && text(&both).contains("More than one receipt"));
    }
    assert_eq!(upload(&desk, &[&receipts[0]], &[]).await.status, 422, "a receipt is no credential");
}

#[actix_web::test]
async fn a_receipt_comes_with_an_answer_that_is_scanned_or_pasted() {
    let (world, undp, holder) = people().await;
    let [copy, other] = world.issue(&undp, &holder, &world.staff(&undp)).await;
    let receipt =
        |copy: &Copy, sequence: u64| serde_json::to_string(&world.anchor(&undp, copy, sequence)).unwrap();
    let receipts = [receipt(&copy, 1), receipt(&other, 2)];
    let desk = serve(world, undp, holder, "staff-identity-anchored").await;
    for (given, passes) in [("", false), (receipts[0].as_str(), true), (receipts[1].as_str(), false)] {
        let page = desk.page().await;
        assert!(page.contains("data-testid=\"receipt\""), "{page}");
        let (nonce, audience) = (shown(&page, "nonce"), shown(&page, "audience"));
        let answer = desk.answer(&copy, &nonce, &audience).await;
        let told = text(&desk.check_with(&answer, &nonce, given, &[]).await);
        assert_eq!(told.contains("data-outcome=\"pass\""), passes, "{told}");
    }
    let page = desk.page().await;
    let (nonce, audience) = (shown(&page, "nonce"), shown(&page, "audience"));
    let answer = desk.answer(&copy, &nonce, &audience).await;
    let refused = desk.check_with(&answer, &nonce, "no receipt", &[]).await;
    assert!(refused.status == 422 && text(&refused).contains("is no receipt"), "not checked without it");
    let after = text(&desk.check_with(&answer, &nonce, &receipts[0], &[]).await);
    assert!(after.contains("data-outcome=\"pass\""), "a slip of the hand uses up no code");
}
