//! `passerelle audit draw` and `audit verify --frame`: a sample that the Fund could not choose.

use clock::Timestamp;
use entitlement::journal::{Export, Frame, FramePerson, VERSION, beginning, hex};

use crate::scene::Shell;

const FUND: &str = "did:passerelle:unjspf";

/// A journal without an entry: every check of it holds.
fn journal(person: &str) -> Export {
    Export {
        version: VERSION,
        organisation: FUND.into(),
        person: person.into(),
        made_at: Timestamp::UNIX_EPOCH,
        entries: Vec::new(),
        calendars: Vec::new(),
        head: hex(&beginning(person)),
        anchors: Vec::new(),
    }
}

fn frame() -> Frame {
    let person = |at: usize| {
        let person = format!("P{at:03}");
        FramePerson { head: hex(&beginning(&person)), entries: 0, person }
    };
    Frame {
        organisation: FUND.into(),
        made_at: Timestamp::UNIX_EPOCH,
        people: (0..100).map(person).collect(),
    }
}

#[test]
fn stranger_draws_a_sample_and_finds_what_is_missing_or_written_anew() {
    let shell = Shell::new();
    shell.write("journals.json", serde_json::to_vec(&frame()).unwrap());
    let drawn = shell.run(&["audit", "draw", "journals.json", "--seed", "3 17 21", "--count", "5"]);
    let drawn: Vec<&str> = drawn.lines().collect();
    assert_eq!(drawn.len(), 5);
    let name = |person: &str| format!("{person}.json");
    for person in &drawn {
        shell.write(&name(person), serde_json::to_vec(&journal(person)).unwrap());
    }
    let files: Vec<String> = drawn.iter().map(|person| name(person)).collect();
    let verify = |files: &[String]| {
        let mut words = vec!["audit", "verify"];
        words.extend(files.iter().map(String::as_str));
        words.extend(["--frame", "journals.json", "--seed", "3 17 21", "--count", "5"]);
        shell.told(&words)
    };
    let (code, told) = verify(&files);
    assert!(code == 0 && told.contains("every journal that the seed draws is here"), "{told}");

    let (code, told) = verify(&files[1..]);
    assert!(
        code == 1 && told.contains(&format!("the journal of {} is drawn and missing", drawn[0])),
        "{told}"
    );
    let anew = Export { organisation: "did:passerelle:other".into(), ..journal(drawn[0]) };
    shell.write(&files[0], serde_json::to_vec(&anew).unwrap());
    let (code, told) = verify(&files);
    assert!(code == 1 && told.contains("another organisation than the frame"), "{told}");

    let mut twice = frame();
    twice.people.swap(0, 1);
    shell.write("journals.json", serde_json::to_vec(&twice).unwrap());
    let (code, told) = verify(&files);
    assert!(code != 0 && told.contains("not in order"), "{told}");
    for wrong in [["--seed", " ", "--count", "5"], ["--seed", "x", "--count", "0"]] {
        let words: Vec<&str> = ["audit", "draw", "journals.json"].into_iter().chain(wrong).collect();
        assert_ne!(shell.told(&words).0, 0);
    }
}
