//! What stands on every letter of the Fund: its telephone number and where forms go back to. Asked once, and looked at before it
//! is printed 74,000 times.

use issuance::Actor;
use issuance::audit::Act;
use store_issuer::fund::LetterSettingsRow;

use super::{FundError, Issuer};

const LONGEST_LINE: usize = 120;
const FEWEST_DIGITS: usize = 7;
const SHORTEST_ADDRESS: usize = 8;

/// Telephone number and return address of letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LetterSettings {
    /// With the code of the country.
    pub telephone: String,
    /// In one line.
    pub return_address: String,
}

impl LetterSettings {
    /// The same without blanks around, if it can be printed and somebody can call and write there.
    pub fn checked(&self) -> Result<Self, FundError> {
        let telephone = self.telephone.trim().to_owned();
        let return_address = self.return_address.trim().to_owned();
        let digits = telephone.chars().filter(char::is_ascii_digit).count();
        let shape = telephone.starts_with('+')
            && digits >= FEWEST_DIGITS
            && telephone.len() <= LONGEST_LINE
            && telephone.chars().all(|it| it.is_ascii_digit() || "+ -().,/;".contains(it));
        if !shape {
            return Err(FundError::Form(
                "a telephone number begins with + and the code of the country, such as +1 212 963 6931: letters go to every country",
            ));
        }
        let letters = return_address.chars().filter(|it| it.is_alphabetic()).count();
        let long = return_address.chars().count();
        if !(SHORTEST_ADDRESS..=LONGEST_LINE).contains(&long)
            || letters < SHORTEST_ADDRESS / 2
            || return_address.chars().any(char::is_control)
        {
            return Err(FundError::Form(
                "the return address is one line of 8 to 120 characters: street or box, town and country",
            ));
        }
        for line in [&telephone, &return_address] {
            paper::check_address(std::slice::from_ref(line))
                .map_err(|_| FundError::Form("telephone number or return address cannot be printed"))?;
        }
        Ok(Self { telephone, return_address })
    }
}

impl Issuer {
    /// What letters have; nothing before somebody said so.
    pub async fn letter_settings(&self, tenant: &str) -> Result<Option<LetterSettingsRow>, FundError> {
        self.pension_fund(tenant)?;
        Ok(self.store.read().await?.find_letter_settings(tenant).await?)
    }

    /// What letters have from the next mailing on. The same again changes nothing.
    pub async fn put_letter_settings(&self, by: &Actor, new: &LetterSettings) -> Result<(), FundError> {
        self.pension_fund(&by.tenant)?;
        let LetterSettings { telephone, return_address } = new.checked()?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("put_letter_settings").await?;
            let known = tx.find_letter_settings(&by.tenant).await?;
            if known.is_some_and(|it| it.telephone == telephone && it.return_address == return_address) {
                return Ok(());
            }
            let row = LetterSettingsRow {
                telephone: telephone.clone(),
                return_address: return_address.clone(),
                changed_by: by.officer.clone(),
                changed_at: now,
            };
            tx.put_letter_settings(&by.tenant, &row).await?;
            tx.audit(by, Act { action: "fund.letters.settings", target: &by.tenant, detail: "" }, now)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_call_or_write_to_is_not_printed() {
        let settings = |telephone: &str, return_address: &str| LetterSettings {
            telephone: telephone.into(),
            return_address: return_address.into(),
        };
        let address = "1 Dag Hammarskjöld Plaza, New York";
        for telephone in ["+1 212 963 6931", " +41 (0)22 928-88.00 ", "+1 212 963 6931; +41 22 928 8800"] {
            assert!(settings(telephone, address).checked().is_ok(), "{telephone}");
        }
        for telephone in ["", "abc", "+1", "212 963 6931", "+1 212 963 6931 ext", "+1 212\n963 6931"] {
            assert!(settings(telephone, address).checked().is_err(), "{telephone}");
        }
        let long = "a".repeat(121);
        for wrong in
            ["", "a", "12345 67890 1", "line one of it\nline two", "\u{1F600} street and town", &long]
        {
            assert!(settings("+1 212 963 6931", wrong).checked().is_err(), "{wrong}");
        }
    }
}
