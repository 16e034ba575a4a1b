//! Days and credential types in six languages.

use chrono::Datelike as _;

use super::Language;
use crate::{CredentialType, Timestamp};

const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SPANISH: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const RUSSIAN: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
const ARABIC: [&str; 12] = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
];

/// The day in UTC, as the language writes it.
pub(super) fn day(at: Timestamp, language: Language) -> String {
    let (day, month, year) = (at.day(), at.month(), at.year());
    let named = |months: &[&'static str; 12]| months.get(at.month0() as usize).copied().unwrap_or_default();
    match language {
        Language::Arabic => format!("{day} {} {year}", named(&ARABIC)),
        Language::Chinese => format!("{year}年{month}月{day}日"),
        Language::English => format!("{day} {} {year}", named(&ENGLISH)),
        Language::French if day == 1 => format!("1er {} {year}", named(&FRENCH)),
        Language::French => format!("{day} {} {year}", named(&FRENCH)),
        Language::Russian => format!("{day} {} {year} года", named(&RUSSIAN)),
        Language::Spanish => format!("{day} de {} de {year}", named(&SPANISH)),
    }
}

/// Names separated as the language does it. A type that has no name there has its English one.
pub(super) fn list(types: &[CredentialType], language: Language) -> String {
    let names: Vec<String> = types.iter().map(|kind| title(*kind, language)).collect();
    names.join(match language {
        Language::Arabic => "، ",
        Language::Chinese => "、",
        _ => ", ",
    })
}

fn title(kind: CredentialType, language: Language) -> String {
    let known: Option<&'static str> = match (kind.to_string().as_str(), language) {
        ("StaffIdentity", Language::Arabic) => Some("هوية الموظف"),
        ("StaffIdentity", Language::Chinese) => Some("工作人员身份"),
        ("StaffIdentity", Language::French) => Some("identité du fonctionnaire"),
        ("StaffIdentity", Language::Russian) => Some("удостоверение сотрудника"),
        ("StaffIdentity", Language::Spanish) => Some("identidad del funcionario"),
        ("Employment", Language::Arabic) => Some("التوظيف"),
        ("Employment", Language::Chinese) => Some("任用"),
        ("Employment", Language::French) => Some("engagement"),
        ("Employment", Language::Russian) => Some("сведения о назначении"),
        ("Employment", Language::Spanish) => Some("nombramiento"),
        ("DigitalCertificateOfEntitlement", Language::Arabic) => Some("شهادة الاستحقاق الرقمية"),
        ("DigitalCertificateOfEntitlement", Language::Chinese) => Some("数字权利证明"),
        ("DigitalCertificateOfEntitlement", Language::French) => {
            Some("certificat numérique de droit à prestation")
        }
        ("DigitalCertificateOfEntitlement", Language::Russian) => {
            Some("цифровое свидетельство о праве на пенсию")
        }
        ("DigitalCertificateOfEntitlement", Language::Spanish) => {
            Some("certificado digital de derecho a prestación")
        }
        ("TrainingCompletion", Language::Arabic) => Some("إتمام التدريب"),
        ("TrainingCompletion", Language::Chinese) => Some("培训结业"),
        ("TrainingCompletion", Language::French) => Some("attestation de formation"),
        ("TrainingCompletion", Language::Russian) => Some("свидетельство об обучении"),
        ("TrainingCompletion", Language::Spanish) => Some("formación completada"),
        ("SecurityClearance", Language::Arabic) => Some("التصريح الأمني"),
        ("SecurityClearance", Language::Chinese) => Some("安全许可"),
        ("SecurityClearance", Language::French) => Some("habilitation de sécurité"),
        ("SecurityClearance", Language::Russian) => Some("допуск по безопасности"),
        ("SecurityClearance", Language::Spanish) => Some("habilitación de seguridad"),
        ("MedicalClearance", Language::Arabic) => Some("التصريح الطبي"),
        ("MedicalClearance", Language::Chinese) => Some("体检许可"),
        ("MedicalClearance", Language::French) => Some("aptitude médicale"),
        ("MedicalClearance", Language::Russian) => Some("медицинский допуск"),
        ("MedicalClearance", Language::Spanish) => Some("aptitud médica"),
        ("Separation", Language::Arabic) => Some("إنهاء الخدمة"),
        ("Separation", Language::Chinese) => Some("离职证明"),
        ("Separation", Language::French) => Some("cessation de service"),
        ("Separation", Language::Russian) => Some("прекращение службы"),
        ("Separation", Language::Spanish) => Some("separación del servicio"),
        _ => None,
    };
    known.map_or_else(|| kind.title().to_owned(), str::to_owned)
}

pub(super) const fn sample_name(language: Language) -> &'static str {
    match language {
        Language::Arabic => "ليلى حداد",
        Language::Chinese => "李伟",
        Language::English => "Amina Okafor",
        Language::French => "Camille Fournier",
        Language::Russian => "Ирина Соколова",
        Language::Spanish => "Lucía Herrera",
    }
}
