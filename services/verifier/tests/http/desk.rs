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
