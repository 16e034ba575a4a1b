# What a report says. Each message is named by the code of its finding; where one code says different things, the
# name of the check goes before it, or the result after it.
# Arguments: the evidence of the finding by name, times as `moment` writes them; has-X is yes or no;
# subject is credential or presentation.

moment = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $time } UTC

outcome-valid = Valid. Everything that “{ $policy }” demands holds.
outcome-valid-optional = Valid. The signature, the dates and the status hold; whether the issuer was entitled to issue it was optional here.
outcome-invalid = Not valid. { $because }
outcome-undetermined = Not decided. { $because }

wellFormed = The credential is written as the standard demands.
holds = This holds for the presentation itself.
proofHolds = The signature fits: nothing was changed since it was made.
noKey = { $subject ->
    [presentation] The signature could not be checked because the key of the person was not found.
   *[credential] The signature could not be checked because the issuer's key was not found.
}
notReached = This was not looked at because the credential is not authentic.
nothingToCheck = There was no credential to check this on.
unreadable = The answer is in no form that can be read.

registryUnreachable = This could not be checked because the registry cannot be reached at the moment.
registryStale = This could not be checked because the newest state of the registry is too old to rely on.
registryUnproven = This could not be checked because the registry node did not prove its answer.
registryTooOld = This could not be checked because what is known of the registry is older than the policy allows.
notInPack = This could not be checked because the offline pack says nothing about it.

issuerWithoutDid = The issuer's identifier does not say which keys are its own, so nobody knows whether it signed.
keyOfIdentifier = The signature is by the key that the issuer's identifier names.
keyHoldsNow = The signature is by a key that belongs to the issuer today.
keyHeldAtIssue = The key belonged to the issuer when the credential was recorded on { $issuedAt }.
issuerUnknown = The issuer is not known to the registry.
keyNotIssuers = The signature was made with a key that never belonged to the issuer.
keyCompromised = { $has-issuedAt ->
    [yes] The key that signed this credential was reported stolen on { $compromisedAt }, before the credential was recorded.
   *[no] The key that signed this credential was reported stolen on { $compromisedAt }, and nothing proves that it was signed before that.
}
keyStopped = The registry's members stopped the key that signed this credential on { $stoppedAt }.
keyRetired = The key that signed this credential was retired on { $retiredAt }, and nothing proves that the credential is older than that.
keyNotYetHeld = The credential was recorded on { $issuedAt }, before the issuer had the key that signed it.
keyRetiredBeforeIssue = The key that signed this credential was retired on { $retiredAt }, but the credential was first recorded on { $issuedAt }.
issuerKey-issuerStopped = The registry's members stopped the issuer on { $stoppedAt }.
issuerKey-issuerDeactivated = The issuer gave up its identifier on { $deactivatedAt }.

accredited = { $has-issuedAt ->
    [yes] The issuer was accredited to issue this kind of credential for this organisation on { $issuedAt }.
   *[no] The issuer is accredited to issue this kind of credential for this organisation.
}
notAccredited = { $has-headerHeight ->
    [yes] The issuer is not accredited to issue this kind of credential.
   *[no] The issuer is not in the registry, so nobody says that it may issue this.
}
accreditationOptional = { $has-registrySays ->
    [yes] The registry does not say that the issuer was entitled to issue this; that is optional here.
   *[no] Whether the issuer was entitled to issue this was not checked: that is optional here, and the issuer is not in the registry.
}
accreditationSuspended = The issuer's accreditation for this kind of credential was suspended at the time that counts.
accreditationWithdrawn = The issuer's accreditation for this kind of credential ended on { $endedAt }, and nothing proves that the credential is older than that.
notAccreditedAtIssue = The issuer was not accredited for this kind of credential when it was recorded on { $issuedAt }.
organisationMissing = The credential does not say for which organisation the issuer speaks.
otherOrganisation = The issuer may issue this kind of credential, but not for the organisation that this one names.
noType = The credential is of no kind for which an issuer could be accredited.
issuerStopped = The registry's members had stopped the issuer in an emergency.
notMember = The organisation behind the issuer was not an active member of the registry.
issuerDeactivated = An identifier that the accreditation rests on was not in use.
delegationBroken = The issuer was accredited by another organisation that was not entitled to do so.

schemaHolds = The content has the form described for this kind of credential.
schemaViolated = The content does not have the form described for this kind of credential.
schemaUnknown = The description of the content that the credential names is not in the registry.
schemaMismatch = The description of the content at its address is not the one in the registry.
schemaNotVouchedFor = The content was not checked because nobody vouches for its description.
schemaUnreachable = The description of the content could not be fetched.
schemaUnusable = The description of the content cannot be used.
noSchema = The credential names no description of its content.

inForce = Today is within the dates of the credential.
endsTooSoon = The credential ends sooner than the policy allows.
issuedTooLongAgo = The credential was issued on { $issuedAt }, longer ago than the policy allows.

notRevoked = The credential is neither suspended nor revoked.
suspended = The issuer has suspended this credential; it may be reinstated later.
revoked = The issuer has revoked this credential for good.
noStatus-pass = The credential names no status list, so it is taken as it stands.
noStatus-fail = The credential cannot be suspended or revoked, which this policy does not accept.
noStatus-notChecked = The status could not be checked.
noIssuer = The status could not be checked because nobody is named as issuer.
statusIndex = The status list has no entry for this credential.
statusListAddress = The status list has no usable address.
statusListLength = The status list is shorter than the standard allows.
statusListMalformed = The status list cannot be read, so the status cannot be trusted.
statusListMismatch = The issuer shows another status list than the one it registered, so the status cannot be trusted.
statusListRefused = The status list is at an address that this verifier does not visit.
statusListTooLong = The status could not be checked because the list is too long.
statusListUnreachable = The status could not be checked because the status list cannot be fetched.
statusListUnregistered = The issuer never registered the status list that the credential names.
statusListUntrusted = The status list was not made by the issuer, so the status cannot be trusted.
statusListUnverified = The status could not be checked because the list's signature could not be.
statusPurpose = The status list is for another purpose than the credential says.
statusTooOld = The status list is older than the policy allows, so a later revocation may be missing.
statusTypeUnknown = The credential names a kind of status information that this verifier does not know.
statusUnknown = The issuer marked this credential in a way this verifier does not know.

holderBound = The person presenting it holds the key that the credential was issued to.
noPresentation = Nobody showed that the credential is theirs: it was handed over by itself.
replayable = The presentation is signed by its holder, but nothing shows that it was made for this occasion.
presenterOnly = The presentation was signed for this occasion; that the credential belongs to the person was not required.

policyHolds = { $subject ->
    [presentation] The policy asks for nothing more.
   *[credential] The credential is what was asked for.
}
noQuery = The policy asks for nothing.
noCredential = The answer holds no credential.
policy-tooManyCredentials = The answer holds more credentials than were asked for.
tooManyPresentations = The answer holds more than was asked for.
notAskedFor = The answer holds something that was not asked for.
notAskedFor-notChecked = Whether the credential belongs to the person was not asked for, so a copy of it would look the same.
incomplete = The answer does not hold everything that was asked for.
otherFormat = The credential is in another format than was asked for.
otherType = This is another kind of credential than was asked for.
claimsMissing = The credential does not show everything that was asked for.
otherAuthority = The credential is not by an issuer under the authorities that were named.
issuerNotListed = The policy accepts other issuers only.
openedByLess = The wallet was opened with a PIN, and the policy wants a passkey. The person can open it with a passkey and answer again.
openedByLessLook = The wallet was opened with a PIN only. The policy asks you to make sure in another way that it is this person, for example by a document.
byRepresentative = Somebody acted for the person, and the policy wants the person alone. The person can answer again in person.
byRepresentativeLook = Somebody acted for the person. The policy asks you to look whether they may do this for the person, for example at the document that says so.
timeOfIssueNotProven = Nothing proves when the credential was issued, which this policy demands.
receiptForm = The receipt does not prove when this credential was issued.
receiptMismatch = { receiptForm }
receiptOfAnotherIssuer = { receiptForm }
receiptUnknown = { receiptForm }
transactionForm = What was to be approved cannot be read any more.
notApproved = The person did not approve everything that was to be approved.
otherTransaction = The person's key approves something else than what was asked.

predicateUnanswered = This could not be answered: no credential that holds says anything about it.
predicateUnrevealed = The credential does not reveal what this is answered from.
predicateDate = A date that the policy reads cannot be understood.
currentStaff = The person works for the organisation today.
staffNotYet = The appointment has not begun.
staffNoMore = The appointment has ended.
cleared = The person is cleared to the level that the policy demands.
clearanceTooLow = The person is not cleared to the level that the policy demands.
clearanceOver = The clearance has ended.
clearanceUnknown = The level of the clearance is not one that is known here.
trained = The person completed the training within the time that the policy demands.
trainedTooLongAgo = The training was completed longer ago than the policy allows.
trainedInFuture = The training is said to be completed on a day that has not come.
otherCourse = The training is another one than the policy demands.

expired = The credential has expired.
notYetValid = The credential is not valid yet.
proofExpired = The signature was made to last only until a time that has passed.
nonce = The answer was not made for this request; it may be a copy of an earlier one.
challenge = { nonce }
audience = The answer was made for somebody else.
domain = { audience }
keyBindingTime = The answer was not made just now; it may be a copy of an earlier one.
keyBindingMissing = The person did not sign the answer.
notTheHolder = The credential was not issued to the person who presents it.
notBound = { notTheHolder }
proofPurpose = The key was used for something it is not meant for.
keyPurpose = { proofPurpose }
cryptosuite = The credential is signed in a way that this verifier does not know.
jwtAlgorithm = { cryptosuite }
unknownContext = The credential uses words whose meaning this verifier does not know.
undefinedTerm = { unknownContext }
proofMissing = The credential is not signed.
fault = The credential does not hold.
fault-form = The credential is not written as the standard demands.
fault-proof = The signature does not fit: the content was changed, or somebody else signed it.
fault-issuerKey = The key that signed does not belong to the issuer.
fault-validity = The dates of the credential do not hold.
fault-holderBinding = The person presenting it could not show that the credential is theirs.
unfinished = This could not be checked at the moment.
unfinished-issuerKey = The issuer's key could not be looked up at the moment.
unfinished-holderBinding = The key of the person presenting it could not be looked up at the moment.

check-form = Form
check-proof = Signature
check-issuerKey = Issuer's key
check-accreditation = Accreditation
check-schema = Content
check-validity = Dates
check-status = Suspended or revoked
check-holderBinding = Person presenting it
check-policy = What was asked for
predicate-currentStaff = Current staff
predicate-clearedTo = Security clearance
predicate-trained = Training
result-pass = Pass
result-fail = Fail
result-notChecked = Not checked
word-valid = Valid
word-invalid = Not valid
word-undetermined = Not decided

page-credential = Credential
page-issued-by = Issued by
page-kept-until = Personal data is erased here at { $until }.
page-not-kept = Personal data is not kept here.
page-checks = What was checked
page-predicates = What the policy asks besides
page-optional = optional
page-report = Report
page-policy = Policy
page-checked-at = Checked
page-evidence = Evidence
page-code = Code
page-language = Language
page-receipt = Signed receipt
page-again = Check another one
paper-valid-from = Valid from
paper-valid-until = Valid until
paper-how = Whoever receives this page checks it with the codes below or with this file: at the desk of any agency, or at a verifier’s page. The issuer’s signature stands in the credential that they hold; the words on this page are a rendering of it and prove nothing by themselves.
paper-copies = A copy can be shown by anybody until the credential expires or is revoked. Where it matters who shows it, ask for an answer from the person’s wallet.

evidence-accreditedSince = Accredited since
evidence-anchorHeaderHash = Block header of the record
evidence-anchorHeight = Block of the record
evidence-anchorSequence = Number of the record
evidence-at = Place
evidence-checkedAt = Checked
evidence-compromisedAt = Reported stolen
evidence-day = Day that counts
evidence-deactivatedAt = Given up
evidence-demandedCourse = Course demanded
evidence-demandedLevel = Level demanded
evidence-detail = Detail
evidence-endedAt = Ended
evidence-fault = What is wrong
evidence-grantedBy = Granted by
evidence-headerAgeSeconds = Age of the block in seconds
evidence-headerHash = Block header
evidence-headerHeight = Block
evidence-headerTime = Time of the block
evidence-issuedAt = Proven time of issue
evidence-issuer = Issuer
evidence-listAgeSeconds = Age of the list in seconds
evidence-listDigest = Digest of the list
evidence-listPublishedAt = List published
evidence-listVersion = Version of the list
evidence-longestAgeSeconds = Longest age allowed in seconds
evidence-neededUntil = Needed until
evidence-onChain = Registered on the chain
evidence-predicate = Answer
evidence-registrySays = The registry says
evidence-retiredAt = Retired
evidence-rule = Rule
evidence-schema = Description
evidence-schemaDigest = Digest of the description
evidence-shownDigest = Digest of the list shown
evidence-shownList = List shown
evidence-speaksFor = Speaks for
evidence-statusList = Status list
evidence-statusMessage = What the issuer says
evidence-statusType = Kind of status
evidence-stoppedAt = Stopped
evidence-through = Accredited through
evidence-type = Kind of credential
evidence-validFrom = Valid from
evidence-validUntil = Valid until
evidence-verificationMethod = Key
evidence-withinDays = Within days
