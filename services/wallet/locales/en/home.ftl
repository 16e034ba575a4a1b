# The first page, and what was begun and not finished.

home-title = My certificates
home-elsewhere = Some of these are tied to another device.
home-elsewhere-what = You can read them here. To show them to somebody, use the device that received them. If that device is lost, say so on your account page. Then ask the organisation to offer them again.
home-elsewhere-link = My account
home-unfinished = Not finished yet
home-go-on = Go on
home-empty = Nothing here yet
home-empty-what = An organisation gives you a link or shows you a square code. Open the link on this phone, or point your camera at the code. Your certificate will appear here.
home-link = I have a link
home-link-label = Link from an organisation
home-link-hint = Paste the whole link here.
home-link-wrong = This is not a link for the wallet. Copy the whole link, as the organisation gave it to you.
home-link-open = Open the link
home-ask = Ask an organisation for a certificate

unfinished-offer = An offer waits for you
unfinished-waiting = A certificate waits for the organisation
unfinished-refused = A certificate was not given to you
unfinished-proof = Your yearly proof waits for you
unfinished-existence = Your yearly proof is with the Fund
unfinished-proof-refused = Your yearly proof was not accepted
unfinished-asked = Somebody waits for your answer
unfinished-answer = An answer is on its way

reminder-title = Soon over
reminder-ends = Valid until { $date }.
reminder-ended = It was valid until { $date }.
reminder-copies = Every copy was shown to somebody. The next one who asks could know you again by it.
reminder-renewed = { $who } renews it by itself while you are here.
reminder-ask = Ask { $who } to offer it to you again.
reminder-renew = Renew
reminder-done = It is renewed.
reminder-lost = Its key was on a device that is gone.
