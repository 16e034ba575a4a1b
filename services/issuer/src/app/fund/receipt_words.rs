//! The words of a receipt in the six languages, and the letter they make.

use chrono::NaiveDate;
use clock::Timestamp;
use issuance::message::{Language, day_in_words};
use paper::{Certificate, CertificateError, Direction, Fact};

use super::receipts::{ReceiptDocument, ReceiptView};

/// Words of one language.
struct Words {
    title: &'static str,
    from: &'static str,
    name: &'static str,
    number: &'static str,
    reference: &'static str,
    channel: &'static str,
    made: &'static str,
    received: &'static str,
    years: &'static str,
    until: &'static str,
    next: &'static str,
    /// In the order of [`CHANNELS`].
    channels: [&'static str; 8],
    notes: [&'static str; 3],
}

const CHANNELS: [&str; 8] =
    ["own-device", "kiosk", "paper", "upload", "letter", "visit", "video-call", "authority"];

const ENGLISH: Words = Words {
    title: "Receipt of your proof of life",
    from: "Issued by",
    name: "Name",
    number: "Number",
    reference: "Reference",
    channel: "How it came",
    made: "Made on",
    received: "Received on",
    years: "Counts for",
    until: "You are covered until",
    next: "Next proof from",
    channels: [
        "Your own device",
        "A station of the Fund",
        "The form, by post",
        "The form, uploaded",
        "A signed letter",
        "A visit",
        "A video call",
        "A certificate of an authority",
    ],
    notes: [
        "You need do nothing more now. Keep this receipt; quote the reference when you write to us.",
        "The Fund never asks for money, a PIN or a code on the telephone because of this receipt.",
        "The codes and the embedded file hold the receipt signed by the Fund. Its commitment is on the registry chain.",
    ],
};

const FRENCH: Words = Words {
    title: "Reçu de votre preuve de vie",
    from: "Délivré par",
    name: "Nom",
    number: "Numéro",
    reference: "Référence",
    channel: "Voie",
    made: "Faite le",
    received: "Reçue le",
    years: "Compte pour",
    until: "Vous êtes couvert(e) jusqu’au",
    next: "Prochaine preuve à partir du",
    channels: [
        "Votre appareil",
        "Une borne de la Caisse",
        "Le formulaire, par la poste",
        "Le formulaire, téléversé",
        "Une lettre signée",
        "Une visite",
        "Un appel vidéo",
        "Un certificat d’une autorité",
    ],
    notes: [
        "Vous n’avez rien d’autre à faire. Gardez ce reçu et citez la référence quand vous nous écrivez.",
        "La Caisse ne demande jamais d’argent, de code PIN ou de code au téléphone à cause de ce reçu.",
        "Les codes et le fichier joint contiennent le reçu signé par la Caisse. Son engagement est sur la chaîne du registre.",
    ],
};

const SPANISH: Words = Words {
    title: "Recibo de su fe de vida",
    from: "Emitido por",
    name: "Nombre",
    number: "Número",
    reference: "Referencia",
    channel: "Vía",
    made: "Hecha el",
    received: "Recibida el",
    years: "Vale para",
    until: "Está cubierto(a) hasta el",
    next: "Próxima fe de vida a partir del",
    channels: [
        "Su dispositivo",
        "Un puesto de la Caja",
        "El formulario, por correo",
        "El formulario, enviado en línea",
        "Una carta firmada",
        "Una visita",
        "Una videollamada",
        "Un certificado de una autoridad",
    ],
    notes: [
        "No tiene que hacer nada más ahora. Guarde este recibo y cite la referencia cuando nos escriba.",
        "La Caja nunca pide dinero, un PIN ni un código por teléfono a causa de este recibo.",
        "Los códigos y el archivo adjunto contienen el recibo firmado por la Caja. Su compromiso está en la cadena del registro.",
    ],
};

const RUSSIAN: Words = Words {
    title: "Квитанция о подтверждении жизни",
    from: "Выдано",
    name: "Имя",
    number: "Номер",
    reference: "Ссылка",
    channel: "Способ",
    made: "Составлено",
    received: "Получено",
    years: "Засчитано за",
    until: "Вы обеспечены до",
    next: "Следующее подтверждение с",
    channels: [
        "Ваше устройство",
        "Пункт Фонда",
        "Бланк по почте",
        "Бланк, загруженный",
        "Подписанное письмо",
        "Посещение",
        "Видеозвонок",
        "Справка органа власти",
    ],
    notes: [
        "Сейчас больше ничего делать не нужно. Сохраните квитанцию и указывайте ссылку, когда пишете нам.",
        "Фонд никогда не просит денег, PIN или код по телефону из-за этой квитанции.",
        "Коды и вложенный файл содержат квитанцию, подписанную Фондом. Её обязательство записано в цепи реестра.",
    ],
};

const CHINESE: Words = Words {
    title: "生存证明收据",
    from: "签发方",
    name: "姓名",
    number: "编号",
    reference: "参考号",
    channel: "方式",
    made: "作出日期",
    received: "收到日期",
    years: "计入年度",
    until: "有效期至",
    next: "下次证明自",
    channels: [
        "本人设备",
        "基金服务点",
        "邮寄表格",
        "上传表格",
        "签名信件",
        "当面访问",
        "视频通话",
        "主管机关证明",
    ],
    notes: [
        "现在无需再做其他事。请保存本收据，来信时请注明参考号。",
        "基金绝不会因本收据在电话中索要钱款、密码或验证码。",
        "条码和附件内含基金签名的收据，其承诺值已记入登记链。",
    ],
};

const ARABIC: Words = Words {
    title: "إيصال إثبات الحياة",
    from: "صادر عن",
    name: "الاسم",
    number: "الرقم",
    reference: "المرجع",
    channel: "الطريقة",
    made: "تاريخ الإثبات",
    received: "تاريخ الاستلام",
    years: "يُحتسب لسنة",
    until: "أنت مشمول حتى",
    next: "الإثبات التالي ابتداءً من",
    channels: [
        "جهازك",
        "محطة تابعة للصندوق",
        "الاستمارة بالبريد",
        "الاستمارة مرفوعة",
        "رسالة موقّعة",
        "زيارة",
        "مكالمة فيديو",
        "شهادة من سلطة",
    ],
    notes: [
        "لا يلزمك شيء آخر الآن. احتفظ بهذا الإيصال واذكر المرجع عندما تكتب إلينا.",
        "لا يطلب الصندوق أبداً مالاً أو رقماً سرياً أو رمزاً بالهاتف بسبب هذا الإيصال.",
        "تحتوي الرموز والملف المرفق على الإيصال الموقّع من الصندوق. والتزامه مسجّل على سلسلة السجل.",
    ],
};

const fn words(language: &str) -> (&'static Words, Direction) {
    match language.as_bytes() {
        b"fr" => (&FRENCH, Direction::LeftToRight),
        b"es" => (&SPANISH, Direction::LeftToRight),
        b"ru" => (&RUSSIAN, Direction::LeftToRight),
        b"zh" => (&CHINESE, Direction::LeftToRight),
        b"ar" => (&ARABIC, Direction::RightToLeft),
        _ => (&ENGLISH, Direction::LeftToRight),
    }
}

/// The letter as PDF/A-3, in the person's language.
pub(super) fn letter(
    fund: &str,
    view: &ReceiptView,
    document: &ReceiptDocument,
    signed: &str,
    made: Timestamp,
) -> Result<Vec<u8>, CertificateError> {
    let registered = &view.person.registered;
    let (words, direction) = words(&registered.language);
    let language = Language::parse(&registered.language).unwrap_or(Language::English);
    let written = |day: NaiveDate| day_in_words(day, language);
    let day = |at: Timestamp| written(at.date_naive());
    let channel = CHANNELS.iter().position(|name| *name == document.channel);
    let channel = channel.and_then(|at| words.channels.get(at)).copied().unwrap_or_default();
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let mut facts = vec![
        fact(words.name, format!("{} {}", registered.given_name, registered.family_name)),
        fact(words.number, registered.uid.clone()),
        fact(words.reference, document.reference.clone()),
        fact(words.channel, channel.to_owned()),
        fact(words.made, day(document.captured_at)),
        fact(words.received, day(document.received_at)),
    ];
    if !document.years.is_empty() {
        let years: Vec<String> = document.years.iter().map(ToString::to_string).collect();
        facts.push(fact(words.years, years.join(", ")));
    }
    facts.extend(document.valid_until.map(|until| fact(words.until, written(until))));
    facts.push(fact(words.next, written(document.next_opens)));
    paper::certificate(&Certificate {
        language: match registered.language.as_str() {
            known @ ("ar" | "es" | "fr" | "ru" | "zh") => known,
            _ => "en",
        },
        direction,
        title: words.title,
        issuer: &format!("{}: {fund}", words.from),
        facts: &facts,
        notes: &words.notes.map(str::to_owned),
        credential: signed,
        media_type: "application/jose",
        file_name: "receipt.jws",
        made,
    })
}
