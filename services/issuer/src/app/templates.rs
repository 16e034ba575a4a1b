//! The texts of messages: those that come along, and those that an organisation wrote itself.

use issuance::Actor;
use issuance::audit::Act;
use issuance::message::{Filling, Language, MessageEvent, Rendered, Template, TemplateError};
use store_issuer::TemplateRow;

use super::{Issuer, Tenant};

#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error(transparent)]
    Text(#[from] TemplateError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// A text as it is used at present.
#[derive(Clone, Debug)]
pub struct TextView {
    pub template: Template,
    /// Set where the organisation wrote it itself.
    pub own: Option<TemplateRow>,
}

impl Issuer {
    /// Those that the organisation wrote itself.
    pub async fn list_own_texts(&self, tenant: &Tenant) -> Result<Vec<TemplateRow>, store_issuer::Error> {
        self.store.read().await?.list_templates(&tenant.id).await
    }

    pub async fn find_text(
        &self,
        tenant: &Tenant,
        event: MessageEvent,
        language: Language,
    ) -> Result<TextView, store_issuer::Error> {
        let own = self.store.read().await?.find_template(&tenant.id, event, language).await?;
        let template = own.as_ref().map(|own| own.template.clone());
        Ok(TextView { template: template.unwrap_or_else(|| Template::default_for(event, language)), own })
    }

    /// A text with invented data, whether it is saved or not.
    #[must_use]
    pub fn preview_text(&self, tenant: &Tenant, language: Language, template: &Template) -> Rendered {
        let until = self.now() + self.settings.offer_validity;
        template.render(language, &Filling::sample(language, &tenant.name, until))
    }

    /// The text of this event in this language from now on, also for messages that wait.
    pub async fn save_text(
        &self,
        by: &Actor,
        (event, language): (MessageEvent, Language),
        (subject, body): (&str, &str),
    ) -> Result<(), TextError> {
        let template = Template::checked(event, subject, body)?;
        let target = target(event, language);
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("save_text").await?;
            tx.put_template(by, (event, language), &template, now).await?;
            tx.audit(by, Act { action: "template.change", target: &target, detail: "" }, now).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// The text that comes along is used again.
    pub async fn restore_text(
        &self,
        by: &Actor,
        event: MessageEvent,
        language: Language,
    ) -> Result<(), store_issuer::Error> {
        let target = target(event, language);
        sql::retry(|| async {
            let mut tx = self.store.write("restore_text").await?;
            if tx.delete_template(&by.tenant, event, language).await? {
                let act = Act { action: "template.restore", target: &target, detail: "" };
                tx.audit(by, act, self.now()).await?;
            }
            tx.commit().await
        })
        .await
    }
}

/// `offer-made/fr`.
fn target(event: MessageEvent, language: Language) -> String {
    format!("{}/{}", event.as_str(), language.code())
}
