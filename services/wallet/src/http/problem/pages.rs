//! What the addresses of the problems say to who opens them (RFC 9457, 3.1.1).

use web::{ProblemPage, ProblemPages};

const fn page(slug: &'static str, title: &'static str, text: &'static str) -> ProblemPage {
    ProblemPage { slug, title, text }
}

/// The page behind each problem type of this service.
pub const PAGES: ProblemPages = ProblemPages(&[
    page(
        "other-side-unavailable",
        "The other side cannot be reached",
        "An organisation's service did not answer or is in trouble. Nothing is lost: what was begun goes on when it is tried again.",
    ),
    page(
        "kept-key-away",
        "The key cannot be reached",
        "The device with the keys of wallets that this service keeps does not answer. Nothing was signed or sent, and nothing is lost. Try again in some minutes; if it goes on, tell whoever runs the service.",
    ),
    page(
        "invitation-refused",
        "Number and code do not fit",
        "Compare the number and the code with the Fund's letter. A code works once, for 45 days, and not after ten wrong tries. The Fund sends another one; the paper form counts the same.",
    ),
    page(
        "time-taken",
        "This time is taken",
        "Somebody else chose the time at the same moment. Nothing was changed: choose another one.",
    ),
    page(
        "enrolment-refused",
        "The Fund did not accept this step",
        "The Fund's service says why. What was done before stays as it was; the Fund helps on the telephone.",
    ),
    page(
        "year-word-refused",
        "The Fund does not take the word of this device",
        "The clock of the device is wrong by more than five minutes, or the line was too slow. Look at the clock and try again.",
    ),
    page(
        "year-key-unknown",
        "The Fund does not know this device",
        "The yearly proof begins on the device with which you enrolled. Begin there, or ask the Fund for an invitation for this one. The paper form counts the same.",
    ),
    page(
        "year-key-replaced",
        "Another device took the place of this one",
        "Proofs are made with one device at a time, and another one was enrolled since. Begin on that one. If it was not you, call the Fund now.",
    ),
    page(
        "year-not-open",
        "The window is not open yet",
        "The Fund takes proofs from the day on which the window opens. Nothing is missing until then.",
    ),
    page(
        "year-not-concerned",
        "The Fund asks for no proof of this year",
        "This year asks nothing of you, or you are not on the Fund's register yet. If you think that it should, call the Fund.",
    ),
    page(
        "year-with-fund",
        "A proof is with the Fund",
        "It came by another way and an officer decides about it. Nothing more is needed; if it cannot be accepted, you can begin again.",
    ),
    page(
        "year-proven",
        "There is a proof for this year already",
        "One proof a year is enough. The first page says until when you are covered.",
    ),
    page(
        "year-ended",
        "The Fund has noted that the benefit is over",
        "If this is wrong, call the Fund: it is put right, and payment goes on.",
    ),
    page(
        "station-refused",
        "The Fund does not take the word of this station",
        "An administrator of the Fund registers a station before its word counts, and may close it. The person can enrol by a call meanwhile; the paper form counts the same.",
    ),
    page(
        "picture-refused",
        "The picture cannot be used",
        "Take another one: one person alone, from the front, near the camera, in good light, holding still. Nothing was sent.",
    ),
    page(
        "document-refused",
        "The document cannot be recorded",
        "The number has 4 to 40 letters and digits, the state is three letters, and the document has not expired. Look at it again, or ask for another one.",
    ),
    page(
        "separation-not-offered",
        "This Fund enrols by invitation only",
        "It takes no Separation credentials yet. Use the number and the code of its letter, or ask the Fund for an invitation. The paper form counts the same.",
    ),
    page(
        "separation-unanswered",
        "Nothing was presented",
        "The request was declined, is over, or was answered in another wallet. Begin again on the page of the Fund's link and show the credential from this wallet.",
    ),
    page(
        "separation-withdrawn",
        "The credential was revoked or suspended",
        "The organisation that issued it has taken it back. Ask its human resources office. With an invitation of the Fund you can enrol without it; the paper form counts the same.",
    ),
    page(
        "separation-expired",
        "The credential is not valid now",
        "Its time is over or has not begun. Ask the organisation that issued it for a new one. With an invitation of the Fund you can enrol without it; the paper form counts the same.",
    ),
    page(
        "separation-not-valid",
        "The credential cannot be accepted",
        "It does not come from an organisation that the registry accredits for it, was changed, or is not bound to this wallet. With an invitation of the Fund you can enrol without it; the paper form counts the same.",
    ),
    page(
        "separation-not-matched",
        "The Fund does not find you by this credential",
        "Its register has nobody with this staff number and birth date. It may not know of your separation yet: try again when the Fund's letter has come, or call the Fund. The paper form counts the same.",
    ),
    page(
        "separation-used",
        "The credential enrolled somebody else",
        "An ended service enrols one person. Call the Fund: it looks at it with you. The paper form counts the same.",
    ),
    page(
        "address-refused",
        "The link cannot be used",
        "The link names an address inside a private network, or one that is no web address. Ask for a new link.",
    ),
    page(
        "answer-not-understood",
        "The answer cannot be used",
        "An organisation's service did not answer as its standard says, so the wallet stopped.",
    ),
    page(
        "registry-unavailable",
        "The registry cannot be asked",
        "The wallet proves names and keys of organisations from the registry. Without a proof it does nothing. Try again soon.",
    ),
    page(
        "ceremony-over",
        "This sign-in has run out",
        "A passkey must be used within five minutes, and once. Begin again.",
    ),
    page(
        "passkey-refused",
        "The passkey was not accepted",
        "The passkey is unknown here, belongs to somebody else, or did not confirm that it is you.",
    ),
    page(
        "passkey-registered",
        "This passkey is in use already",
        "A passkey belongs to one wallet. Sign in with it.",
    ),
    page(
        "passkey-unsuitable",
        "This needs another passkey",
        "The Fund takes passkeys with ES256. Add one on a phone.",
    ),
    page(
        "too-many",
        "There is no room for one more",
        "There are limits to how much one wallet holds. Remove something first.",
    ),
    page(
        "last-passkey",
        "This is your only way in",
        "A wallet without a passkey and without a PIN could never be opened again. Add another way in first.",
    ),
    page(
        "sign-in-again",
        "Please confirm that it is you",
        "Steps that cannot be undone, and showing something to somebody whom nothing names, need a proof of you within the last ten minutes.",
    ),
    page(
        "passkey-needed",
        "This needs your passkey",
        "Where a wallet has a passkey, ways into it are changed with a passkey only: whoever learnt a PIN must not be able to shut you out.",
    ),
    page(
        "recovery-code-refused",
        "The recovery code was not accepted",
        "The code is not one that opens a wallet: mistyped, used already, or followed by a newer one.",
    ),
    page(
        "help-refused",
        "This officer cannot agree",
        "Two different officers agree to a recovery, neither of them to that of their own wallet, and each says how they know the person.",
    ),
    page(
        "pin-refused",
        "The PIN was not accepted",
        "The PIN is wrong, or this device opens no wallet with a PIN. Wrong tries are counted; a right one ends the counting.",
    ),
    page(
        "pin-unsuitable",
        "This PIN cannot be used",
        "A PIN has 6 to 12 digits, and is neither one digit repeated, nor a row such as 123456, nor the same half twice.",
    ),
    page(
        "pin-wait",
        "The PIN cannot be tried again yet",
        "From the third wrong try in a row the next one has to wait: a minute, five, fifteen, an hour, a day.",
    ),
    page(
        "pin-locked",
        "The PIN is locked",
        "After eight wrong tries in a row the PIN is of no use any more. Sign in with a passkey, or recover the wallet.",
    ),
    page(
        "offer-refused",
        "This offer cannot be used",
        "The offer asks for something that this wallet does not do, or does not fit what the organisation says of itself.",
    ),
    page(
        "offer-gone",
        "This offer is over",
        "Offers expire, can be withdrawn, and are locked after a few wrong codes. Ask the organisation for a new one.",
    ),
    page(
        "transaction-code-missing",
        "The code is missing",
        "The offer is protected by a code that the organisation gave you by another way.",
    ),
    page(
        "transaction-code-refused",
        "The code was not accepted",
        "Check the code. After a few wrong codes the organisation locks the offer and must renew it.",
    ),
    page(
        "issuer-refused",
        "The organisation did not issue the credential",
        "The detail holds the organisation's own words.",
    ),
    page(
        "accept-again",
        "It took too long",
        "The permission to fetch the credential lives for minutes. Accept the offer once more; nothing is lost and nothing is issued twice.",
    ),
    page(
        "credential-refused",
        "The credential is not sound",
        "The proof, the key, the type or the dates of the credential are not right, so it was not kept. `faults` names the checks.",
    ),
    page("request-gone", "This request is over", "Requests live for minutes and are answered once."),
    page(
        "request-refused",
        "This request was stopped for your safety",
        "The request is not proven to come from the organisation it names, or breaks a rule that protects you. Nothing was shared.",
    ),
    page(
        "selection-refused",
        "Your choice does not answer the request",
        "Something the request needs is not selected, or something was selected that it does not ask for.",
    ),
    page("step-over", "This step is not possible now", "The request has expired or was answered already."),
    page(
        "signature-refused",
        "The signature is not right",
        "The page signed other bytes, or with another key, than were asked for. Reload the page and try again.",
    ),
    page(
        "key-kind-missing",
        "This device cannot make the key that is asked for",
        "The organisation takes only Ed25519 keys, and this browser or desk makes P-256 keys alone. Nothing is lost and no code was used. Open the offer again in a newer browser, or ask the organisation to take ES256 too.",
    ),
    page(
        "device-key-unknown",
        "This device does not hold the key",
        "Credentials can be shown only from the device that received them.",
    ),
    page(
        "form-not-taken",
        "The form was not taken",
        "A form is sent as a photograph (JPEG or PNG) or a PDF of the signed page, of at most 8 MB. The Fund says what else stood in the way; the form by post counts the same.",
    ),
    page(
        "answer-refused",
        "The Fund did not accept the proof",
        "The detail holds the Fund's own words. You can begin again while the request lives.",
    ),
    page(
        "renewal-over",
        "This is not renewed by itself",
        "The organisation gave no permission to renew it, or has ended it. Ask for a new offer.",
    ),
    page(
        "sign-in-first",
        "Sign in at the organisation first",
        "The organisation gives this to whoever signs in there, or the sign-in was too long ago. Sign in, and the wallet goes on by itself.",
    ),
    page(
        "sign-in-over",
        "This sign-in is over",
        "It was begun in another wallet, a later one took its place, or it was answered already. Begin it again from the offer.",
    ),
    page(
        "sign-in-denied",
        "The organisation did not agree",
        "You said no there, or the organisation did not find what you asked for. Ask them, or try another way to sign in.",
    ),
    page(
        "sign-in-strange",
        "This answer is not from that organisation",
        "It came back from another server than the one that was asked, or without a code. Nothing was sent there. Begin again from the offer.",
    ),
    page(
        "at-desk",
        "This is not done at a desk",
        "A passkey, a key or a file would stay on the officer's device. The person does it on a device of their own.",
    ),
    page(
        "card-too-long",
        "This is too much for a card",
        "A card holds eight codes of some 400 characters each. Choose fewer claims; a portrait does not fit.",
    ),
    page(
        "no-station",
        "This device is no station of the Fund",
        "At a desk the yearly proof is given at a station: a device of an officer at a fixed place, whose key the Fund has registered.",
    ),
    page(
        "outside-mandate",
        "The mandate does not hold this",
        "A guardian or an attorney does at a desk what the mandate names and nothing else. The ways into the wallet, its record and its deletion are the person's own.",
    ),
    page(
        "wallet-full",
        "This wallet holds no more",
        "A wallet holds five hundred certificates at most, so that nothing pushes others out of its lists. Delete what is not needed; the offer stays good meanwhile.",
    ),
    page(
        "in-person",
        "They take this from the person alone",
        "An organisation can refuse what a guardian or an attorney does for somebody, whatever their mandate holds. The person does it in person, or asks the organisation for another way.",
    ),
    page(
        "mandate-refused",
        "The mandate is not recorded like this",
        "A mandate has a name, a document with its authority, at least one act, a first day and a last day within three years. Two different officers record and confirm it, neither for their own wallet.",
    ),
    page(
        "mandate-over",
        "This mandate is not in force",
        "It waits for a second officer, has not begun, is over, or was ended by the person or an officer. Officers see which under “Representatives”.",
    ),
    page(
        "queue-refused",
        "The waiting proof was not taken",
        "What a station sealed without a network is not what was prepared, or its clock is wrong. Set the clock, and ask the person to come once more.",
    ),
    page(
        "queue-over",
        "The waiting proof came too late",
        "A proof that was made without a network is brought within three days, and before the Fund's challenge ends. A wrong PIN ends it too.",
    ),
    page(
        "queue-elsewhere",
        "Another officer brings this proof",
        "The officer who had the person in front of them signs in at the same station and opens the page of visits; it is brought by itself.",
    ),
    page(
        "no-desk-key",
        "There is no card or key",
        "No card or security key was added to this wallet. The person types the PIN, and can add one during a visit.",
    ),
]);
