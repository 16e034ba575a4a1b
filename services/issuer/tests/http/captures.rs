//! Proofs with pictures: what is asked, what the engine makes of it, who sees them, and their end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use issuance::{Role, Roles};
use serde_json::{Value, json};
use testkit::{b64, faces, sha256};

use crate::console::Browser;
use crate::existence::{Phone, asked, send};
use crate::fund;
use crate::support::{World, json as body, problem};

/// The key of an enrolment that two officers decided.
pub async fn bind(world: &World, person: &str, phone: &Phone) {
    let mut tx = world.issuer.store().write("test").await.unwrap();
    let (device_key, how) = (phone.holder.thumbprint(), "enrolment".to_owned());
    let at = clock::Clock::now(&world.clock);
    let key = store_issuer::BoundKey { device_key, how, by: "officer".into(), at };
    tx.bind_key("unjspf", person, "bound-1", &key).await.unwrap();
    tx.commit().await.unwrap();
}

/// A question to an enrolled person of whom the Fund has a picture: the officer, its id, its path, and what the wallet sees.
pub async fn asked_with_picture(world: &World) -> (Browser, String, String, Value) {
    let asked = asked_before_enrolment(world).await;
    let person = world.issuer.request_page("unjspf", &asked.1).await.unwrap().subject.id;
    bind(world, &person, &Phone::new(5)).await;
    asked
}

/// The same of somebody whom nobody has enrolled.
pub async fn asked_before_enrolment(world: &World) -> (Browser, String, String, Value) {
    let browser = Browser::officer(world, "unjspf", "Fatou Agent").await;
    let (id, path) = asked(world).await;
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let form = format!("/console/retirees/{person}/portrait");
    let saved = browser.upload(&form, "face.jpg", &faces::photo("astronaut.png")).await;
    assert_eq!(Browser::path_of(&saved), format!("/console/retirees/{person}?done=portrait"));
    world.issuer.confirm_portrait(&fund::officer("second"), &person).await.unwrap();
    let request = body(&world.get(&path).await);
    (browser, id, path, request)
}

/// A frame for each movement, with rest between, as the fixture's face makes them.
pub fn following(request: &Value) -> Vec<Vec<u8>> {
    let mut frames = vec![faces::turn(0)];
    for movement in request["capture"]["movements"].as_array().unwrap() {
        frames.push(match movement.as_str().unwrap() {
            "left" => faces::turn(70),
            "right" => faces::turn(31),
            "closer" => faces::closer(&faces::turn(92)),
            other => panic!("{other} was not configured"),
        });
        frames.push(faces::turn(92));
    }
    frames
}

/// The answer with these pictures, signed as a device signs it.
pub fn with(phone: &mut Phone, request: &Value, jpegs: &[Vec<u8>], place: Option<(i16, i16)>) -> Value {
    let mut answer = phone.answer(request);
    let salt = [9u8; 16];
    let (mut parts, mut frames) = (Vec::new(), Vec::new());
    for (at, jpeg) in (0u32..).zip(jpegs) {
        let millis = at * 900;
        parts.push(b64(sha256([&salt[..], &[0], &millis.to_be_bytes(), jpeg].concat())));
        frames.push(json!({"salt": b64(salt), "millis": millis, "jpeg": b64(jpeg)}));
    }
    let mut capture = json!({ "frames": frames });
    if let Some((latitude, longitude)) = place {
        let bytes =
            [&salt[..], &[1], &latitude.to_be_bytes(), &longitude.to_be_bytes(), &20u32.to_be_bytes()];
        parts.push(b64(sha256(bytes.concat())));
        capture["place"] = json!({"salt": b64(salt), "latitudeTenths": latitude, "longitudeTenths": longitude,
            "accuracyMetres": 20});
    }
    answer["parts"] = json!(parts);
    answer["capture"] = capture;
    phone.signed(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_asked_for_where_there_is_one_to_compare_with() {
    let world = World::start_seeing().await;
    let (_, path) = asked(&world).await;
    assert_eq!(body(&world.get(&path).await).get("capture"), None);

    let world = World::start_seeing().await;
    let (_, _, path, request) = asked_with_picture(&world).await;
    let capture = &request["capture"];
    let mut movements: Vec<&str> =
        capture["movements"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    movements.sort_unstable();
    assert_eq!(movements, ["closer", "left", "right"]);
    assert_eq!((&capture["triesLeft"], &capture["mostFrames"]), (&json!(3), &json!(10)));
    assert_eq!(body(&world.get(&path).await)["capture"], *capture, "reading again changes no movement");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_confirms_by_pictures_and_they_are_erased_when_nobody_can_object_any_more() {
    let world = World::start_seeing().await;
    let (browser, id, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let answer = with(&mut phone, &request, &following(&request), Some((515, -1)));
    let answered = send(&world, &path, &answer).await;
    assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
    let answered = body(&answered);
    assert_eq!(answered["state"], "answered");
    assert_eq!(answered["outcome"], json!({"verdict": "personLooks", "reasons": ["officerConfirms"]}));
    assert_eq!(body(&send(&world, &path, &answer).await), answered, "the same again is answered alike");

    let page_path = format!("/console/requests/{id}");
    let page = browser.get(&page_path).await.text();
    assert_eq!(page.matches("data:image/jpeg;base64,").count(), 8, "the Fund's and seven of the proof");
    assert!(page.contains("Every check passed.") && page.contains("In the declared country."));
    let auditor = Browser::officer_as(&world, "unjspf", "Ola", Roles::of(&[Role::Auditor])).await;
    assert!(!auditor.get(&page_path).await.text().contains("data:image/jpeg"));
    assert!(auditor.get("/console/activity").await.text().contains("looked at the pictures"));

    let form = format!("{page_path}/confirm");
    assert_eq!(browser.post(&form, &[("channel", "device")]).await.status, 422, "nothing was compared");
    let confirmed = browser.post(&form, &[("channel", "device"), ("same_person", "yes")]).await;
    assert_eq!(Browser::path_of(&confirmed), format!("{page_path}?done=confirmed"));
    assert_eq!(body(&world.get(&path).await)["state"], "confirmed");

    world.clock.advance(Duration::days(29));
    world.issuer.delete_expired().await.unwrap();
    let browser = Browser::officer(&world, "unjspf", "Later").await;
    assert!(browser.get(&page_path).await.text().contains("data:image/jpeg"));
    world.clock.advance(Duration::days(2));
    world.issuer.delete_expired().await.unwrap();
    let browser = Browser::officer(&world, "unjspf", "Later still").await;
    let page = browser.get(&page_path).await.text();
    assert!(page.contains("The pictures are erased.") && !page.contains("Picture 1 of the proof"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_follows_no_movement_and_after_three_tries_a_person_looks() {
    let world = World::start_seeing().await;
    let (browser, id, path, mut request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let photograph: Vec<_> = (0..7).map(|_| faces::still(0)).collect();
    for left in [2, 1] {
        let answer = with(&mut phone, &request, &photograph, None);
        let tried = body(&send(&world, &path, &answer).await);
        assert_eq!(tried["state"], "open", "{tried}");
        assert_eq!(tried["outcome"], json!({"verdict": "tryAgain", "reasons": ["notFollowed"]}));
        assert_ne!(tried["challenge"], request["challenge"], "each challenge is for one try");
        assert_eq!(tried["capture"]["triesLeft"], left);
        assert_eq!(body(&send(&world, &path, &answer).await), tried, "sent twice is one try");
        request = tried;
        world.clock.advance(Duration::seconds(1));
    }
    let answer = with(&mut phone, &request, &photograph, None);
    let last = body(&send(&world, &path, &answer).await);
    assert_eq!(last["state"], "answered");
    assert_eq!(last["outcome"], json!({"verdict": "personLooks", "reasons": ["notFollowed"]}));
    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("A movement that was asked for is missing.") && page.contains("Try number 3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_goes_on_when_the_line_is_cut_and_the_same_again_finds_the_verdict() {
    let world = World::start_seeing().await;
    let (browser, _, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let answer = with(&mut phone, &request, &following(&request), None);
    let short = std::time::Duration::from_millis(20);
    let _ = tokio::time::timeout(short, send(&world, &path, &answer)).await;
    for _ in 0..200 {
        let reply = send(&world, &path, &answer).await;
        if reply.status == 200 {
            assert_eq!(body(&reply)["state"], "answered");
            let acts = browser.get("/console/activity").await.text();
            assert_eq!(acts.matches("judged the pictures").count(), 1, "{acts}");
            return;
        }
        assert_eq!(problem(&reply), (503, "busy".into()));
        assert_eq!(reply.headers.get("retry-after").unwrap(), "30");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never a verdict");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kind_of_device_is_signed_and_counted_without_whose_it_is() {
    let world = World::start_seeing().await;
    fund::import(&world, &["100482317,Margaret,Ellison,1950-05-05,GBR,en,one,2012-01-01,,"]).await;
    let (browser, id, path, request) = asked_with_picture(&world).await;
    assert_eq!(request["capture"]["deviceKinds"], json!(["android", "ios", "desktop"]));
    let mut phone = Phone::new(5);
    let answer = with(&mut phone, &request, &following(&request), None);
    let saying = |kind: &str| {
        let mut answer = answer.clone();
        answer["deviceKind"] = json!(kind);
        answer
    };
    for kind in ["kiosk", "Pixel 8"] {
        let refused = send(&world, &path, &phone.signed(saying(kind))).await;
        assert_eq!(problem(&refused), (400, "bad-request".into()), "{kind}");
    }
    assert_eq!(
        problem(&send(&world, &path, &saying("ios")).await),
        (400, "answer-refused".into()),
        "not signed"
    );
    let mut bare = phone.answer(&request);
    bare["deviceKind"] = json!("ios");
    assert_eq!(problem(&send(&world, &path, &phone.signed(bare)).await), (400, "bad-request".into()));

    let taken = send(&world, &path, &phone.signed(saying("android"))).await;
    assert_eq!(body(&taken)["state"], "answered");
    let year = request["year"].as_i64().unwrap() as i32;
    let made = world.issuer.fairness("unjspf", year).await.unwrap();
    for table in [made.pictures_by_device, made.decisions_by_device] {
        assert_eq!((table.groups.len(), table.suppressed), (0, 1), "one answer is too few to be shown");
    }
    let shown = browser.get(&format!("/console/fund/fairness?year={year}")).await.text();
    assert!(shown.contains("by device") && !shown.contains("Android"), "{shown}");
    assert!(
        !browser.get(&format!("/console/requests/{id}")).await.text().contains("ndroid"),
        "not with a person"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_a_dark_room_and_two_faces_are_told_apart() {
    let world = World::start_seeing().await;
    let (_, _, path, mut request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    for reason in ["otherPerson", "tooDark", "severalFaces"] {
        let mut frames = following(&request);
        match reason {
            "otherPerson" => frames.fill(faces::photo("grace_hopper.jpg")),
            "tooDark" => frames.iter_mut().for_each(|frame| *frame = faces::darker(frame, 0.2)),
            _ => frames[2] = faces::smaller(&faces::beside(&faces::still(0), &faces::still(0)), 2),
        }
        let answer = with(&mut phone, &request, &frames, None);
        request = body(&send(&world, &path, &answer).await);
        world.clock.advance(Duration::seconds(1));
        assert_eq!(request["outcome"]["reasons"], json!([reason]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_face_a_blurred_one_and_broken_pictures_are_told_apart() {
    // A header that claims 60,000 pixels a side costs no memory.
    let mut huge = faces::empty();
    let size = huge.windows(2).position(|it| it[0] == 0xff && matches!(it[1], 0xc0 | 0xc2)).unwrap() + 5;
    huge[size..size + 4].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
    let blurred = faces::blurred(&faces::still(0), 4.0);
    let broken = b"this is no picture at all".to_vec();
    for (reason, place, picture) in [
        ("noFace", 2, faces::empty()),
        ("tooLarge", 2, huge),
        ("unreadable", 2, broken),
        ("blurred", 0, blurred),
    ] {
        let world = World::start_seeing().await;
        let (_, _, path, request) = asked_with_picture(&world).await;
        let mut frames = following(&request);
        frames[place] = picture;
        let answer = with(&mut Phone::new(5), &request, &frames, None);
        let tried = body(&send(&world, &path, &answer).await);
        let expected = json!({"verdict": "tryAgain", "reasons": [reason]});
        assert_eq!((&tried["state"], &tried["outcome"]), (&json!("open"), &expected), "{tried}");
        assert_eq!(tried["capture"]["triesLeft"], 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_the_device_did_not_sign_are_refused() {
    let world = World::start_seeing().await;
    let (_, _, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let frames: Vec<_> = (0..6).map(|_| faces::smaller(&faces::still(0), 4)).collect();
    let good = with(&mut phone, &request, &frames, Some((515, -1)));
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut answer = good.clone();
        change(&mut answer);
        answer
    };
    let jpeg = URL_SAFE_NO_PAD.encode(faces::empty());
    for (what, answer, signature_breaks) in [
        ("a picture exchanged", changed(&|it| it["capture"]["frames"][1]["jpeg"] = json!(jpeg)), false),
        ("another order", changed(&|it| it["capture"]["frames"][0]["millis"] = json!(1)), false),
        ("another place", changed(&|it| it["capture"]["place"]["latitudeTenths"] = json!(1)), false),
        (
            "no pictures for signed parts",
            changed(&|it| drop(it.as_object_mut().unwrap().remove("capture"))),
            false,
        ),
        ("another list of parts", changed(&|it| it["parts"] = json!([])), true),
    ] {
        let reply = send(&world, &path, &answer).await;
        let (status, slug) = problem(&reply);
        assert_eq!((status, slug == "answer-refused"), (400, signature_breaks), "{what}");
    }
    let state = body(&world.get(&path).await);
    assert_eq!((&state["state"], state.get("outcome")), (&json!("open"), None), "none of it was a try");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_pictures_is_left_to_a_visit_or_a_call() {
    let world = World::start_seeing().await;
    let (browser, id, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let answered = body(&send(&world, &path, &phone.answer(&request)).await);
    assert_eq!((&answered["state"], answered.get("outcome")), (&json!("answered"), None));
    let form = format!("/console/requests/{id}/confirm");
    let by_device = browser.post(&form, &[("channel", "device"), ("same_person", "yes")]).await;
    assert_eq!(by_device.status, 409);
    let by_call = browser.post(&form, &[("channel", "call"), ("compared", "yes")]).await;
    assert_eq!(Browser::path_of(&by_call), format!("/console/requests/{id}?done=confirmed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn null_island_speaks_against_nobody_and_no_coordinate_is_kept() {
    let world = World::start_seeing().await;
    let (browser, id, path, request) = asked_with_picture(&world).await;
    let mut phone = Phone::new(5);
    let answer = with(&mut phone, &request, &following(&request), Some((0, 0)));
    assert_eq!(body(&send(&world, &path, &answer).await)["state"], "answered");
    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("The place cannot be used: the coordinates are the origin of the map."), "{page}");
    let stored = std::fs::read(world.directory.path().join("issuer.db")).unwrap();
    let holds = |needle: &[u8]| stored.windows(needle.len()).any(|window| window == needle);
    assert!(
        !holds(b"latitude") && !holds(&faces::turn(0)[..64]),
        "neither place nor picture stands in the open"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_track_is_asked_for_a_place_and_another_country_opens_a_case_beside_the_proof() {
    let world = World::start_seeing().await;
    let listed = "100482317,Margaret,Ellison,1945-03-03,GBR,en,two,2008-01-01,,";
    fund::import(&world, &[listed]).await;
    let (_, id, path, request) = asked_with_picture(&world).await;
    assert_eq!(request["capture"]["locationRequired"], true);
    let mut phone = Phone::new(5);
    let paris = with(&mut phone, &request, &following(&request), Some((489, 23)));
    assert_eq!(body(&send(&world, &path, &paris).await)["state"], "answered");

    let person = fund::person(&world, "100482317").await;
    let export = world.issuer.export_journal(&fund::officer("eve"), &person).await.unwrap();
    let journal = serde_json::to_string(&export).unwrap();
    for part in ["proof-received", "residence-checked", "FRA", "case/residence/"] {
        assert!(journal.contains(part), "{part}: {journal}");
    }
    let by = fund::officer("ann");
    world.issuer.confirm_existence(&by, &id, entitlement::Channel::Device, "").await.unwrap();
    let journal = world.issuer.export_journal(&fund::officer("eve"), &person).await.unwrap();
    assert!(serde_json::to_string(&journal).unwrap().contains("proof-accepted"), "the proof of life stands");
}

/// Whoever sits at the console alone chooses no face and no key.
#[tokio::test(flavor = "multi_thread")]
async fn one_officer_alone_makes_no_proof_with_a_face_of_their_choice() {
    let world = World::start_seeing().await;
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    let (id, path) = asked(&world).await;
    let person = world.issuer.request_page("unjspf", &id).await.unwrap().subject.id;
    let form = format!("/console/retirees/{person}/portrait");
    browser.upload(&form, "face.jpg", &faces::photo("astronaut.png")).await;
    assert_eq!(body(&world.get(&path).await).get("capture"), None, "nothing is compared with it yet");
    let page = browser.get(&format!("/console/retirees/{person}")).await.text();
    assert!(page.contains("data-testid=\"picture-waits\"") && !page.contains("confirm-portrait"), "{page}");
    assert_eq!(browser.post(&format!("{form}/confirm"), &[]).await.status, 409, "not who put it in");
    let colleague = Browser::officer(&world, "unjspf", "Second").await;
    let page = colleague.get(&format!("/console/retirees/{person}")).await.text();
    assert!(page.contains("data-testid=\"confirm-portrait\""), "{page}");
    assert_eq!(colleague.post(&format!("{form}/confirm"), &[]).await.status, 303);
    assert_eq!(colleague.post(&format!("{form}/confirm"), &[]).await.status, 409, "once");

    // Two stand for the face, and nobody for the key: the pictures show every movement and count for nothing by themselves.
    let request = body(&world.get(&path).await);
    let answer = with(&mut Phone::new(5), &request, &following(&request), None);
    assert_eq!(body(&send(&world, &path, &answer).await)["state"], "answered");
    let page = browser.get(&format!("/console/requests/{id}")).await.text();
    assert!(page.contains("data-testid=\"not-enrolled\"") && !page.contains("confirm-by-pictures"), "{page}");
    let form = format!("/console/requests/{id}/confirm");
    let by_device = browser.post(&form, &[("channel", "device"), ("same_person", "yes")]).await;
    assert_eq!(by_device.status, 409);
    assert_eq!(body(&world.get(&path).await)["state"], "answered");
}
