# What stands around every page, and how dates and lists are written.

wallet = Wallet
frame-skip = Skip to the content
frame-navigation = Main
frame-about = About
frame-notice = Notice
frame-demonstration = Demonstration: no certificate here is real.
frame-signed-in-as = Signed in as
frame-sign-out = Sign out
frame-language = Language
frame-credentials = Certificates
frame-activity = Activity
frame-account = Account
frame-foot = Passerelle wallet
frame-noscript = This page needs JavaScript.
frame-noscript-why = Your certificates are tied to a key that only this browser holds, and only JavaScript can use it. Switch JavaScript on for this address, or ask the organisation for a way on paper or in person: it counts the same.
frame-event = Number of this event, for officers: { $number }

moment = { $date }, { $time } UTC
day = { $day } { $month ->
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
} { $year }
list-next = { $before }, { $next }
list-last = { $before } and { $next }
