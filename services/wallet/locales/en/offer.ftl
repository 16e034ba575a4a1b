# Opening a link, and receiving what is offered.

opening-title = Opening
opening-offer = Opening the offer
opening-request = Opening the request
opening-authorized = Back from the organisation
opening-back = Back to the offer
opening-checking = We check who sent it and whether it is genuine.
opening-failed = The link could not be opened
opening-incomplete = The link is not complete. Open the whole link again, or point your camera at the code once more.
opening-try-again = Try again

offer-title = An offer for you
offer-how-long = It takes about a minute. You can leave this page and go on later.
offer-received = Received
offer-received-what = { $count ->
    [one] Your certificate is in your wallet. It was checked before it was kept.
   *[other] { $count } certificates are in your wallet. Each was checked before it was kept.
}
offer-waiting = Waiting for the organisation
offer-refused = Not given to you
offer-what = What you will receive
offer-whole = Complete copy: shown as a whole
offer-selective = Copy to show in part: only what is asked for
offer-here = Here already
offer-waits = Waiting
offer-not-given = Not given
offer-waiting-who = { $who } has to approve first.
offer-waiting-what = You need do nothing more. Your wallet asks again by itself and keeps what comes. You can close this page.
offer-refused-who = { $who } did not approve it, or sent something that is not right.
offer-refused-what = Ask them why. You can remove this offer.
offer-begun = You had begun to receive this.
offer-begun-what = Nothing was lost. Go on where you stopped.
offer-code = Code
offer-code-hint = The organisation gave you this code in another way, for example on paper.
offer-step-key = Key on this device
offer-step-permission = Permission
offer-step-credentials = Certificates
offer-accept = Accept
offer-go-on = Go on
offer-decline = No, thank you
offer-decline-what = If you say no, this offer is forgotten here. The organisation can make you another one.
offer-remove = Remove

offer-sign-in-title = Sign in at { $who }
offer-sign-in-what = You go to their page and sign in there. Then you come back here by yourself. They do not see what is in your wallet.
offer-sign-in-host = The page where you sign in is { $host }.
offer-sign-in = Sign in
offer-sign-in-instead = No code? Sign in there instead
offer-sign-in-desk = It is given to whoever signs in there. That is not done at a desk: open it on a device of your own.
offer-signed-in = You have signed in at { $who }.
offer-signed-in-what = We fetch your certificates now.
offer-in-person = { $who } gives this to the person alone
offer-in-person-what = Nobody may receive it for somebody else. The offer and its code stay good: let the person come and accept it, or ask them for another way.
