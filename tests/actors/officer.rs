//! An HR or Fund officer at the issuer's console, through its pages and forms.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use testkit::{Agent, Answer, Authenticator, Service, Stack};

use crate::html::{attribute_after, attribute_beside, plain, text_of};
use crate::{parameter, text, until};

pub struct Officer {
    pub agent: Agent,
    console: String,
    /// Beneficiaries instead of staff.
    fund: bool,
    /// By staff number, from the files of links and codes.
    offers: Mutex<BTreeMap<String, Offer>>,
}

/// What an upload came to.
#[derive(Clone, Debug)]
pub struct Import {
    pub good: usize,
    pub faults: Vec<Fault>,
}

/// One thing wrong in an uploaded row.
#[derive(Clone, Debug)]
pub struct Fault {
    pub line: u64,
    pub column: String,
    pub reason: String,
}

/// What the officer hands to the person.
#[derive(Clone, Debug)]
pub struct Offer {
    pub uri: String,
    pub tx_code: Option<String>,
}

/// One issued copy, as a person's page shows it.
#[derive(Clone, Debug)]
pub struct CopyRecord {
    pub id: String,
    /// Title and format: `Staff identity, SD-JWT VC`.
    pub kind: String,
    pub status: String,
}

impl Officer {
    /// The first officer of an organisation: the one-time link, a passkey.
    pub async fn register(stack: &Stack, organisation: &str) -> Result<Self> {
        let link = text(&stack.welcome()?, &format!("/officers/{organisation}"))?;
        Self::by_link(stack, organisation, &link).await
    }

    /// Whoever uses a one-time link, with a passkey.
    pub async fn by_link(stack: &Stack, organisation: &str, link: &str) -> Result<Self> {
        let console = stack.url(Service::Issuer);
        let fund = organisation == "unjspf";
        let officer = Self { agent: Agent::new(), console, fund, offers: Mutex::default() };
        officer.agent.get_as(link, "text/html").await?.expect(200)?;
        let token = link.rsplit('/').next().unwrap_or_default();
        let who = json!({ "link": token, "officer": format!("Officer of {organisation}") });
        let options = officer
            .agent
            .post_json(officer.at("/console/register/start"), &who)
            .await?
            .expect(200)?
            .json()?;
        let made = Authenticator::new(&officer.console, token).register(&options)?;
        officer.agent.post_json(officer.at("/console/register/finish"), &made).await?.expect(200)?;
        let again = officer.agent.get_as(link, "text/html").await?;
        ensure!(again.status == 410, "a one-time link works twice: {again}");
        Ok(officer)
    }

    /// The token of a new machine, which pushes persons.
    pub async fn machine(&self, name: &str) -> Result<String> {
        self.machine_for(name, &["scim"]).await
    }

    /// The token of a new machine with these scopes.
    pub async fn machine_for(&self, name: &str, scopes: &[&str]) -> Result<String> {
        let mut form = vec![("name", name)];
        form.extend(scopes.iter().map(|scope| (*scope, "yes")));
        let page = self.agent.post_form(self.at("/console/machines"), &form).await?.expect(200)?.text();
        text_of(&page, "data-testid=\"client-token\"").context("the page shows no token")
    }

    /// A webhook at this address for these events: its page and its secret.
    pub async fn make_webhook(&self, url: &str, events: &[&str]) -> Result<(String, String)> {
        let mut form = vec![("url", url)];
        form.extend(events.iter().map(|event| (*event, "yes")));
        let page = self.agent.post_form(self.at("/console/webhooks"), &form).await?.expect(200)?.text();
        let secret = text_of(&page, "data-testid=\"webhook-secret\"").context("the page shows no secret")?;
        let path = attribute_beside(&page, "data-testid=\"new-webhook\"", "href").context("no page")?;
        Ok((path, secret))
    }

    /// Another secret for the webhook of this page.
    pub async fn rotate_webhook(&self, page: &str) -> Result<String> {
        let form = self.agent.post_form(self.at(&format!("{page}/rotate")), &[]).await?;
        let shown = form.expect(200)?.text();
        text_of(&shown, "data-testid=\"webhook-secret\"").context("the page shows no secret")
    }

    /// Sends a form that answers with a redirect.
    pub async fn send(&self, path: &str, form: &[(&str, &str)]) -> Result<()> {
        let answer = self.agent.post_form(self.at(path), form).await?;
        ensure!(answer.redirect().is_some(), "{path} was refused: {answer}");
        Ok(())
    }

    /// Uploads a list, confirms its good rows, and waits until they are worked off.
    pub async fn upload(&self, name: &str, csv: &[u8]) -> Result<Import> {
        let id = self.submit_list(name, csv).await?;
        let import = self.preview(&id).await?;
        if import.good > 0 {
            self.confirm_list(&id).await?;
            self.wait_for_list(&id).await?;
            self.fetch_offers(&id).await?;
        }
        Ok(import)
    }

    /// Uploads a list for a look at it; the same list again is the same upload.
    pub async fn submit_list(&self, name: &str, csv: &[u8]) -> Result<String> {
        let path = if self.fund { "/console/retirees/imports" } else { "/console/imports" };
        let answer = self.agent.post_file(self.at(path), &[], ("file", name, "text/csv", csv)).await?;
        let Some(next) = answer.redirect() else { bail!("the upload was refused: {answer}") };
        Ok(next.path().rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// What the page says before anything is offered.
    pub async fn preview(&self, id: &str) -> Result<Import> {
        let first = self.page(&format!("/console/imports/{id}")).await?;
        let good = text_of(&first, "data-testid=\"good-count\"").context("no count of good rows")?.parse()?;
        let mut faults = faults_of(&first)?;
        // A page shows so many rows; the rest is behind a link.
        let mut next = attribute_after(&first, "aria-label=\"More rows to correct\"", "href");
        while let Some(path) = next {
            let page = self.page(&path).await?;
            faults.extend(faults_of(&page)?);
            next = attribute_after(&page, "aria-label=\"More rows to correct\"", "href")
                .filter(|more| *more != path);
        }
        Ok(Import { good, faults })
    }

    /// Makes the offers. Asked again after an answer was lost, it finds them being made.
    pub async fn confirm_list(&self, id: &str) -> Result<()> {
        self.confirm_list_with(id, &[]).await
    }

    /// The same with boxes of the form ticked, such as `employment`.
    pub async fn confirm_list_with(&self, id: &str, ticked: &[&str]) -> Result<()> {
        let fields: Vec<_> = ticked.iter().map(|name| (*name, "yes")).collect();
        let answer =
            self.agent.post_form(self.at(&format!("/console/imports/{id}/confirm")), &fields).await?;
        if answer.redirect().is_some() {
            return Ok(());
        }
        let page = self.page(&format!("/console/imports/{id}")).await?;
        ensure!(!page.contains("data-testid=\"confirm-import\""), "not confirmed: {answer}");
        Ok(())
    }

    pub async fn wait_for_list(&self, id: &str) -> Result<()> {
        until("the import", Duration::from_secs(60), async || {
            let page = self.page(&format!("/console/imports/{id}")).await?;
            Ok(page.contains("data-testid=\"import-result\"").then_some(()))
        })
        .await
    }

    /// Chooses everybody to whom something is to be offered for that reason, and confirms; returns the run's page.
    pub async fn start_run(&self, why: &str) -> Result<String> {
        let answer = self.agent.post_form(self.at("/console/reissues"), &[("why", why)]).await?;
        let Some(page) = answer.redirect() else { bail!("no run: {answer}") };
        let page = page.path().to_owned();
        let answer = self.agent.post_form(self.at(&format!("{page}/confirm")), &[]).await?;
        ensure!(answer.redirect().is_some(), "not confirmed: {answer}");
        Ok(page)
    }

    /// Downloads the files of links and codes.
    pub async fn fetch_offers(&self, id: &str) -> Result<()> {
        if self.fund {
            return Ok(());
        }
        let mut codes = BTreeMap::new();
        for (number, code) in cells(&self.page(&format!("/console/imports/{id}/codes.csv")).await?) {
            codes.insert(number, code);
        }
        for (number, link) in cells(&self.page(&format!("/console/imports/{id}/links.csv")).await?) {
            let offer =
                Offer { uri: parameter(&link, "credential_offer_uri")?, tx_code: codes.remove(&number) };
            self.offers.lock().unwrap_or_else(PoisonError::into_inner).insert(number, offer);
        }
        Ok(())
    }

    /// The staff or beneficiary numbers of a list, in order.
    pub fn numbers(&self, csv: &[u8]) -> Result<Vec<String>> {
        let text = String::from_utf8_lossy(csv);
        let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        rows.map(|row| row.split([',', ';']).next().map(str::to_owned).context("an empty row")).collect()
    }

    /// The offer that an upload made for a person.
    pub fn offer(&self, number: &str) -> Result<Offer> {
        let offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        offers.get(number).cloned().with_context(|| format!("no offer for {number}"))
    }

    /// Offers a credential of which the form holds what the record does not, and reads link and code off the offer's page.
    pub async fn grant(&self, number: &str, form: &[(&str, &str)]) -> Result<Offer> {
        let path = format!("{}/grant", self.person(number).await?);
        let answer = self.agent.post_form(self.at(&path), form).await?;
        let page = answer.redirect().with_context(|| format!("not offered: {answer}"))?;
        let page = self.page(page.path()).await?;
        let link = attribute_beside(&page, "data-testid=\"offer-link\"", "href").context("no link")?;
        // Shown in two groups, for reading out.
        let tx_code = text_of(&page, "data-testid=\"transaction-code\"");
        let tx_code = tx_code.map(|code| code.chars().filter(char::is_ascii_digit).collect());
        Ok(Offer { uri: parameter(&link, "credential_offer_uri")?, tx_code })
    }

    /// Hands in the pension system's file and waits until it is worked off.
    pub async fn import_register(&self, csv: &[u8]) -> Result<()> {
        let file = ("file", "register.csv", "text/csv", csv);
        let answer = self.agent.post_file(self.at("/console/fund/register"), &[], file).await?;
        let page = answer.redirect().with_context(|| format!("the file was refused: {answer}"))?;
        let page = page.path().to_owned();
        self.send(&format!("{page}/confirm"), &[]).await?;
        until("the register", Duration::from_secs(60), async || {
            let state = text_of(&self.page(&page).await?, "data-testid=\"register-state\"");
            Ok((state.as_deref() == Some("Done")).then_some(()))
        })
        .await
    }

    /// The issued copies of a person.
    pub async fn copies(&self, number: &str) -> Result<Vec<CopyRecord>> {
        let page = self.page(&self.person(number).await?).await?;
        let mut records = Vec::new();
        let credentials = page.split_once("id=\"credentials\"").map_or("", |(_, rest)| rest);
        let credentials = credentials.split("<h2>").next().unwrap_or_default();
        for card in credentials.split("<div class=\"card").skip(1) {
            let title = text_of(card, "class=\"card-title\"").context("a card without a title")?;
            for copy in card.split("data-copy-id=\"").skip(1) {
                let id = copy.split('"').next().unwrap_or_default().to_owned();
                let format = text_of(copy, "<dt").context("a copy without a format")?;
                let status =
                    text_of(copy, "data-testid=\"copy-status\"").context("a copy without a status")?;
                records.push(CopyRecord {
                    id,
                    kind: format!("{title}, {format}"),
                    status: status.to_lowercase(),
                });
            }
        }
        Ok(records)
    }

    /// Moves all copies of a person to `valid`, `suspended` or `revoked`.
    pub async fn change_status(&self, number: &str, to: &str) -> Result<()> {
        let (act, reason) = match to {
            "valid" => ("reinstate", "inquiry-closed"),
            "suspended" => ("suspend", "inquiry"),
            "revoked" => ("revoke", "separated"),
            _ => bail!("no such status: {to}"),
        };
        let person = self.person(number).await?;
        let id = person.rsplit('/').next().unwrap_or_default();
        let fields = [("act", act), ("reason", reason), ("note", "")];
        let answer = self.agent.post_form(self.at(&format!("/console/people/{id}/status")), &fields).await?;
        ensure!(answer.redirect().is_some(), "not changed: {answer}");
        Ok(())
    }

    /// The page of somebody on the Fund's register, found by number.
    pub async fn find_in_register(&self, number: &str) -> Result<String> {
        let answer = self.agent.post_form(self.at("/console/fund/find"), &[("uid", number)]).await?;
        let page = answer.redirect().with_context(|| format!("not found: {answer}"))?;
        ensure!(page.path().starts_with("/console/fund/people/"), "{number} is not on the register");
        Ok(page.path().to_owned())
    }

    /// Gives the Fund a picture of a beneficiary to compare with.
    pub async fn set_reference(&self, number: &str, picture: &[u8]) -> Result<()> {
        let path = self.at(&format!("{}/portrait", self.person(number).await?));
        let file = ("file", "face.jpg", "image/jpeg", picture);
        let answer = self.agent.post_file(path, &[], file).await?;
        ensure!(answer.redirect().is_some(), "the picture was not taken: {answer}");
        Ok(())
    }

    /// Asks a beneficiary to prove existence; returns the wallet link and the request's address.
    pub async fn ask_existence(&self, number: &str) -> Result<(String, String)> {
        let path = format!("{}/requests", self.person(number).await?);
        let answer = self.agent.post_form(self.at(&path), &[]).await?;
        let next = answer.redirect().with_context(|| format!("not asked: {answer}"))?;
        let page = self.page(next.path()).await?;
        let link = attribute_beside(&page, "id=\"request-link\"", "href").context("no link on the page")?;
        Ok((link, next.path().to_owned()))
    }

    /// A second officer stands for the picture that a colleague gave.
    pub async fn confirm_reference(&self, number: &str) -> Result<()> {
        let path = format!("{}/portrait/confirm", self.person(number).await?);
        let answer = self.agent.post_form(self.at(&path), &[]).await?;
        ensure!(answer.redirect().is_some(), "the picture was not confirmed: {answer}");
        Ok(())
    }

    /// Confirms an answer after a `visit` or `call`. Of somebody who has not enrolled it takes two officers, one after the other.
    pub async fn confirm_existence(&self, request: &str, channel: &str) -> Result<()> {
        let fields = [("compared", "yes"), ("channel", channel), ("notes", "")];
        let answer = self.agent.post_form(self.at(&format!("{request}/confirm")), &fields).await?;
        ensure!(answer.redirect().is_some(), "not confirmed: {answer}");
        Ok(())
    }

    /// The address of a person's page, found by number.
    async fn person(&self, number: &str) -> Result<String> {
        let place = if self.fund { "/console/retirees" } else { "/console/staff" };
        let found = self.page(&format!("{place}?q={number}")).await?;
        attribute_after(&found, "<tbody", "href")
            .with_context(|| format!("{number} is not found: {}", plain(&found)))
    }

    /// A one-time link for an officer.
    pub async fn invite_colleague(&self) -> Result<String> {
        self.invite(&["officer"]).await
    }

    /// A one-time link that gives these roles.
    pub async fn invite(&self, roles: &[&str]) -> Result<String> {
        let form: Vec<_> = roles.iter().map(|role| (*role, "yes")).collect();
        let page = self.agent.post_form(self.at("/console/officers/links"), &form).await?.expect(200)?.text();
        text_of(&page, "data-testid=\"officer-link\"").context("no link")
    }

    /// Approves the first proposal that others made, as soon as there is one.
    pub async fn approve_next(&self) -> Result<()> {
        const ACTION: &str = "action=\"/console/approvals/";
        let act = until("a proposal", Duration::from_secs(60), async || {
            let page = self.page("/console/approvals").await?;
            let rest = page.split_once(ACTION).map(|(_, rest)| rest);
            Ok(rest.and_then(|rest| rest.split('/').next()).map(str::to_owned))
        })
        .await?;
        let path = format!("/console/approvals/{act}/approve");
        let answer = self.agent.post_form(self.at(&path), &[("remark", "")]).await?;
        ensure!(answer.redirect().is_some(), "not approved: {answer}");
        Ok(())
    }

    /// A page of the console as it is.
    pub async fn page(&self, path: &str) -> Result<String> {
        let answer: Answer = self.agent.get_as(self.at(path), "text/html,*/*").await?;
        Ok(answer.expect(200)?.text())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.console)
    }
}

fn faults_of(page: &str) -> Result<Vec<Fault>> {
    let Some((_, table)) = page.split_once("data-testid=\"bad-rows\"") else { return Ok(Vec::new()) };
    let table = table.split("</table>").next().unwrap_or_default();
    let mut faults = Vec::new();
    for row in table.split("<tr>").skip(2) {
        let line = text_of(row, "scope=\"row\"").context("a row without a line")?;
        let line = line.trim_start_matches("Line").trim().parse()?;
        let cell = |label: &str| {
            let (_, cell) = row.split_once(&format!("data-label=\"{label}\""))?;
            Some(plain(cell.split_once('>')?.1.split("</td>").next()?))
        };
        faults.push(Fault {
            line,
            column: cell("Column").unwrap_or_default(),
            reason: cell("What is wrong").unwrap_or_default(),
        });
    }
    Ok(faults)
}

/// First and last cell of each row; neither is ever quoted.
fn cells(csv: &str) -> Vec<(String, String)> {
    let rows = csv.trim_start_matches('\u{feff}').lines().skip(1).filter(|row| !row.is_empty());
    let ends = |row: &str| Some((row.split(',').next()?.to_owned(), row.rsplit(',').next()?.to_owned()));
    rows.filter_map(ends).collect()
}
