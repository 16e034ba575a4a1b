//! What the addresses of the problems say to who opens them (RFC 9457, 3.1.1).

use web::{ProblemPage, ProblemPages};

const fn page(slug: &'static str, title: &'static str, text: &'static str) -> ProblemPage {
    ProblemPage { slug, title, text }
}

/// The pages behind our own problem types.
pub(in crate::http) const PAGES: ProblemPages = ProblemPages(&[
    page(
        "request-expired",
        "The request has expired",
        "The Fund asked too long ago. Ask the Fund for a new link, or use another channel.",
    ),
    page(
        "no-status-history",
        "Earlier lists are not kept",
        "This service keeps the status lists of now only. Ask without a point in time.",
    ),
    page(
        "challenge-expired",
        "The challenge is too old",
        "A challenge can be answered once and for ten minutes. Fetch the request again and answer its new challenge.",
    ),
    page(
        "invitation-refused",
        "Number and code do not fit",
        "Compare the nine-digit number and the code with the letter. A code works once, until the day that stands beside it, and not after ten wrong tries. Ask the Fund for another one; meanwhile the paper form counts the same.",
    ),
    page(
        "time-taken",
        "This time is taken",
        "Somebody else chose this time at the same moment, or the agent took it back. Nothing was changed: choose another one.",
    ),
    page(
        "picture-refused",
        "The picture cannot be used",
        "A reference picture shows one face, from the front, near and in good light, as JPEG or PNG. The detail says what is wrong with this one; take another one.",
    ),
    page(
        "station-refused",
        "The word of the station is not taken",
        "The Fund does not know the station or has closed it, or what it signed is about something else. An administrator of the Fund registers stations in the console. The person can enrol by a call meanwhile; the paper form counts the same.",
    ),
    page(
        "separation-unanswered",
        "Nothing was presented",
        "The request was declined, is over, or another wallet answered it. Begin again on the Fund's page and present the credential from the same wallet.",
    ),
    page(
        "separation-withdrawn",
        "The credential was revoked or suspended",
        "The organisation that issued the Separation credential has taken it back. Ask its human resources office. An invitation of the Fund and the paper form count the same.",
    ),
    page(
        "separation-expired",
        "The credential is not valid now",
        "Its time is over or has not begun. Ask the organisation that issued it for a new one. An invitation of the Fund and the paper form count the same.",
    ),
    page(
        "separation-not-valid",
        "The credential cannot be accepted",
        "It was not issued by an organisation that the registry accredits to say so, it was changed, or it is not bound to this wallet. An invitation of the Fund and the paper form count the same.",
    ),
    page(
        "separation-not-matched",
        "The register has nobody with this number and birth date",
        "The Fund finds people by organisation and staff number, and the birth date must be the same. Its register may not know of the separation yet: try again when the Fund's letter has come, or call the Fund.",
    ),
    page(
        "separation-used",
        "The credential enrolled somebody else",
        "An ended service enrols one person. The Fund looks at it with you on the telephone; an invitation and the paper form count the same.",
    ),
    page(
        "busy",
        "Too many proofs at once",
        "Pictures are looked at one after the other, and many wait. Nothing is lost: send the same answer again in a minute.",
    ),
    page(
        "answered-before",
        "The request was answered before",
        "Another answer was accepted already, or the request was closed. Nothing more is needed from this device.",
    ),
    page(
        "answer-refused",
        "The answer cannot be believed",
        "A signature, the site, the challenge or the user verification in the answer does not fit. The detail says which.",
    ),
    page(
        "register-brake",
        "So many would end that a person confirms it",
        "By this file unusually many benefits would end at once. Nothing was changed. Check the file; if it is right, an officer who did not hand it in confirms it in the console.",
    ),
    page(
        "proof-of-another",
        "The proof stands under another person",
        "What was seen was entered for another person before. A proof counts for one person. Check the number of the person, or look at the proof again.",
    ),
    page(
        "proven-already",
        "There is a proof for this year already",
        "One proof a year is enough. The Fund shows when it came and until when it counts.",
    ),
    page(
        "year-word-refused",
        "The word of the device is not taken",
        "A wallet signs each request for the yearly proof with the key of its device, for this Fund, for this act, once and within five minutes. The detail says what does not fit. Look at the clock of the device and try again.",
    ),
    page(
        "year-key-unknown",
        "The Fund does not know this device",
        "The yearly proof begins on the device with which somebody enrolled. Begin there, or enrol this one: the Fund sends an invitation. The paper form counts the same.",
    ),
    page(
        "year-key-replaced",
        "Another device took the place of this one",
        "Proofs are made with one device at a time, and another one was enrolled since. Begin on that one. If it was not you, call the Fund now.",
    ),
    page(
        "year-not-open",
        "The window is not open yet",
        "Proofs of a year are taken from the day on which its window opens. Nothing is missing until then.",
    ),
    page(
        "year-not-concerned",
        "The Fund asks for no proof of this year",
        "The year asks nothing of somebody whose benefit began after its cut-off, or who is not on the Fund's register yet. If you think that it should, call the Fund.",
    ),
    page(
        "year-with-fund",
        "A proof is with the Fund",
        "It came by another way and an officer decides about it. Nothing more is needed; if it cannot be accepted, the person can begin again.",
    ),
    page(
        "year-ended",
        "The Fund has noted that the benefit is over",
        "If this is wrong, call the Fund: it is put right, and payment goes on.",
    ),
    page(
        "link-used",
        "The link was used or has expired",
        "A one-time link registers one passkey and lives seven days. Ask a colleague for another, or sign in if you have registered before.",
    ),
    page(
        "offer-closed",
        "This offer is closed",
        "The offer was withdrawn, has expired, or is locked after too many wrong transaction codes. The organisation that made it can renew it.",
    ),
    page(
        "too-many-requests",
        "Too many requests",
        "The same thing was asked for too often in a short time. Wait a few minutes and try again.",
    ),
    page(
        "authorization-expired",
        "This request is over",
        "A wallet's request for credentials lives ten minutes and is answered once. Go back to the wallet and start again.",
    ),
    page(
        "code-refused",
        "The transaction code was refused",
        "Five wrong codes lock an offer; the organisation that made it can renew it. Whoever has a passkey here signs in without a code.",
    ),
    page(
        "issuer-mismatch",
        "The credential names another issuer",
        "This instance signs as the issuer that /vc-api/ids names. Leave the issuer out, or name that one.",
    ),
    page(
        "provider-unreachable",
        "The provider does not answer",
        "The organisation's OpenID provider could not be reached or answered something else. Officers who have a passkey can sign in with it meanwhile.",
    ),
    page(
        "kept-record",
        "The record has to be kept for now",
        "A credential that is valid, a legal hold, or a rule of keeping stands against erasing this person. The detail says which, and until when; propose it again then.",
    ),
    page(
        "person-erased",
        "The person was erased",
        "What led to this person was destroyed, as two officers decided. The detail says how many events the pseudonymous chain has and its last link; what the events said is gone.",
    ),
    page(
        "four-eyes",
        "A second person decides",
        "Nobody decides what they proposed themselves, and nobody takes back what another one proposed.",
    ),
    page(
        "credential-final",
        "A revoked credential stays revoked",
        "Revoking is final. Make a new offer to give the person a new credential.",
    ),
    page(
        "record-incomplete",
        "The record does not make a credential",
        "A claim that the credential needs is missing or has the wrong form, or what it would say has ended. Correct the record and try again.",
    ),
]);
