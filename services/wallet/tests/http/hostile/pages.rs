//! Sites that act in a person's name, or put our pages inside of theirs.

use testkit::{Agent, Method};

use crate::presenting::open;
use crate::world::World;

#[actix_web::test]
async fn no_other_site_does_anything_in_a_persons_name() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let document = person.get("/openapi.json").await.expect(200).unwrap().json().unwrap();
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if [Method::GET, Method::HEAD, Method::OPTIONS].contains(&method) || path.starts_with("/vc-api") {
                continue;
            }
            let url = format!("{}{}", world.url, path.replace(['{', '}'], ""));
            // Where the browser names no site, the origin decides (crates/web/src/csrf.rs).
            for header in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
                let headers = [header, ("content-type", "application/json")];
                let answer = person.agent.send(method.clone(), &url, &headers, b"{}".to_vec()).await.unwrap();
                assert_eq!(answer.status, 403, "{method} {path} {header:?}: {answer}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
    person.get("/v1/account").await.expect(200).unwrap();
}

#[actix_web::test]
async fn no_page_lets_itself_be_framed() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    let pages = [
        "/".to_owned(),
        "/account".to_owned(),
        "/ways-in".to_owned(),
        format!("/presentations/{}", asked["id"].as_str().unwrap()),
        format!("/credentials/{id}"),
        format!("/credentials/{id}/card"),
        "/offline".to_owned(),
        "/no-such-page".to_owned(),
        format!("/v1/credentials/{id}/logo"),
    ];
    for path in pages {
        for agent in [&person.agent, &Agent::new()] {
            let answer = agent.get_as(format!("{}{path}", world.url), "text/html").await.unwrap();
            assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
            let policy = answer.header("content-security-policy").unwrap();
            assert!(
                policy.contains("frame-ancestors 'none'") || policy.contains("sandbox"),
                "{path}: {policy}"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        }
    }
}
