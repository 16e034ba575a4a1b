//! Numbers of forms: how they are made, shown, typed and told from numbers of strangers.

use super::Issuer;

impl Issuer {
    /// Eleven random characters and one by which a slip of the pen is noticed.
    pub(super) fn new_form_number(&self, tenant: &str) -> String {
        let mut random = [0; 11];
        self.entropy.fill(&mut random);
        let body: String = random.iter().map(|byte| crockford(*byte)).collect();
        let check = self.secrets.form_code(tenant, &body).first().copied().unwrap_or_default();
        format!("{body}{}", crockford(check))
    }

    /// The text of a form's code: its number, and what shows that it came from here.
    pub(super) fn form_code(&self, tenant: &str, number: &str) -> String {
        let mac = self.secrets.form_code(tenant, number);
        let mac = hex::encode_upper(mac.get(..8).unwrap_or_default());
        format!("{}{number}:{mac}", paper::FORM_PREFIX)
    }

    /// The number in the text of a code that came from here.
    pub(super) fn number_of_code<'a>(&self, tenant: &str, code: &'a str) -> Option<&'a str> {
        let (number, _) = code.strip_prefix(paper::FORM_PREFIX)?.split_once(':')?;
        // The MAC keeps strangers from trying numbers; what a number means is in the database alone.
        (self.form_code(tenant, number) == code).then_some(number)
    }

    /// A number as somebody types it: blanks, hyphens and small letters are the same. Nothing when a character is wrong.
    pub(super) fn typed_number(&self, tenant: &str, typed: &str) -> Option<String> {
        let number: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let body = number.get(..11).filter(|_| number.len() == 12)?;
        let check = self.secrets.form_code(tenant, body).first().copied()?;
        number.ends_with(crockford(check)).then_some(number)
    }
}

/// Of 32 that are not taken for each other (Crockford's base 32).
fn crockford(byte: u8) -> char {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    LETTERS.get(usize::from(byte % 32)).copied().map_or('0', char::from)
}

/// In groups of four, as it stands below the code.
pub(super) fn shown_number(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}
