//! The pages that people meet at the issuer, in the language in which they read.

use language::Language;
use serde_json::{Value, json};
use testkit::{Agent, Answer};

use crate::support::{World, json as body};

const PICKED: &str = "aria-current=\"true\"";

/// A browser's request for a page.
async fn page(world: &World, query: &[(&str, &str)], accept_language: &str) -> Answer {
    let mut url = world.url("/t/undp/authorize");
    url.query_pairs_mut().extend_pairs(query);
    let headers = [("accept", "text/html"), ("accept-language", accept_language)];
    Agent::new().send("GET".parse().unwrap(), url, &headers, Vec::new()).await.unwrap()
}

/// The language that a page says it is in.
fn spoken(answer: &Answer) -> String {
    let text = answer.text();
    let (_, rest) = text.split_once("<html lang=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_speaks_six_languages_with_names_of_credentials_and_whom_to_call() {
    let world = World::start().await;
    let link = world.offer().await;
    let state = world.issuer_state(&link).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    let asked = [("client_id", "wallet"), ("request_uri", request.as_str())];
    let display: Value =
        serde_json::from_slice(include_bytes!("../../../../schemas/v1/staff-identity.vct.json")).unwrap();
    for language in Language::ALL {
        let shown = page(&world, &[asked[0], asked[1], ("lang", language.code())], "de").await;
        assert_eq!((shown.status, spoken(&shown).as_str()), (200, language.code()));
        let text = shown.text();
        assert!(text.contains(&format!("dir=\"{}\">", language.direction())), "{text}");
        let names = display["display"].as_array().unwrap();
        let name = names.iter().find(|it| it["locale"] == language.code()).unwrap()["name"].as_str().unwrap();
        assert!(text.contains(&format!("<bdi>{name}</bdi>")), "{language:?}: {name}");
        assert!(text.contains("href=\"tel:+41225550100\""), "{text}");
        assert_eq!(text.matches(PICKED).count(), 1, "the language that is read, of six");
        assert_eq!(text.matches("hreflang=").count(), 6);
        assert!(text.contains(&format!("/enrol/start?lang={}", language.code())), "steps answer in it");
        assert!(text.contains("\"script-cancelled\":"), "and so do the scripts");
        let english = text.contains("Sign in with a passkey");
        assert_eq!(english, language == Language::English, "{language:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_picks_goes_before_the_wallet_and_that_before_the_browser() {
    let world = World::start().await;
    let plain = world.request_uri(&[]).await;
    let arabic = world.request_uri(&[("ui_locales", "de ar-EG fr")]).await;
    let seen = async |request: &str, more: &[(&str, &str)]| {
        let asked = [("client_id", "wallet"), ("request_uri", request)];
        spoken(&page(&world, &[&asked, more].concat(), "ru, en;q=0.5").await)
    };
    assert_eq!(seen(&plain, &[]).await, "ru", "the browser");
    assert_eq!(seen(&arabic, &[]).await, "ar", "the wallet pushed it");
    assert_eq!(seen(&plain, &[("ui_locales", "xx es")]).await, "es", "the wallet put it into the address");
    assert_eq!(seen(&arabic, &[("lang", "zh")]).await, "zh", "somebody picked it");
    assert_eq!(seen(&arabic, &[("lang", "xx")]).await, "ar", "no language");
    let known = body(&world.get("/.well-known/oauth-authorization-server/t/undp").await);
    assert_eq!(known["ui_locales_supported"].as_array().unwrap().len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_are_said_in_it_with_a_next_step_and_a_number() {
    let world = World::start().await;
    let over = [("client_id", "wallet"), ("request_uri", "urn:x"), ("lang", "ar")];
    let shown = page(&world, &over, "en").await;
    assert_eq!((shown.status, spoken(&shown).as_str()), (400, "ar"));
    let text = shown.text();
    assert!(text.contains("ارجع إلى محفظتك") && text.contains("tel:+41225550100"), "{text}");
    assert!(!text.contains("Go to the start page") && !text.contains("expired"), "{text}");

    let link = world.offer().await;
    let right = link.transaction_code.clone().unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let state = world.issuer_state(&link).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    let enrol = async |language: &str| {
        let url = world.url(&format!("/t/undp/authorize/enrol/start?lang={language}"));
        let asked = json!({"request_uri": request, "tx_code": wrong});
        let answer = Agent::new().post_json(url.to_string(), &asked).await.unwrap();
        let problem: Value = answer.json().unwrap();
        assert_eq!((answer.status, problem["type"].as_str()), (403, Some("/problems/code-refused")));
        problem["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(enrol("fr").await, "Le code de transaction est faux. Il reste 4 essais.");
    assert_eq!(enrol("ru").await, "Код операции неверен. Осталось 3 попытки.");
    assert_eq!(enrol("ar").await, "رمز المعاملة غير صحيح. بقيت محاولتان.");
    assert_eq!(enrol("es").await, "El código de transacción no es correcto. Queda 1 intento.");
    assert!(enrol("zh").await.contains("锁定"), "locked");
}
