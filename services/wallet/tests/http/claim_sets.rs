//! What a verifier would like and does not need (`claim_sets`, OpenID4VP 1.0, 6.4.1) can be withheld.

use serde_json::{Value, json};

use crate::presenting::{consent, last_response, open};
use crate::stub;
use crate::world::{World, problem};

/// The verifier would like the birth date beside the name, and takes the name alone.
async fn world() -> World {
    let world = World::new().await;
    world.others.knobs().request["dcql_query"] = json!({ "credentials": [{
        "id": "sd", "format": "dc+sd-jwt", "meta": { "vct_values": [stub::STAFF] },
        "claims": [{ "id": "g", "path": ["givenName"] }, { "id": "b", "path": ["birthDate"] }],
        "claim_sets": [["g", "b"], ["g"]]
    }] });
    world
}

/// The names of the claims that the verifier got.
fn disclosed(world: &World) -> String {
    let token: Value = serde_json::from_str(&last_response(world)["vp_token"]).unwrap();
    let text = token["sd"][0].as_str().unwrap().to_owned();
    let parts = text.split('~').skip(1).filter_map(|part| testkit::unb64(part).ok());
    parts.map(|part| String::from_utf8_lossy(&part).into_owned()).collect()
}

#[actix_web::test]
async fn what_is_only_wished_for_stays_with_the_person_who_chooses_less() {
    let world = world().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let candidate = &asked["queries"][0]["candidates"][0];
    assert_eq!(candidate["less"], json!([{ "claimSet": 1, "withheld": ["Date of birth"] }]));
    let page = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    assert!(page.contains("data-sets") && page.contains("value=\"1\" checked"), "less is chosen beforehand");
    let id = candidate["credentialId"].clone();
    let chosen = json!({ "selection": [{ "queryId": "sd", "credentialIds": [id], "claimSet": 1 }] });
    consent(&person, asked["id"].as_str().unwrap(), chosen).await;
    assert!(disclosed(&world).contains("givenName") && !disclosed(&world).contains("birthDate"));
}

#[actix_web::test]
async fn all_of_it_goes_out_where_the_person_says_so_and_no_other_set_does() {
    let world = world().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = asked["queries"][0]["candidates"][0]["credentialId"].clone();
    let path = format!("/v1/presentations/{}/prepare", asked["id"].as_str().unwrap());
    for wrong in [0, 2] {
        let chosen = json!({ "selection": [{ "queryId": "sd", "credentialIds": [id], "claimSet": wrong }] });
        assert_eq!(problem(person.post(&path, chosen).await, 422), "selection-refused");
    }
    let all = json!({ "selection": [{ "queryId": "sd", "credentialIds": [id] }] });
    consent(&person, asked["id"].as_str().unwrap(), all).await;
    assert!(disclosed(&world).contains("birthDate"));
}
