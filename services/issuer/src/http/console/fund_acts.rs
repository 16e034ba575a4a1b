//! What the audit trail says about the Fund's year, in words.

/// Nothing for an act that is none of the Fund's, or that a later version wrote.
pub(super) fn words(action: &str) -> Option<&'static str> {
    Some(match action {
        "fund.calendar" => "changed the calendar of a year",
        "fund.case.answer" => "answered a colleague\u{2019}s proposal about a case",
        "fund.case.decide" => "decided a case, or proposed how",
        "fund.case.open" => "opened a case",
        "fund.case.reverse" => "took a decision about a case back",
        "fund.certificate.offer" => "offered a certificate of entitlement",
        "fund.certificates.revoke" => "revoked certificates of entitlement",
        "fund.follow-up.export" => "fetched a list of people to be found",
        "fund.invitations.select" => "chose many people to be invited to enrol",
        "fund.invitations.confirm" => "invited many people to enrol",
        "fund.invitations.stop" => "stopped a run of invitations",
        "fund.invitations.finish" => "asked for the letters of a run of invitations",
        "fund.journal.export" => "fetched the journal of a person",
        "fund.journals.list" => "fetched the list of all journals",
        "fund.list.approve" => "approved a suspension list",
        "fund.list.export" => "fetched a suspension list for payroll",
        "fund.list.look" => "fetched everybody on a suspension list",
        "fund.list.prepare" => "prepared a suspension list",
        "fund.list.withdraw" => "withdrew a suspension list",
        "fund.mailing.addresses" => "fetched the addresses of a mailing",
        "fund.mailing.cancel" => "cancelled a mailing",
        "fund.mailing.make" => "made a mailing",
        "fund.mailing.post" => "wrote down that the post has a mailing",
        "fund.mailing.print" => "fetched letters to print",
        "fund.night" => "ran a night of the Fund\u{2019}s year",
        "fund.mailing.archive" => "fetched parts of a mailing as one file",
        "fund.mailing.left-out" => "read who was left out of a mailing",
        "fund.letters.settings" => "changed what stands on every letter",
        "fund.follow-up.answer" => "entered a focal point’s answer",
        "existence.ask-all" => "asked everybody who is enrolled for a proof",
        "fund.payroll.make" => "made a file of changes for payroll",
        "fund.payroll.export" => "fetched a file of changes for payroll",
        "fund.payroll.acknowledge" => "wrote down that payroll has a file of changes",
        "fund.proof.decide" => "decided about a proof of life",
        "fund.proof.enter" => "wrote a proof of life down",
        "fund.reckoning" => "made the reckoning of a year",
        "fund.register.confirm" => "confirmed a file of the register",
        "fund.register.discard" => "discarded a file of the register",
        "fund.register.export" => "downloaded the differences of a file of the register",
        "fund.register.finish" => "put a file into the register",
        "fund.register.upload" => "handed in a file of the register",
        "fund.sample.export" => "fetched the proofs drawn for a check",
        "fund.scan" => "read a form that came back",
        "fund.scan.decide" => "decided about a form that came back",
        "fund.scan.dismiss" => "took a page off the list of forms",
        "fund.scan.name" => "said which form a page is",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    /// A new act of the Fund has no words until somebody has written them here.
    #[test]
    fn every_act_of_the_fund_has_words() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app/fund");
        let mut acts = 0;
        for file in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            for act in text.split("action: \"").skip(1).filter_map(|rest| rest.split('"').next()) {
                acts += 1;
                assert!(
                    !act.starts_with("fund.") || super::words(act).is_some(),
                    "{act} in {}",
                    file.display()
                );
            }
        }
        assert!(acts > 20, "the sources were looked at");
    }
}
