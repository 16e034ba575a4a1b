//! What goes with a person of the Fund's register.

/// The proofs of a person: `$1` the Fund, `$2` the pseudonymous number.
macro_rules! proofs {
    () => {
        "(SELECT id FROM fund_proofs WHERE tenant = $1 AND person = $2)"
    };
}

/// With the Fund, the person and the time.
pub(super) const KEEP_HEAD: &str = "INSERT INTO fund_erased_people (tenant, person, entries, head, erased_at)
    SELECT tenant, id, last_entry, head, CAST($3 AS BIGINT) FROM fund_people WHERE tenant = $1 AND id = $2";

/// With the Fund and the person.
pub(super) const STATEMENTS: &[&str] = &[
    concat!("DELETE FROM leaves WHERE tenant = $1 AND id IN ", proofs!()),
    "DELETE FROM fund_heads WHERE tenant = $1 AND person = $2",
    "DELETE FROM picture_keys WHERE tenant = $1 AND owner = 'register/' || $2",
    "INSERT INTO fund_erased_journal (tenant, person, entry, seq, year, at, public, commitment)
        SELECT tenant, person, entry, seq, year, at, public, commitment FROM fund_journal
        WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_journal WHERE tenant = $1 AND person = $2",
    concat!("DELETE FROM fund_receipts WHERE tenant = $1 AND proof IN ", proofs!()),
    "DELETE FROM fund_proof_digests WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_proofs WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_notes WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_letters WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_messages WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_scans WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_case_acts WHERE tenant = $1
        AND case_id IN (SELECT id FROM fund_cases WHERE tenant = $1 AND person = $2)",
    "DELETE FROM fund_cases WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_follow_up_answers WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_night_faults WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_import_rows WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_payroll_told WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_payroll_changes WHERE tenant = $1 AND key LIKE $2 || '/%'",
    "DELETE FROM fund_effects WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_cycles WHERE tenant = $1 AND person = $2",
    "DELETE FROM fund_people WHERE tenant = $1 AND id = $2",
];
