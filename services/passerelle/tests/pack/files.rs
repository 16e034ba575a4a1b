//! `pack show|diff|apply`: what a file holds, and one pack made from another.

use crate::scene::Scene;

fn show(scene: &Scene, pack: &str) -> (i32, String) {
    scene.shell.told(&["pack", "show", pack, "--signer", &scene.signer()])
}

#[tokio::test]
async fn show_says_what_a_pack_is_for_and_until_when() {
    let scene = Scene::new().await;
    let (code, told) = show(&scene, "staff.pack");
    assert_eq!(code, 0, "{told}");
    for said in ["staff-identity (version 1)", &scene.wfp.did, &scene.signer(), "usable until"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!told.contains("missing"), "{told}");
}

#[tokio::test]
async fn show_refuses_what_is_not_to_be_believed() {
    let scene = Scene::new().await;
    scene.write_ended_pack("ended.pack").await;
    scene.shell.write_changed("changed.pack", scene.shell.read("staff.pack"));
    for (pack, why) in [
        ("ended.pack", "the pack is too old"),
        ("changed.pack", "changed.pack is not used"),
        ("genesis.json", "genesis.json is not used"),
        ("nowhere.pack", "cannot read nowhere.pack"),
    ] {
        let (code, told) = show(&scene, pack);
        assert!(code == 1 && told.contains(why), "{pack}: {code} {told}");
    }
    let stranger = keys::Signer::public_key(scene.undp.p256.as_ref()).to_multikey();
    let (code, told) = scene.shell.told(&["pack", "show", "staff.pack", "--signer", &stranger]);
    assert!(code == 1 && told.contains("signed by another key"), "{told}");
    // Validators last heard of three years ago are not believed for the default half year.
    let (code, told) = scene.shell.told(&["pack", "show", "staff.pack", "--genesis", "genesis.json"]);
    assert!(code == 1 && !told.contains("usable until"), "{told}");
}

#[tokio::test]
async fn the_newer_pack_is_made_from_the_older_one_and_the_difference() {
    let scene = Scene::new().await;
    scene.world.publish(&scene.undp, &[7], &[]).await;
    let scene = scene.with_pack("later.pack").await;
    let shell = &scene.shell;
    let diff = ["pack", "diff", "staff.pack", "later.pack", "--output", "day.diff"];
    assert!(shell.run(&diff).starts_with("day.diff ("));
    let apply = ["pack", "apply", "staff.pack", "day.diff", "--output", "made.pack"];
    assert!(shell.run(&apply).starts_with("made.pack ("));
    assert_eq!(show(&scene, "made.pack"), show(&scene, "later.pack"));
    assert!(shell.read("day.diff").len() < shell.read("later.pack").len());

    shell.write_changed("changed.diff", shell.read("day.diff"));
    for (older, difference) in
        [("later.pack", "day.diff"), ("staff.pack", "changed.diff"), ("staff.pack", "later.pack")]
    {
        let (code, told) = shell.told(&["pack", "apply", older, difference, "--output", "wrong.pack"]);
        assert_eq!(code, 1, "{older} with {difference}: {told}");
        assert!(!shell.path("wrong.pack").exists(), "{older} with {difference}");
    }
    let (code, _) = shell.told(&["pack", "diff", "staff.pack", "genesis.json", "--output", "wrong.diff"]);
    assert!(code == 1 && !shell.path("wrong.diff").exists());
}
