//! Who stands behind the link of an invitation is proven before number and code are asked for.

use crate::world::World;

#[actix_web::test]
async fn link_of_somebody_else_asks_for_nothing() {
    let world = World::new().await;
    let person = world.person("rosa").await;
    // A server that nobody vouches for, one that does not answer, and none at all.
    for stranger in ["http://localhost:1", "http://localhost:1/t/unjspf", "javascript:alert(1)"] {
        let page = person.page(&format!("/enrol?fund={stranger}")).await.expect(200).unwrap().text();
        assert!(page.contains("data-testid=\"not-fund\""), "{stranger}");
        assert!(!page.contains("id=\"invitation\"") && !page.contains("data-testid=\"code\""), "{stranger}");
    }
    world.others.knobs().registry_down = true;
    let own = format!("{}/t/unjspf", world.others.base);
    let page = person.page(&format!("/enrol?fund={own}")).await.expect(200).unwrap().text();
    assert!(!page.contains("id=\"invitation\""), "the registry cannot prove it now");
}
