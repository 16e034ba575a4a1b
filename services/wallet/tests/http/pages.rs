use serde_json::json;
use testkit::Agent;

use crate::world::World;

#[actix_web::test]
async fn stranger_is_welcomed_and_first_view_is_light() {
    let world = World::new().await;
    let agent = Agent::new();
    let page = agent.get_as(&world.url, "text/html").await.unwrap().expect(200).unwrap();
    let text = page.text();
    assert!(text.contains("id=\"create-wallet\"") && text.contains("<noscript>"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let mut weight = page.body.len();
    for asset in ["passerelle.css", "wallet.css", "mark.svg", "passkey.js", "progress.js", "wallet-entry.js"]
    {
        weight +=
            agent.get(format!("{}/assets/{asset}", world.url)).await.unwrap().expect(200).unwrap().body.len();
    }
    assert!(weight < 100 * 1024, "{weight} bytes before compression");
}

#[actix_web::test]
async fn pages_have_neither_inline_script_nor_style() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let proof =
        person.post("/v1/existence", json!({ "requestUri": world.existence_uri() })).await.json().unwrap();
    let credential = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    for path in [
        "/".to_owned(),
        "/activity".to_owned(),
        "/account".to_owned(),
        "/offer?credential_offer_uri=x".to_owned(),
        format!("/offers/{}", offer["id"].as_str().unwrap()),
        format!("/credentials/{credential}"),
        format!("/presentations/{}", asked["id"].as_str().unwrap()),
        format!("/existence/{}", proof["id"].as_str().unwrap()),
    ] {
        let text = person.page(&path).await.expect(200).unwrap().text();
        assert!(!text.contains(" style=") && !text.contains("onclick="), "{path}");
        // A block of data is not run.
        let data = text.matches("<script type=\"application/json\" id=\"words\">").count();
        let modules = text.matches("<script type=\"module\" src=\"/assets/").count()
            + text.matches("<script src=\"/assets/").count();
        assert_eq!(text.matches("<script").count(), modules + data, "{path}");
    }
}

#[actix_web::test]
async fn signed_out_visitor_of_an_inner_page_is_asked_to_sign_in() {
    let world = World::new().await;
    let agent = Agent::new();
    for path in ["/activity", "/account", "/credentials/x", "/offers/x", "/presentations/x", "/existence/x"] {
        let page =
            agent.get_as(format!("{}{path}", world.url), "text/html").await.unwrap().expect(401).unwrap();
        assert!(page.text().contains("id=\"sign-in\""), "{path}");
    }
    let link = format!("{}/present?client_id=x&request_uri=y", world.url);
    agent.get_as(link, "text/html").await.unwrap().expect(200).unwrap();
}

#[actix_web::test]
async fn consent_page_names_who_asks_and_every_claim() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let text = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    for part in [
        "World Food Programme",
        "Entry to the Rome office",
        "Amina",
        "Diallo",
        "id=\"refuse\"",
        "Only if you want",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

/// Beside the name that the registry proves, in the reader's language; one that mixes alphabets is a trick.
#[actix_web::test]
async fn verifier_has_its_own_name_in_the_readers_language() {
    let world = World::new().await;
    world.others.knobs().request["client_metadata"] = json!({
        "vp_formats_supported": {}, "client_name#fr": "Programme alimentaire mondial", "client_name#ru": "Ф\u{6f}нд"
    });
    let person = world.holder("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    assert_eq!(asked["verifier"]["names"], json!({ "fr": "Programme alimentaire mondial" }), "{asked}");
    let address = format!("{}/presentations/{}", world.url, asked["id"].as_str().unwrap());
    let headers = [("accept", "text/html"), ("accept-language", "fr")];
    let text = person.agent.send(testkit::Method::GET, address, &headers, Vec::new()).await.unwrap().text();
    assert!(
        text.contains("World Food Programme") && text.contains("Programme alimentaire mondial"),
        "{text}"
    );
}

#[actix_web::test]
async fn decision_cannot_be_sent_before_the_script_is_ready() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let consent = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    let newcomer = world.person("bela").await;
    let offer = newcomer.open_offer(&world.offer_uri()).await;
    let offer = newcomer.page(&format!("/offers/{}", offer["id"].as_str().unwrap())).await.text();
    for (page, button) in [(&consent, "agree"), (&consent, "refuse"), (&offer, "accept"), (&offer, "decline")]
    {
        let (_, rest) = page.split_once(&format!("id=\"{button}\"")).unwrap();
        let tag = rest.split('>').next().unwrap();
        assert!(tag.ends_with(" disabled"), "{button}: {tag}");
    }
    // What is not named can never become part of an address.
    assert!(!offer.contains("name=\"code\""));
}

#[actix_web::test]
async fn text_of_strangers_cannot_become_markup() {
    let world = World::new().await;
    world.others.knobs().request["purpose"] = json!("<script>alert(1)</script>\u{202e}");
    let person = world.person("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let text = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    assert!(!text.contains("<script>alert") && !text.contains('\u{202e}'));
}

#[actix_web::test]
async fn manifest_and_icons_make_it_installable() {
    let world = World::new().await;
    let agent = Agent::new();
    let manifest =
        agent.get(format!("{}/manifest.webmanifest", world.url)).await.unwrap().expect(200).unwrap();
    let manifest = manifest.json().unwrap();
    assert_eq!(
        ["id", "start_url", "scope", "display"].map(|member| manifest[member].as_str().unwrap()),
        ["/", "/", "/", "standalone"]
    );
    let masked = |size: &str| {
        let mut icons = manifest["icons"].as_array().unwrap().iter();
        icons.any(|icon| icon["sizes"] == size && icon["purpose"].as_str().unwrap().contains("maskable"))
    };
    assert!(masked("192x192") && masked("512x512"), "{manifest}");
    let arabic =
        agent.get(format!("{}/manifest.webmanifest?language=ar", world.url)).await.unwrap().json().unwrap();
    assert_eq!(
        (&arabic["lang"], &arabic["dir"], &arabic["short_name"]),
        (&json!("ar"), &json!("rtl"), &json!("المحفظة"))
    );
    for icon in manifest["icons"].as_array().unwrap() {
        let url = format!("{}{}", world.url, icon["src"].as_str().unwrap());
        agent.get(url).await.unwrap().expect(200).unwrap();
    }
}

#[actix_web::test]
async fn a_guide_to_the_home_screen_is_on_the_first_page_and_that_of_the_account() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let (home, account) = (person.page("/").await.text(), person.page("/account").await.text());
    for page in [&home, &account] {
        assert!(page.contains("id=\"install\" data-certificates"), "{page}");
        assert_eq!(page.matches("data-steps=").count(), 3, "for each kind of device");
    }
    // Hidden until a script knows that it is of use; it is answered on the first page alone.
    assert!(
        home.contains("aria-labelledby=\"install-title\" hidden") && home.contains("id=\"install-later\"")
    );
    assert!(!account.contains("id=\"install-later\""));
    let newcomer = world.person("ben").await;
    let empty = newcomer.page("/").await.text();
    assert!(empty.contains("id=\"install\" aria-labelledby"), "{empty}");
}

#[actix_web::test]
async fn cross_site_request_is_refused() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let url = format!("{}/v1/device-keys", world.url);
    let answer =
        person.agent.post_json_with(&url, &json!({}), &[("sec-fetch-site", "cross-site")]).await.unwrap();
    answer.expect(403).unwrap();
}

#[actix_web::test]
async fn language_is_the_one_picked_else_the_one_the_browser_asks_for() {
    let world = World::new().await;
    let agent = Agent::new();
    assert!(home(&agent, &world.url, "").await.contains("<html lang=\"en\" dir=\"ltr\">"));
    assert!(home(&agent, &world.url, "ar-EG,fr;q=0.5").await.contains("<html lang=\"ar\" dir=\"rtl\">"));
    pick(&agent, &world.url, "ru", "/").await;
    let page = home(&agent, &world.url, "ar").await;
    assert!(page.contains("<html lang=\"ru\" dir=\"ltr\">") && page.contains("Создать кошелёк"));
}

#[actix_web::test]
async fn language_comes_along_to_another_device() {
    let world = World::new().await;
    let mut person = world.person("anna").await;
    pick(&person.agent, &world.url, "zh", "/account").await;
    // A new device: nothing is known there before the sign-in.
    person.sign_in().await;
    assert!(person.page("/account").await.text().contains("<html lang=\"zh\""));
}

#[actix_web::test]
async fn what_stands_above_every_page_is_said_in_its_language() {
    let world = World::new().await;
    for (language, said) in [("en", "Demonstration: no certificate here is real."), ("ar", "عرض تجريبي")]
    {
        let page = home(&Agent::new(), &world.url, language).await;
        let notice = page.split("class=\"notice\" dir=\"auto\"").nth(1).unwrap();
        assert!(notice.contains(said), "{language}: {page}");
    }
}

#[actix_web::test]
async fn names_and_days_of_a_certificate_are_said_in_the_readers_language() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let credential = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    pick(&person.agent, &world.url, "ar", "/").await;
    let page = person.page(&format!("/credentials/{credential}")).await.expect(200).unwrap().text();
    for said in ["اسم العائلة", "هوية الموظف", "4 أيار/مايو 1988"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let request = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    let record = person.page("/activity").await.text();
    let view = person.get(&format!("/v1/credentials/{credential}")).await.json().unwrap().to_string();
    for text in [page, request, record, view] {
        for english in ["Family name", "Given name", "Staff identity", "4 May 1988"] {
            assert!(!text.contains(english), "{english}: {text}");
        }
    }
}

async fn home(agent: &Agent, wallet: &str, header: &str) -> String {
    let headers = [("accept", "text/html"), ("accept-language", header)];
    agent.send(testkit::Method::GET, wallet, &headers, Vec::new()).await.unwrap().text()
}

async fn pick(agent: &Agent, wallet: &str, language: &str, back: &str) {
    let form = format!("language={language}&back={back}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer =
        agent.send(testkit::Method::POST, format!("{wallet}/language"), &headers, form.into_bytes()).await;
    let answer = answer.unwrap().expect(303).unwrap();
    assert_eq!(answer.header("location"), Some(back));
}

#[actix_web::test]
async fn every_page_speaks_every_language() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = person.post("/v1/presentations", world.request()).await.json().unwrap();
    let proof =
        person.post("/v1/existence", json!({ "requestUri": world.existence_uri() })).await.json().unwrap();
    let newcomer = world.person("bela").await;
    let offer = newcomer.open_offer(&world.offer_uri()).await;
    let credential = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    let page = |path: &str, id: &serde_json::Value| format!("{path}/{}", id.as_str().unwrap());
    let pages = [
        (&person, "/".to_owned(), "Мои удостоверения", "وثائقي"),
        (&person, format!("/credentials/{credential}"), "Что в нём сказано", "ما تقوله"),
        (&person, page("/presentations", &asked["id"]), "Вас просят", "هناك من يطلب"),
        (&person, page("/existence", &proof["id"]), "Ваше подтверждение", "إثباتك لعام"),
        (&person, "/activity".to_owned(), "Вы получили", "تسلمت"),
        (&person, "/account".to_owned(), "Ключи доступа", "مفاتيح المرور"),
        (&person, "/recovered".to_owned(), "Вы снова в своём кошельке", "عدت إلى محفظتك"),
        (&newcomer, page("/offers", &offer["id"]), "Предложение для вас", "عرض لك"),
    ];
    for (who, path, russian, arabic) in pages {
        pick(&who.agent, &world.url, "ru", "/").await;
        let text = who.page(&path).await.expect(200).unwrap().text();
        assert!(text.contains("<html lang=\"ru\" dir=\"ltr\">") && text.contains(russian), "{path}");
        pick(&who.agent, &world.url, "ar", "/").await;
        let text = who.page(&path).await.expect(200).unwrap().text();
        assert!(text.contains("<html lang=\"ar\" dir=\"rtl\">") && text.contains(arabic), "{path}");
    }
}

#[actix_web::test]
async fn page_says_whom_to_call_and_an_officer_reads_where_somebody_is_stuck() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let offer = person.open_offer(&world.offer_uri()).await;
    let page = person.page(&format!("/offers/{}", offer["id"].as_str().unwrap())).await.text();
    assert!(page.contains("href=\"tel:+41225550100\"") && page.contains("Monday to Friday"));
    let wrong = person.accept(offer["id"].as_str().unwrap(), Some("000000")).await.expect(422).unwrap();
    let code = wrong.json().unwrap()["supportCode"].as_str().unwrap().to_owned();
    // Nobody need sign in to read a code: it holds nothing but this.
    let read =
        Agent::new().get_as(format!("{}/support?code={code}", world.url), "text/html").await.unwrap().text();
    for part in ["receiving a certificate", "accepting", "transaction-code-refused"] {
        assert!(read.contains(part), "{part}");
    }
    let arabic = [("accept", "text/html"), ("accept-language", "ar")];
    let url = format!("{}/support?code={code}", world.url);
    let read = Agent::new().send(testkit::Method::GET, url, &arabic, Vec::new()).await.unwrap().text();
    assert!(read.contains("تسلّم وثيقة") && !read.contains("receiving"), "in the officer's language");
    let misheard =
        Agent::new().get_as(format!("{}/support?code=nonsense", world.url), "text/html").await.unwrap();
    assert!(misheard.text().contains("This is not a code"));
}

#[actix_web::test]
async fn what_went_wrong_is_said_in_the_language_of_the_reader() {
    let world = World::new().await;
    let agent = Agent::new();
    let get = |path: &str, accept: &'static str, language: &'static str| {
        let url = format!("{}{path}", world.url);
        let agent = &agent;
        async move {
            let headers = [("accept", accept), ("accept-language", language)];
            agent.send(testkit::Method::GET, url, &headers, Vec::new()).await.unwrap()
        }
    };
    let problem = get("/v1/account", "application/json", "fr").await;
    assert_eq!(problem.header("content-language"), Some("fr"));
    assert_eq!(problem.json().unwrap()["title"], "Vous n’êtes pas connecté");
    assert_eq!(
        get("/v1/account", "application/json", "").await.json().unwrap()["title"],
        "You are not signed in"
    );
    let page = get("/no-such-page", "text/html", "ar").await.expect(404).unwrap().text();
    assert!(
        page.contains("dir=\"rtl\"") && page.contains("لا يوجد شيء هنا") && page.contains("tel:+41225550100")
    );
    let page = get("/problems/offer-gone", "text/html", "ru").await.expect(200).unwrap().text();
    assert!(page.contains("Это предложение закончилось"));
}
