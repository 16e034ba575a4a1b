# The card of the yearly proof on the first page.

year-title = Your yearly proof for { $year }
year-open = Open
year-not-yet = Not open yet
year-late = Late
year-on-hold = Payment on hold
year-with-fund = With the Fund
year-done = Done
year-not-concerned = Nothing to do
year-ended = Noted as ended
year-unknown = Not asked yet
year-open-what = Please make it by { $date }. It takes a few minutes.
year-opened-what = The window is open. You can make the proof now.
year-late-what = It was due on { $date }. Make it now: it still counts.
year-late-hold = Without it, payment stops from { $date }.
year-on-hold-what = Your payment is on hold. Make the proof now: payment begins again with the next payroll, to the same account.
year-held-until-decided = Your payment is on hold until the Fund has decided.
year-both = A proof made now counts for { $first } and for { $second }.
year-with-fund-what = The Fund has your proof. An officer looks at it. You need do nothing now.
year-with-fund-days = { $days ->
    [one] The Fund has your proof. An officer usually decides within one day. You need do nothing now.
   *[other] The Fund has your proof. An officer usually decides within { $days } days. You need do nothing now.
}
year-done-what = The Fund has your proof. It came on { $date }: { $channel }.
year-covered = You are covered until { $date }.
year-next = The next window opens on { $date }.
year-not-concerned-what = The Fund asks no proof of you for this year.
year-dates-missing = The dates of this year are not made yet. You need do nothing now: this page says when the window opens.
year-resumes = Payment begins again with the next payroll, and what was held back is paid with it.
year-ended-what = The Fund has noted that this benefit is over. Is this wrong? Call the Fund: it is put right, and payment goes on.
year-unknown-what = You are enrolled. The Fund tells you here how this year stands.
year-begin = Begin
year-begin-again = Begin again
year-go-on = Go on
year-see = See where it stands
year-receipt = See the receipt
year-said = As the Fund said: { $date }
year-late-question = This question has expired. Begin again: the Fund asks you anew. Paper counts the same.

problem-year-word-refused = The Fund does not take the word of this device
problem-year-word-refused-what = The clock of the device is wrong by more than five minutes, or the line was too slow. Look at the clock and try again.
problem-year-key-unknown = The Fund does not know this device
problem-year-key-unknown-what = Begin on the device with which you enrolled, or ask the Fund for an invitation for this one. The paper form counts the same.
problem-year-key-replaced = Another device took the place of this one
problem-year-key-replaced-what = Begin on the newer device. If it was not you who enrolled it, call the Fund now.
problem-year-not-open = The window is not open yet
problem-year-not-open-what = The Fund takes proofs from the day on which the window opens. Nothing is missing until then.
problem-year-not-concerned = The Fund asks no proof of this year
problem-year-not-concerned-what = This year asks nothing of you, or you are not on the Fund’s register yet. If you think that it should, call the Fund.
problem-year-with-fund = A proof is with the Fund
problem-year-with-fund-what = It came by another way and an officer decides about it. If it cannot be accepted, you can begin again.
problem-year-proven = There is a proof for this year already
problem-year-proven-what = One proof a year is enough. The first page says until when you are covered.
problem-year-ended = The Fund has noted that the benefit is over
problem-year-ended-what = If this is wrong, call the Fund: it is put right, and payment goes on.

talk-title = A call or a visit instead
talk-what = Your phone cannot do it, or you would rather talk? An agent sees you and enters your proof. It counts the same.
talk-book = Book a call or a visit
existence-usual = { $days ->
    [one] An officer usually decides within one day.
   *[other] An officer usually decides within { $days } days.
}
