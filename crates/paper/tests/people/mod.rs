//! People of six languages and what their certificates say.

use chrono::{TimeZone as _, Utc};
use paper::{Certificate, Direction, Fact};

pub struct Person {
    pub language: &'static str,
    direction: Direction,
    title: &'static str,
    issuer: &'static str,
    pub facts: Vec<Fact>,
    notes: Vec<String>,
}

impl Person {
    pub fn certificate<'a>(&'a self, credential: &'a str) -> Certificate<'a> {
        Certificate {
            language: self.language,
            direction: self.direction,
            title: self.title,
            issuer: self.issuer,
            facts: &self.facts,
            notes: &self.notes,
            credential,
            media_type: "application/dc+sd-jwt",
            file_name: "credential.sd-jwt",
            made: Utc.with_ymd_and_hms(2027, 1, 2, 3, 4, 5).unwrap(),
        }
    }
}

/// About as long as an SD-JWT with seven disclosures, and as hard to compress.
pub fn credential(seed: &str) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = seed.bytes().fold(7u64, |state, byte| state * 31 + u64::from(byte));
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(alphabet[usize::try_from(state >> 58).unwrap()])
    };
    std::iter::repeat_with(next).take(1_500).chain(['~']).collect()
}

pub fn people() -> Vec<Person> {
    use Direction::{LeftToRight, RightToLeft};
    let person = |language, direction, title, issuer, facts: &[(&str, &str)], note: &str| Person {
        language,
        direction,
        title,
        issuer,
        facts: facts
            .iter()
            .map(|(label, value)| Fact { label: (*label).into(), value: (*value).into() })
            .collect(),
        notes: vec![note.to_owned()],
    };
    vec![
        person(
            "en",
            LeftToRight,
            "Staff identity",
            "Issued by United Nations Development Programme",
            &[
                ("Given names", "Amina"),
                ("Family name", "Yılmaz Þórsdóttir"),
                ("Title", "Programme Specialist"),
            ],
            "What counts is the signed credential in this file and in the codes below, not the words on this page.",
        ),
        person(
            "fr",
            LeftToRight,
            "Identité du personnel",
            "Émis par le Programme des Nations Unies pour le développement",
            &[("Prénoms", "Éloïse"), ("Nom de famille", "Œuvrard-N’Diaye")],
            "Seul fait foi le document signé contenu dans ce fichier et dans les codes.",
        ),
        person(
            "ru",
            LeftToRight,
            "Удостоверение сотрудника",
            "Кем выдано: Программа развития ООН",
            &[("Имя", "Йоланта"), ("Фамилия", "Щербакова-Ёлкина"), ("Место службы", "Женева")],
            "Значение имеет только подписанное удостоверение в этом файле и в кодах.",
        ),
        person(
            "zh",
            LeftToRight,
            "工作人员身份",
            "签发方：联合国开发计划署",
            &[("名", "晓明"), ("姓", "欧阳"), ("职衔", "方案专家 P-4"), ("工作地点", "日内瓦")],
            "有效的是本文件及下列二维码中经签名的凭证，而不是本页上的文字。",
        ),
        person(
            "ar",
            RightToLeft,
            "هوية الموظف",
            "جهة الإصدار: برنامج الأمم المتحدة الإنمائي",
            &[
                ("الأسماء الأولى", "فاطمة الزهراء"),
                ("اسم العائلة", "بن علي (Ben Ali)"),
                ("رقم الموظف", "10042-A"),
                ("مركز العمل", "جنيف"),
            ],
            "العبرة بوثيقة الاعتماد الموقعة داخل هذا الملف وفي الرموز أدناه، لا بالكلمات المطبوعة على هذه الصفحة.",
        ),
    ]
}
