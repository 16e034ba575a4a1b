//! What the Fund's letters and messages say in six languages: one file a language, one part a letter, as in
//! `issuance::message`. None of them holds a link or a code.

use chrono::NaiveDate;
use entitlement::cycle::EffectKind;
use issuance::message::{Filling, Language, Rendered, Template, day_in_words};
use serde::{Deserialize, Serialize};

/// What one letter or message is about. It is sealed with the letter, so that a part printed again is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    /// `first`, `second`, `notice`, `hold`, `resumed`, `resumed-after-error`, `resumed-after-end`, `survivor`, `another-way`, `reminder` or
    /// `receipt`.
    pub part: String,
    pub name: String,
    /// Name and address, line by line.
    pub to: Vec<String>,
    pub year: i32,
    /// The last day for a proof in time.
    pub due: NaiveDate,
    /// That day was over when this was written: what comes still counts, and the words say so.
    #[serde(default)]
    pub over: bool,
    /// When a form is asked back.
    pub back: Option<NaiveDate>,
    /// When payment stops.
    pub suspends: Option<NaiveDate>,
    /// After whom a benefit goes on to the person.
    #[serde(default)]
    pub about: Option<String>,
    /// When the first form of the year left, which a second letter says.
    #[serde(default)]
    pub first: Option<NaiveDate>,
    /// The years for which a form that is signed now counts, where it is more than its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closes: Vec<i32>,
    /// Of the proof that a receipt is about.
    pub proof: Option<Proof>,
    /// How the person begins to enrol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
}

/// What a letter says that invites to enrol. The code stands nowhere else in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invitation {
    /// Nine digits.
    pub uid: String,
    pub code: String,
    /// The wallet's page; it holds neither number nor code.
    pub link: String,
    /// The last day of the code.
    pub until: NaiveDate,
    /// Of the Fund; nothing where an officer prints it, who says the number.
    #[serde(default)]
    pub telephone: String,
    /// When somebody answers it, in digits.
    #[serde(default)]
    pub hours: String,
}

/// What stands on the slip, with its words.
pub(super) struct Fields {
    link: String,
    labels: [&'static str; 3],
    values: [String; 3],
}

impl Fields {
    pub fn on_paper(&self) -> paper::Slip<'_> {
        let [number, code, address] = &self.values;
        let [of_number, of_code, of_address] = self.labels;
        paper::Slip {
            link: &self.link,
            fields: [(of_number, number), (of_code, code), (of_address, address)],
        }
    }
}

impl Invitation {
    /// The part that says whom to call.
    fn whom_to_call(&self) -> Option<&'static str> {
        match (self.telephone.is_empty(), self.hours.is_empty()) {
            (true, _) => None,
            (false, true) => Some("call"),
            (false, false) => Some("hours"),
        }
    }

    /// The number in groups of three, as it is read out.
    pub fn slip(&self, language: Language) -> Fields {
        let digits: Vec<char> = self.uid.chars().collect();
        let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().collect()).collect();
        Fields {
            link: self.link.clone(),
            labels: slip_labels(language),
            values: [groups.join("\u{a0}"), self.code.clone(), self.link.clone()],
        }
    }
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation")
    }
}

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Proof {
    pub reference: String,
    pub years: String,
    pub valid_until: Option<NaiveDate>,
}

/// Letters that ask for nothing.
const WITHOUT_FORM: [&str; 6] =
    ["resumed", "resumed-after-error", "resumed-after-end", "survivor", "receipt", "invitation"];

/// A letter's words.
pub(super) struct Said {
    pub title: String,
    pub paragraphs: Vec<String>,
}

/// The part that tells of an effect and the rule that asked for it; nothing for what is not told by letter or message.
pub(super) fn part_of(kind: &EffectKind, rule: &str) -> Option<&'static str> {
    match kind {
        EffectKind::MailPaper { mailing: 1, .. } => Some("first"),
        EffectKind::MailPaper { .. } => Some("second"),
        EffectKind::SendNotice { .. } => Some("notice"),
        EffectKind::HoldPayment { .. } => Some("hold"),
        EffectKind::ResumePayment { evidence: Some(_), .. } => Some("resumed"),
        // Payment resumes without a proof where a death was recorded that was none.
        EffectKind::ResumePayment { evidence: None, .. } if rule == "end-withdrawn" => {
            Some("resumed-after-end")
        }
        EffectKind::ResumePayment { evidence: None, .. } => Some("resumed-after-error"),
        EffectKind::InviteSurvivor { .. } => Some("survivor"),
        EffectKind::OfferAnotherChannel { .. } => Some("another-way"),
        EffectKind::Remind { .. } => Some("reminder"),
        EffectKind::SendReceipt { .. } => Some("receipt"),
        EffectKind::ListForFollowUp
        | EffectKind::ProposeSuspension { .. }
        | EffectKind::StopPayment { .. }
        | EffectKind::OpenCase { .. }
        | EffectKind::RevokeCertificates => None,
    }
}

impl Written {
    /// Whether the letter asks for a signature.
    pub fn has_form(&self) -> bool {
        !WITHOUT_FORM.contains(&self.part.as_str())
    }

    pub fn letter(&self, language: Language) -> Said {
        let part = match (self.part.as_str(), self.first) {
            // Nobody is told of a letter that did not leave.
            ("second", None) => "second-alone",
            (part, _) => part,
        };
        let mut parts = self.filled(part, language).into_iter();
        if let Some(whom) = self.invitation.as_ref().and_then(Invitation::whom_to_call) {
            parts = parts.chain(self.filled(whom, language)).collect::<Vec<_>>().into_iter();
        }
        let title = parts.next().unwrap_or_default();
        let mut paragraphs: Vec<String> = parts.collect();
        if self.has_form() && self.closes.iter().any(|year| *year != self.year) {
            // Before the last one, which says how to get help.
            let at = paragraphs.len().saturating_sub(1);
            paragraphs.splice(at..at, self.filled("closes", language));
        }
        Said { title, paragraphs }
    }

    pub fn declaration(&self, language: Language) -> String {
        self.filled("declaration", language).join(" ")
    }

    /// The same as a message. Name and organisation are filled in by the common template, which bounds them.
    pub fn message(&self, language: Language, organisation: &str) -> Rendered {
        let text = part(language, &format!("message-{}", self.part));
        let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
        let body: Vec<&str> = body.split("\n\n").map(|text| self.in_time(text, language)).collect();
        let body = body.join("\n\n");
        let fill = |text: &str| filled(text, &self.values(language));
        let template = Template { subject: fill(subject), body: fill(&body) };
        let filling = Filling {
            name: self.name.clone(),
            organisation: organisation.to_owned(),
            credentials: Vec::new(),
            until: None,
        };
        template.render(language, &filling)
    }

    /// The first line, and then a text a paragraph.
    fn filled(&self, name: &str, language: Language) -> Vec<String> {
        let mut values = self.values(language);
        values.push(("name", self.name.clone()));
        let (title, body) = part(language, name).split_once('\n').unwrap_or((part(language, name), ""));
        let paragraphs = body.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        let paragraphs = paragraphs.map(|text| self.in_time(text, language));
        std::iter::once(title).chain(paragraphs).map(|text| filled(text, &values)).collect()
    }

    /// Nobody reads of a last day that lies behind them as if nothing counted any more.
    fn in_time(&self, paragraph: &'static str, language: Language) -> &'static str {
        match (self.over && paragraph.contains("{due}"), self.part.as_str()) {
            (true, "reminder") => part(language, "over-reminder"),
            (true, "first" | "second") => part(language, "over"),
            _ => paragraph,
        }
    }

    fn values(&self, language: Language) -> Vec<(&'static str, String)> {
        let day = |day: Option<NaiveDate>| day.map(|day| day_in_words(day, language)).unwrap_or_default();
        let proof = self.proof.as_ref();
        vec![
            ("year", self.year.to_string()),
            ("due", day(Some(self.due))),
            ("back", day(self.back)),
            ("suspends", day(self.suspends)),
            ("first", day(self.first)),
            ("about", self.about.clone().unwrap_or_default()),
            ("reference", proof.map(|proof| proof.reference.clone()).unwrap_or_default()),
            ("years", proof.map(|proof| proof.years.replace(' ', ", ")).unwrap_or_default()),
            ("closes", self.closes.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")),
            ("valid", day(proof.and_then(|proof| proof.valid_until))),
            ("until", day(self.invitation.as_ref().map(|it| it.until))),
            (
                "telephone",
                self.invitation.as_ref().map(|it| kept_together(&it.telephone, language)).unwrap_or_default(),
            ),
            (
                "hours",
                self.invitation.as_ref().map(|it| kept_together(&it.hours, language)).unwrap_or_default(),
            ),
        ]
    }
}

/// What stands across a letter that is only looked at.
pub(super) fn sample_word(language: Language) -> &'static str {
    part(language, "sample")
}

/// Above the places for signature, day and place.
pub(super) fn labels(language: Language) -> [&'static str; 3] {
    let mut lines = part(language, "labels").lines();
    [(); 3].map(|()| lines.next().unwrap_or_default())
}

/// For whoever acts for the person: their name, and by what right.
pub(super) fn helper_labels(language: Language) -> [&'static str; 4] {
    let mut lines = part(language, "helper").lines();
    [(); 4].map(|()| lines.next().unwrap_or_default())
}

/// Above number, code and address of an invitation.
pub(super) fn slip_labels(language: Language) -> [&'static str; 3] {
    let mut lines = part(language, "slip").lines();
    [(); 3].map(|()| lines.next().unwrap_or_default())
}

/// Digits among words that run from the right: U+2066 and U+2069 keep them to themselves.
fn kept_together(digits: &str, language: Language) -> String {
    match language.direction() {
        "rtl" => format!("\u{2066}{digits}\u{2069}"),
        _ => digits.to_owned(),
    }
}

pub(super) fn foot(language: Language, telephone: &str) -> String {
    // Groups of digits would stand in the order of the words around them: U+2066 and U+2069 keep the number to itself.
    let telephone = match language.direction() {
        "rtl" => format!("\u{2066}{telephone}\u{2069}"),
        _ => telephone.to_owned(),
    };
    filled(part(language, "foot"), &[("telephone", telephone)])
}

const fn file(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("words/ar.txt"),
        Language::Chinese => include_str!("words/zh.txt"),
        Language::English => include_str!("words/en.txt"),
        Language::French => include_str!("words/fr.txt"),
        Language::Russian => include_str!("words/ru.txt"),
        Language::Spanish => include_str!("words/es.txt"),
    }
}

/// What follows the line `# name`, up to the next such line.
fn part(language: Language, name: &str) -> &'static str {
    let parts = file(language).split("# ");
    let found = parts.filter_map(|part| part.split_once('\n')).find(|(head, _)| *head == name);
    found.map_or("", |(_, text)| text.trim_end())
}

/// Each placeholder once, from left to right, so that a name with braces in it is not read as one. A placeholder without
/// a value stays as it is.
fn filled(text: &str, values: &[(&str, String)]) -> String {
    let (mut made, mut rest) = (String::with_capacity(text.len() * 2), text);
    while let Some((before, behind)) = rest.split_once('{') {
        made.push_str(before);
        let known = behind.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match known {
            Some((value, after)) => {
                made.push_str(value);
                rest = after;
            }
            None => {
                made.push('{');
                rest = behind;
            }
        }
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PARTS: [&str; 13] = [
        "first",
        "second",
        "second-alone",
        "notice",
        "hold",
        "resumed",
        "resumed-after-error",
        "resumed-after-end",
        "survivor",
        "another-way",
        "reminder",
        "receipt",
        "invitation",
    ];

    fn written(part: &str) -> Written {
        let day = |text: &str| text.parse().unwrap();
        Written {
            part: part.to_owned(),
            name: "Amina {year} Diallo".to_owned(),
            to: vec![],
            year: 2026,
            due: day("2026-12-31"),
            over: false,
            back: Some(day("2026-08-14")),
            suspends: Some(day("2027-06-01")),
            about: Some("Yusuf Diallo".to_owned()),
            first: Some(day("2026-06-30")),
            closes: Vec::new(),
            proof: Some(Proof {
                reference: "K7M2-Q9XR".to_owned(),
                years: "2025 2026".to_owned(),
                valid_until: Some(day("2027-12-31")),
            }),
            invitation: (part == "invitation").then(|| Invitation {
                uid: "100482317".to_owned(),
                code: "K7M2Q-9XR4T".to_owned(),
                link: "https://wallet.fund.example/enrol?fund=https://issuer.fund.example/t/unjspf"
                    .to_owned(),
                until: day("2027-02-13"),
                telephone: "+1 212 963 6931".to_owned(),
                hours: "9:00–17:00 UTC-5".to_owned(),
            }),
        }
    }

    #[test]
    fn letter_that_is_made_after_the_due_day_says_that_it_still_counts() {
        for language in Language::ALL {
            for name in ["first", "second", "reminder"] {
                let said = |over| Written { over, ..written(name) }.letter(language).paragraphs;
                let (in_time, late) = (said(false), said(true));
                let differing = in_time.iter().zip(&late).filter(|(before, after)| before != after).count();
                assert_eq!((in_time.len(), differing), (late.len(), 1), "{language:?} {name}");
                let day = day_in_words("2026-12-31".parse().unwrap(), language);
                assert!(late.iter().any(|text| text.contains(&day)), "{language:?} {name}: {late:?}");
            }
        }
        let late =
            Written { over: true, first: None, ..written("second") }.letter(Language::English).paragraphs;
        let still =
            "The last day for 2026 was 31 December 2026. It is not too late: your confirmation still counts.";
        assert!(late.iter().any(|text| text.starts_with(still)), "{late:?}");
        let message = Written { over: true, ..written("reminder") }.message(Language::English, "The Fund");
        assert!(message.text.contains("still counts"), "{}", message.text);
    }

    #[test]
    fn every_language_has_every_part_with_the_same_values() {
        fn placeholders(text: &str) -> std::collections::BTreeSet<&str> {
            text.split('{')
                .skip(1)
                .filter_map(|behind| behind.split_once('}'))
                .map(|(name, _)| name)
                .collect()
        }
        let messages = ["message-reminder", "message-receipt", "message-another-way"];
        for name in PARTS.into_iter().chain(messages).chain([
            "over",
            "over-reminder",
            "closes",
            "declaration",
            "labels",
            "foot",
            "sample",
            "helper",
            "slip",
            "hours",
            "call",
        ]) {
            let english = part(Language::English, name);
            for language in Language::ALL {
                let text = part(language, name);
                assert!(!text.is_empty(), "{language:?} {name}");
                assert_eq!(placeholders(text), placeholders(english), "{language:?} {name}");
                let lower = text.to_lowercase();
                assert!(!lower.contains("://") && !lower.contains("www."), "no link: {language:?} {name}");
                assert_eq!(text.split("\n\n").count(), english.split("\n\n").count(), "{language:?} {name}");
            }
        }
    }

    #[test]
    fn everything_is_filled_in_and_a_name_is_taken_as_it_stands() {
        for language in Language::ALL {
            for name in PARTS {
                let said = written(name).letter(language);
                let all = format!("{} {}", said.title, said.paragraphs.join(" "));
                assert_eq!(all.matches('{').count(), 1, "the one of the name: {language:?} {all}");
            }
            assert!(written("first").declaration(language).contains("Amina {year} Diallo"));
            assert!(labels(language).iter().all(|label| !label.is_empty()));
            assert!(helper_labels(language).iter().all(|label| !label.is_empty()));
            assert!(slip_labels(language).iter().all(|label| !label.is_empty()));
            assert!(foot(language, "+1 212").contains("+1 212"));
            let message = written("reminder").message(language, "Fund");
            assert!(message.text.contains("2026") && !message.subject.contains('{'), "{message:?}");
        }
    }

    #[test]
    fn letters_of_every_language_fit_their_page() {
        let mut named = Vec::new();
        for language in Language::ALL {
            for name in PARTS {
                let mut of = written(name);
                of.name = "Amina Diallo".to_owned();
                let (said, declaration) = (of.letter(language), of.declaration(language));
                named.push((language, of, said, declaration));
            }
        }
        let to: Vec<String> =
            ["Amina Diallo", "12, rue des Écoles", "75005 Paris"].map(str::to_owned).to_vec();
        for (language, of, said, declaration) in &named {
            let form = of.has_form().then_some(paper::FormPart {
                code: "PASSERELLE-FORM:K7M2Q9XR4T1A:0123456789ABCDEF",
                number: "K7M2-Q9XR-4T1A",
                declaration,
                labels: labels(*language),
                acting: helper_labels(*language),
            });
            let slip = of.invitation.as_ref().map(|it| it.slip(*language));
            let letter = paper::Letter {
                direction: super::super::printing::direction(*language),
                sender: "United Nations Joint Staff Pension Fund",
                return_address: "New York",
                to: &to,
                day: "30 June",
                title: &said.title,
                paragraphs: &said.paragraphs,
                form,
                slip: slip.as_ref().map(Fields::on_paper),
                foot: "+1",
            };
            let made = paper::letters("Letters", "2026-06-30T10:00:00Z".parse().unwrap(), &[letter]);
            assert!(made.is_ok(), "{language:?} {}: {:?}", of.part, made.err());
        }
    }
}
