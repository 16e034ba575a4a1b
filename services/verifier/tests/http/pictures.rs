//! A credential handed over as a picture: the same report as for its text, and no harm from hostile pictures.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use outbound::Reply;
use serde_json::{Value, json};
use url::Url;

use crate::harness::{Service, json_of};
use crate::world::Copy;

/// A running verifier, a good credential in both forms, and a token.
struct Scene {
    service: Service,
    compact: String,
    json: Value,
    bearer: String,
}

impl Scene {
    async fn new() -> Self {
        let service = Service::start().await;
        let (undp, holder) = service.scene().await;
        let claims = service.world.staff(&undp);
        let [json, compact] = service.world.issue(&undp, &holder, &claims).await;
        let (Copy::Json(json), Copy::Compact(compact)) = (json, compact) else { panic!("one of each") };
        let bearer = format!("Bearer {}", service.token().await);
        Self { service, compact, json, bearer }
    }

    async fn verify(&self, body: &Value) -> Value {
        let reply = self.service.post("/v1/verify", body, &[("authorization", &self.bearer)]).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        json_of(&reply)
    }

    async fn send(&self, media_type: &str, query: &str, file: Vec<u8>) -> Reply {
        let url = Url::parse(&format!("{}/v1/verify{query}", self.service.origin)).unwrap();
        let headers = [("authorization", self.bearer.as_str())];
        self.service.client.post_bytes(&url, media_type, file, &headers).await.unwrap()
    }

    /// The problem that a file meets.
    async fn refused(&self, media_type: &str, file: Vec<u8>) -> (u16, String) {
        let reply = self.send(media_type, "?policy=open", file).await;
        assert_eq!(reply.content_type, "application/problem+json", "{media_type}: {:?}", reply.body);
        (reply.status, json_of(&reply)["type"].as_str().unwrap().to_owned())
    }
}

/// All the codes of a text in one picture, side by side.
fn page(texts: &[&str], parts_of_each: usize) -> Vec<u8> {
    let codes = texts.iter().flat_map(|text| paper::parts(text).unwrap().into_iter().take(parts_of_each));
    let pictures: Vec<GrayImage> = codes
        .map(|code| image::load_from_memory(&paper::png(&code, 4).unwrap()).unwrap().into_luma8())
        .collect();
    let side = pictures.iter().map(GrayImage::width).max().unwrap();
    let mut page = GrayImage::from_pixel(side * u32::try_from(pictures.len()).unwrap(), side, Luma([255]));
    for (at, picture) in (0i64..).zip(&pictures) {
        image::imageops::replace(&mut page, picture, at * i64::from(side), 0);
    }
    written(&page, ImageFormat::Png)
}

fn written(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PDF certificate that embeds a credential.
pub fn certificate(text: &str) -> Vec<u8> {
    let facts = [paper::Fact { label: "Family name".into(), value: "Diallo".into() }];
    let media_type = if text.starts_with('{') { "application/vc" } else { "application/dc+sd-jwt" };
    paper::certificate(&paper::Certificate {
        language: "en",
        direction: paper::Direction::LeftToRight,
        title: "Staff identity",
        issuer: "UNDP",
        facts: &facts,
        notes: &[],
        credential: text,
        media_type,
        file_name: "credential",
        made: chrono::DateTime::UNIX_EPOCH,
    })
    .unwrap()
}

/// A report without what differs from one checking to the next.
fn lasting(mut report: Value) -> Value {
    report.as_object_mut().unwrap().remove("id");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_has_the_report_of_its_text() {
    let scene = Scene::new().await;
    for (text, credential) in
        [(scene.compact.clone(), json!(scene.compact)), (scene.json.to_string(), scene.json.clone())]
    {
        let expected = lasting(scene.verify(&json!({ "policy": "open", "credential": credential })).await);
        assert_eq!(expected["outcome"], "valid", "{expected}");
        let png = page(&[&text], usize::MAX);
        let jpeg = written(&image::load_from_memory(&png).unwrap().into_luma8(), ImageFormat::Jpeg);
        let pdf = certificate(&text);
        for (media_type, file) in [("image/png", png), ("image/jpeg", jpeg), ("application/pdf", pdf)] {
            let reply = scene.send(media_type, "?policy=open&lang=en", file).await;
            assert_eq!(reply.status, 200, "{:?}", reply.body);
            assert_eq!(lasting(json_of(&reply)), expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_picture_does_not_show_alone_and_whole_is_refused() {
    let scene = Scene::new().await;
    let blank = written(&GrayImage::from_pixel(300, 300, Luma([200])), ImageFormat::Png);
    for (why, file) in [
        ("half of a sequence", page(&[&scene.compact], 1)),
        ("codes of two documents", page(&["eyJ0.e30.c2ln~", "eyJ1.e30.c2ln~"], usize::MAX)),
        ("no code", blank),
        ("truncated", page(&[&scene.compact], usize::MAX)[..200].to_vec()),
        ("no picture", b"GIF89a".to_vec()),
        ("text", scene.compact.clone().into_bytes()),
        ("nothing", Vec::new()),
        ("a header that claims 60,000 by 60,000 pixels", claiming(60_000, 60_000)),
        ("a header that claims a side of nothing", claiming(0, 8)),
    ] {
        let refused = scene.refused("image/png", file).await;
        assert_eq!(refused, (422, "/problems/unreadable-file".to_owned()), "{why}");
    }
    let png = page(&[&scene.compact], usize::MAX);
    assert_eq!(scene.refused("image/jpeg", png).await.0, 422, "another kind than was said");
    assert_eq!(scene.refused("image/png", vec![0; 17 * 1024 * 1024]).await.0, 413);
    assert_eq!(scene.refused("image/gif", b"GIF89a".to_vec()).await.0, 415);
    for (why, file) in
        [("truncated", certificate(&scene.compact)[..500].to_vec()), ("a header alone", b"%PDF-1.7".to_vec())]
    {
        let refused = scene.refused("application/pdf", file).await;
        assert_eq!(refused, (422, "/problems/unreadable-file".to_owned()), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_no_credential_in_it_is_refused_as_its_text_would_be() {
    let scene = Scene::new().await;
    let code = paper::png("https://example.org/", 4).unwrap();
    assert_eq!(scene.refused("image/png", code).await, (400, "/problems/unreadable-credential".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_needs_a_policy_and_a_token() {
    let scene = Scene::new().await;
    let png = page(&[&scene.compact], usize::MAX);
    for (query, problem) in [("", "/problems/bad-request"), ("?policy=nothing", "/problems/unknown-policy")] {
        let reply = scene.send("image/png", query, png.clone()).await;
        assert_eq!((reply.status, json_of(&reply)["type"].as_str()), (400, Some(problem)), "{query}");
    }
    let url = scene.service.url("/v1/verify");
    assert_eq!(scene.service.client.post_bytes(&url, "image/png", png, &[]).await.unwrap().status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trial_page_reads_pictures_where_it_checks_strangers_credentials() {
    let scene = Scene::new().await;
    let picture = page(&[&scene.compact], usize::MAX);
    let (status, shown) = upload(&scene.service, &picture).await;
    assert!(status == 200 && shown.contains("<h2>Not decided</h2>"), "{status} {shown}");
    let (status, shown) = upload(&scene.service, &page(&[&scene.compact], 1)).await;
    assert!(status == 400 && shown.contains("codes are there"), "{status} {shown}");
    let closed = Service::start_with(|settings| settings.vc_api.open = false).await;
    assert_eq!(upload(&closed, &picture).await.0, 400);
}

async fn upload(service: &Service, file: &[u8]) -> (u16, String) {
    let mut body = b"--trial\r\ncontent-disposition: form-data; name=\"policy\"\r\n\r\nstaff-identity\r\n\
        --trial\r\ncontent-disposition: form-data; name=\"file\"; filename=\"code.png\"\r\n\r\n"
        .to_vec();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--trial--\r\n");
    let url = service.url("/trial");
    let reply =
        service.client.post_bytes(&url, "multipart/form-data; boundary=trial", body, &[]).await.unwrap();
    (reply.status, String::from_utf8(reply.body.to_vec()).unwrap())
}

/// A PNG whose header claims another size, with the checksum that fits (PNG, annex D).
fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut file = written(&GrayImage::from_pixel(8, 8, Luma([0])), ImageFormat::Png);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let crc =
        !file[12..29].iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 }
            })
        });
    file[29..33].copy_from_slice(&crc.to_be_bytes());
    file
}
