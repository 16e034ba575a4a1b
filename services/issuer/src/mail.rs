//! Sending by SMTP: the one place that names `lettre`.

use std::collections::BTreeMap;
use std::time::Duration;

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};

use crate::app::{Letter, Mailer, SendFault, Taken};
use crate::config::{ConfigError, MessagesConfig, Security};

/// How long one exchange with the mail server may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server of the configuration.
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    reply_to: BTreeMap<String, Mailbox>,
}

/// Why the mail server of the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the password or the certificate of the mail server cannot be read from {path}")]
    File {
        path: std::path::PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the connection to the mail server cannot be prepared")]
    Smtp(#[from] Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Smtp {
    pub fn new(config: &MessagesConfig) -> Result<Self, MailError> {
        let smtp = &config.smtp;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .timeout(Some(PATIENCE))
            .tls(match smtp.security {
                Security::None => Tls::None,
                Security::Starttls => Tls::Required(parameters(config)?),
                Security::Tls => Tls::Wrapper(parameters(config)?),
            });
        if let (Some(name), Some(path)) = (&smtp.username, &smtp.password_file) {
            let password = read(path)?;
            builder = builder.credentials(Credentials::new(name.clone(), password.trim().to_owned()));
        }
        let from = config.from.parse().map_err(|_| ConfigError::Address(config.from.clone()))?;
        let mut reply_to = BTreeMap::new();
        for (tenant, address) in &config.reply_to {
            let parsed = address.parse().map_err(|_| ConfigError::Address(address.clone()))?;
            reply_to.insert(tenant.clone(), Mailbox::new(None, parsed));
        }
        Ok(Self { transport: builder.build(), from, reply_to })
    }

    fn message_id(&self, letter: &Letter<'_>) -> String {
        format!("<{}@{}>", letter.id, self.from.domain())
    }

    /// The same letter for the same message, each time: whoever gets it twice sees that from its Message-ID.
    fn write(&self, letter: &Letter<'_>) -> Option<Message> {
        let to: Address = letter.to.parse().ok()?;
        let rendered = &letter.rendered;
        let mut message = Message::builder()
            .from(Mailbox::new(Some(letter.organisation.to_owned()), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(rendered.subject.as_str())
            .date(letter.written_at.into())
            .message_id(Some(self.message_id(letter)))
            .header(ContentLanguage(rendered.language.code().to_owned()))
            .header(AutoSubmitted);
        if let Some(reply_to) = self.reply_to.get(letter.tenant) {
            message = message.reply_to(reply_to.clone());
        }
        let part = |kind, body: &str| SinglePart::builder().header(kind).body(body.to_owned());
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &rendered.text))
            .singlepart(part(ContentType::TEXT_HTML, &rendered.html));
        message.multipart(parts).ok()
    }
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, letter: &Letter<'_>) -> Result<Taken, SendFault> {
        let message = self.write(letter).ok_or_else(|| SendFault::Refused("address".to_owned()))?;
        match self.transport.send(message).await {
            Ok(answer) => Ok(Taken {
                message_id: self.message_id(letter),
                code: answer.code().to_string(),
                words: answer.message().collect::<Vec<_>>().join(" "),
            }),
            Err(error) => Err(fault(&error)),
        }
    }
}

/// A code of ours: the words of a mail server often hold the address.
fn fault(error: &Error) -> SendFault {
    let code = error.status().map(|code| format!("smtp-{code}"));
    match code {
        Some(code) if error.is_permanent() => SendFault::Refused(code),
        Some(code) => SendFault::Later(code),
        None if error.is_timeout() => SendFault::Unreachable("timeout".to_owned()),
        None if error.is_tls() => SendFault::Unreachable("tls".to_owned()),
        None => SendFault::Unreachable("connection".to_owned()),
    }
}

fn parameters(config: &MessagesConfig) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(config.smtp.host.clone());
    if let Some(path) = &config.smtp.root_certificate {
        builder = builder.add_root_certificate(Certificate::from_pem(read(path)?.as_bytes())?);
    }
    Ok(builder.build()?)
}

fn read(path: &std::path::Path) -> Result<String, MailError> {
    std::fs::read_to_string(path).map_err(|source| MailError::File { path: path.to_owned(), source })
}

/// RFC 3282.
#[derive(Clone)]
struct ContentLanguage(String);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(value.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// RFC 3834, 5: no machine answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// For the check of a configuration, which looks at nothing outside.
pub(crate) fn is_sender(text: &str) -> bool {
    issuance::message::is_address(text) || text.parse::<Address>().is_ok_and(|it| it.domain() == "localhost")
}
