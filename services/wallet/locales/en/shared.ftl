# What was shared with whom, the receipts, and who looked.

shared-title = What I shared
shared-lead = Each time you showed something: to whom, for what, and what exactly. Only you can read this.
shared-empty = You have not shown anything yet
shared-when = When
shared-purpose = For
shared-unsaid = They did not say.
shared-from = From { $name } ({ $issuer })
shared-offline = Shown without a network
shared-no-claims = Nothing but the certificate itself
shared-approved = You approved
shared-receipt = Their receipt
shared-receipt-none = They gave none.
shared-receipt-waiting = It has not come yet. We ask for it by ourselves.
shared-receipt-valid = Signed by them: checked on { $at } and accepted.
shared-receipt-invalid = Signed by them: checked on { $at } and not accepted.
shared-receipt-undetermined = Signed by them: on { $at } the check could not be finished.
shared-receipt-unsound = What came is not signed by them, or is about something else. It does not count.
shared-receipt-missing = It did not come.
shared-receipt-page = See their receipt
shared-receipt-file = Signed file for experts

looked-title = Who looked at me
looked-lead = Everybody who saw something of yours through this wallet, and everybody who asked.
looked-empty = Nobody has seen anything yet
looked-empty-what = When you show something, whoever sees it stands here.
looked-how-often = How often
looked-times = { $count ->
    [one] Once
   *[other] { $count } times
}
looked-last = Last time
looked-saw = They saw
looked-refused = Asked, and you said no
looked-none = Nobody
looked-officers = Officers of this service
looked-officers-what = Officers who did something for this wallet, by name.

consent-keeps-said = They say: { $time }.
consent-keeps-not = They say that they do not keep it.
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
span-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
shared-by = Decided by
