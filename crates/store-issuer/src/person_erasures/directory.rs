//! What goes with a person of the directory, in an order in which each statement still finds whose rows they are.

/// The copies of a person: `$1` the organisation, `$2` the person.
macro_rules! copies {
    () => {
        "(SELECT id FROM copies WHERE tenant = $1 AND subject_id = $2)"
    };
}

/// The offers of a person.
macro_rules! offers {
    () => {
        "(SELECT id FROM offers WHERE tenant = $1 AND subject_id = $2)"
    };
}

/// The Fund's requests to a person.
macro_rules! requests {
    () => {
        "(SELECT id FROM existence_requests WHERE tenant = $1 AND subject_id = $2)"
    };
}

/// With the organisation and the person.
pub(super) const STATEMENTS: &[&str] = &[
    // Salts first: with them the commitments on the chain mean something.
    concat!("DELETE FROM leaves WHERE tenant = $1 AND id IN ", copies!()),
    "DELETE FROM picture_keys WHERE tenant = $1 AND owner = 'subject/' || $2",
    concat!(
        "UPDATE status_entries SET copy_id = '', left_status =
            (SELECT c.status FROM copies c WHERE c.tenant = status_entries.tenant AND c.id = status_entries.copy_id),
        left_reason = (SELECT h.reason FROM status_changes h WHERE h.tenant = status_entries.tenant
            AND h.copy_id = status_entries.copy_id ORDER BY h.sequence DESC LIMIT 1)
        WHERE tenant = $1 AND copy_id IN ",
        copies!()
    ),
    concat!("DELETE FROM status_changes WHERE tenant = $1 AND copy_id IN ", copies!()),
    concat!("DELETE FROM codes WHERE tenant = $1 AND offer_id IN ", offers!()),
    concat!("DELETE FROM access_tokens WHERE tenant = $1 AND offer_id IN ", offers!()),
    concat!("DELETE FROM authorization_codes WHERE tenant = $1 AND offer_id IN ", offers!()),
    concat!(
        "DELETE FROM authorization_requests WHERE tenant = $1 AND (offer_id IN ",
        offers!(),
        " OR granted_offer IN ",
        offers!(),
        ")"
    ),
    concat!("DELETE FROM person_ceremonies WHERE tenant = $1 AND offer_id IN ", offers!()),
    concat!("DELETE FROM deferrals WHERE tenant = $1 AND offer_id IN ", offers!()),
    "DELETE FROM ended_renewals WHERE tenant = $1 AND chain IN (SELECT renewal_chain FROM offers
        WHERE tenant = $1 AND subject_id = $2 AND renewal_chain IS NOT NULL)",
    "DELETE FROM webhook_deliveries WHERE tenant = $1 AND (body LIKE '%' || $2 || '%'
        OR EXISTS (SELECT 1 FROM offers o WHERE o.tenant = $1 AND o.subject_id = $2
            AND webhook_deliveries.body LIKE '%' || o.id || '%')
        OR EXISTS (SELECT 1 FROM copies c WHERE c.tenant = $1 AND c.subject_id = $2
            AND webhook_deliveries.body LIKE '%' || c.id || '%'))",
    "DELETE FROM reissue_rows WHERE tenant = $1 AND subject_id = $2 AND state = 'waiting'",
    "UPDATE reissue_rows SET subject_id = '', offer_id = NULL WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM import_rows WHERE tenant = $1 AND (subject_id = $2
        OR number = (SELECT number FROM subjects WHERE tenant = $1 AND id = $2))",
    "DELETE FROM copies WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM offers WHERE tenant = $1 AND subject_id = $2",
    concat!("DELETE FROM existence_captures WHERE tenant = $1 AND request_id IN ", requests!()),
    concat!("DELETE FROM existence_forms WHERE tenant = $1 AND request_id IN ", requests!()),
    concat!("DELETE FROM existence_words WHERE tenant = $1 AND request IN ", requests!()),
    concat!("DELETE FROM existence_claims WHERE tenant = $1 AND request IN ", requests!()),
    concat!("DELETE FROM existence_appeals WHERE tenant = $1 AND request_id IN ", requests!()),
    concat!("DELETE FROM fund_picture_marks WHERE tenant = $1 AND request_id IN ", requests!()),
    "DELETE FROM existence_requests WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM person_passkeys WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM service_ends WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM scim_users WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM picture_erasures WHERE tenant = $1 AND subject_id = $2",
    "DELETE FROM legal_holds WHERE tenant = $1 AND subject_id = $2",
    // Contact, messages, picture, enrolments with their notes and appointments, and bound keys go with the record.
    "DELETE FROM subjects WHERE tenant = $1 AND id = $2",
];
