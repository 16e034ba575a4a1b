//! `paper`: what is printed is read back as the credential that it was.

use serde_json::Value;

use crate::scene::{Scene, text_of};

/// The results of all checks, with the exit code.
fn checks(scene: &Scene, inputs: &[&str]) -> (i32, Vec<(String, String)>) {
    let (code, told) = scene.verify("staff.pack", inputs, &["--json"]);
    let report: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{inputs:?}: {told}"));
    let said = |check: &Value, member: &str| check[member].as_str().unwrap().to_owned();
    let checks = report["checks"].as_array().unwrap();
    (code, checks.iter().map(|check| (said(check, "name"), said(check, "code"))).collect())
}

#[tokio::test]
async fn codes_are_read_back_in_any_order_as_the_same_answer() {
    let scene = Scene::new().await;
    let [_, copy] = scene.issue(&scene.undp).await;
    scene.write_answer("answer", &copy).await;
    let told = scene.shell.run(&["paper", "--input", "answer", "--output", "code", "--scale", "4"]);
    let mut codes: Vec<&str> = told.lines().collect();
    assert!(codes.len() > 1 && codes[0] == "code-1.png", "{codes:?}");
    codes.reverse();
    let (code, told) = scene.verify_answer("staff.pack", &codes);
    assert_eq!(code, 0, "{told}");

    // One code short, or with one that is damaged, there is no credential.
    let (code, told) = scene.verify_answer("staff.pack", &codes[1..]);
    assert_eq!(code, 2, "{told}");
    let picture = scene.shell.read(codes[0]);
    scene.shell.write("half.png", &picture[..picture.len() / 2]);
    let (code, told) = scene.verify_answer("staff.pack", &[&["half.png"], &codes[1..]].concat());
    assert_eq!(code, 2, "{told}");
}

#[tokio::test]
async fn a_certificate_is_the_credential_that_it_embeds() {
    let scene = Scene::new().await;
    for (name, copy) in ["json", "compact"].into_iter().zip(scene.issue(&scene.undp).await) {
        scene.shell.write(name, text_of(&copy));
        let told = scene.shell.run(&["paper", "--input", name, "--output", name, "--pdf", "--lang", "fr"]);
        let file = format!("{name}.pdf");
        assert_eq!(told.trim(), file);
        assert_eq!(checks(&scene, &[&file]), checks(&scene, &[name]), "{name}");
        let whole = scene.shell.read(&file);
        scene.shell.write("half.pdf", &whole[..whole.len() / 2]);
        let (code, told) = scene.verify("staff.pack", &["half.pdf"], &[]);
        assert_eq!(code, 2, "{name}: {told}");
    }
    // Two credentials at once: nobody could say which of them was checked.
    assert_eq!(scene.verify("staff.pack", &["json.pdf", "compact.pdf"], &[]).0, 2);
}

#[tokio::test]
async fn what_is_no_credential_is_not_printed() {
    let scene = Scene::new().await;
    let [_, copy] = scene.issue(&scene.undp).await;
    scene.write_answer("answer", &copy).await;
    scene.shell.write("prose", "This is to certify that Amina Diallo works here.");
    scene.shell.write("long", vec![b'a'; 64 * 1024 + 1]);
    for (input, more, code) in [
        ("prose", &[][..], 1),
        ("long", &[][..], 1),
        ("nowhere", &[][..], 1),
        // An answer counts once, so it is no certificate.
        ("answer", &["--pdf"][..], 1),
        ("answer", &["--pdf", "--lang", "xx"][..], 2),
        ("answer", &["--pdf", "--scale", "4"][..], 2),
    ] {
        let words = [&["paper", "--input", input, "--output", "out"], more].concat();
        let (found, told) = scene.shell.told(&words);
        assert_eq!(found, code, "{words:?}: {told}");
    }
    assert!(!scene.shell.path("out.pdf").exists() && !scene.shell.path("out-1.png").exists());
}
