//! `verify --pack`: 0 valid, 1 not, 3 undecided, 2 when nothing was checked.

use serde_json::Value;

use crate::scene::{DESK, NONCE, Scene};

#[tokio::test]
async fn answers_to_the_desks_code_are_valid_in_both_formats() {
    let scene = Scene::new().await;
    for copy in scene.issue(&scene.undp).await {
        scene.write_answer("answer", &copy).await;
        let (code, told) = scene.verify_answer("staff.pack", &["answer"]);
        assert_eq!(code, 0, "{told}");
        assert!(told.contains("Checked with what was known 0 minutes ago."), "{told}");
        // The genesis is believed as well as the signer's key.
        let genesis = ["--genesis", "genesis.json", "--trust-days", "3650"];
        let words =
            ["verify", "--pack", "staff.pack", "--input", "answer", "--nonce", NONCE, "--audience", DESK];
        scene.shell.run(&[&words[..], &genesis].concat());
        // The copy of an answer to another code.
        let (code, told) =
            scene.verify("staff.pack", &["answer"], &["--nonce", "another", "--audience", DESK]);
        assert_eq!(code, 1, "{told}");
    }
}

#[tokio::test]
async fn the_json_report_says_the_same_with_the_headers_age() {
    let scene = Scene::new().await;
    let [copy, _] = scene.issue(&scene.undp).await;
    scene.write_answer("answer", &copy).await;
    let (code, told) =
        scene.verify("staff.pack", &["answer"], &["--nonce", NONCE, "--audience", DESK, "--json"]);
    let report: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &report["outcome"]), (0, &Value::from("valid")));
    let checks = report["checks"].as_array().unwrap();
    let status = checks.iter().find(|check| check["name"] == "status").unwrap();
    assert!(status["evidence"]["headerAgeSeconds"].is_u64(), "{status}");
}

#[tokio::test]
async fn revoked_is_one_and_unknown_is_three() {
    let scene = Scene::new().await;
    let [copy, _] = scene.issue(&scene.undp).await;
    scene.write_answer("answer", &copy).await;
    scene.world.publish(&scene.undp, &[scene.staff().index], &[]).await;
    let scene = scene.with_pack("later.pack").await;
    let (code, told) = scene.verify_answer("later.pack", &["answer"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("FAILED  status"), "{told}");
    // The older pack does not know of it.
    assert_eq!(scene.verify_answer("staff.pack", &["answer"]).0, 0);

    let fao = scene.world.organisation("fao").await;
    let [copy, _] = scene.issue(&fao).await;
    scene.write_answer("stranger", &copy).await;
    let (code, told) = scene.verify_answer("later.pack", &["stranger"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("open"), "{told}");
}

#[tokio::test]
async fn a_receipt_proves_the_time_of_issue_to_a_pack_that_knows_its_anchor() {
    let scene = Scene::new().await;
    let [copy, other] = scene.issue(&scene.undp).await;
    scene.write_answer("answer", &copy).await;
    let receipts = [("its", &copy, 1), ("another", &other, 2)];
    for (name, copy, sequence) in receipts {
        let receipt = scene.world.anchor(&scene.undp, copy, sequence);
        scene.shell.write(name, serde_json::to_vec(&receipt).unwrap());
    }
    let scene = scene.with_pack_for("staff-identity-anchored", "anchored.pack").await;
    let newer = scene.world.anchor(&scene.undp, &copy, 3);
    scene.shell.write("newer", serde_json::to_vec(&newer).unwrap());
    for (receipt, expected) in [("its", 0), ("another", 1), ("newer", 3), ("answer", 2), ("nowhere", 2)] {
        let more = ["--nonce", NONCE, "--audience", DESK, "--receipt", receipt];
        let (code, told) = scene.verify("anchored.pack", &["answer"], &more);
        assert_eq!(code, expected, "{receipt}: {told}");
    }
    assert_eq!(scene.verify_answer("anchored.pack", &["answer"]).0, 1, "nothing proves when it was issued");
}

#[tokio::test]
async fn a_pack_that_is_too_old_or_changed_checks_nothing() {
    let scene = Scene::new().await;
    let [copy, _] = scene.issue(&scene.undp).await;
    scene.write_answer("answer", &copy).await;
    scene.write_ended_pack("ended.pack").await;
    let (code, told) = scene.verify_answer("ended.pack", &["answer"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("the pack is too old") && !told.contains("Checked with"), "{told}");

    let whole = scene.shell.read("staff.pack");
    scene.shell.write("cut.pack", &whole[..whole.len() - 1]);
    scene.shell.write_changed("changed.pack", whole);
    for pack in ["changed.pack", "cut.pack", "answer", "nowhere.pack"] {
        let (code, told) = scene.verify_answer(pack, &["answer"]);
        assert_eq!(code, 2, "{pack}: {told}");
        assert!(told.contains(pack) && !told.contains("Checked with"), "{told}");
    }
    // Whoever trusts nobody is told so before anything is read.
    let told = scene.shell.told(&["verify", "--pack", "staff.pack", "--input", "answer"]);
    assert!(told.0 == 2 && told.1.contains("--genesis"), "{}", told.1);
}

#[tokio::test]
async fn damaged_input_is_never_valid() {
    let scene = Scene::new().await;
    let unreadable: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("noise", &[0xff, 0xd8, 0x00, 0x01]),
        ("prose", b"This is to certify that Amina Diallo works here."),
        (
            "bomb.png",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\x00\x00\x00",
        ),
        ("broken.pdf", b"%PDF-1.7\nno objects\n%%EOF"),
    ];
    for (name, content) in unreadable {
        scene.shell.write(name, content);
        let (code, told) = scene.verify_answer("staff.pack", &[name]);
        assert_eq!(code, 2, "{name}: {told}");
    }
    for (name, copy) in ["json", "compact"].into_iter().zip(scene.issue(&scene.undp).await) {
        scene.write_answer(name, &copy).await;
        let whole = scene.shell.read(name);
        scene.shell.write("cut", &whole[..whole.len() * 2 / 3]);
        scene.shell.write_changed("changed", whole);
        for damaged in ["cut", "changed"] {
            let (code, told) = scene.verify_answer("staff.pack", &[damaged]);
            assert_ne!(code, 0, "{name} {damaged}: {told}");
        }
    }
    let (code, told) = scene.verify_answer("staff.pack", &["nowhere"]);
    assert!(code == 2 && told.contains("nowhere"), "{told}");
}
