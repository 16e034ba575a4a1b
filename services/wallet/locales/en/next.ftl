# What comes next after a recovery, the officer’s own wallet after a visit, and what is known of who offers.

next-title = You are back in your wallet
next-lead = A few steps are left. Begin with the first. Together they take about five minutes; you can leave this page and go on later.
next-lost = Is your old phone lost?
next-lost-what = Then say so here. Nobody can use the keys on it any more, and your certificates come to this phone.
next-lost-since = its key was made on { $date }
next-lost-do = My old phone is lost
next-lost-question = The keys on that phone are then of no use any more, even if you find it again. Go on?
next-lost-still = Do you still have it? Then leave this step out, and use that phone to show your certificates.
next-lost-done = Done: the old phone is named as lost.
next-lost-none = No other device has a key of yours. There is nothing to do here.
next-here = Get your certificates on this phone
next-here-what = Open your wallet. Many come anew by themselves. For the others your wallet says whom to ask.
next-fund = Tell the Fund, if it pays you
next-code = Keep a new code on paper
next-code-what = You have no recovery code now: one that was used is used up. Make a new one, for the next time.
next-code-there = You have a recovery code. Keep the paper where you keep your passport.
next-own = Open my own wallet
next-own-what = A visit ended on this device. Your own wallet stays closed here, so that nobody comes upon it by going back.
next-accredited = Accredited to issue this kind
next-not-accredited = Not accredited for this kind
next-not-accredited-what = The registry does not say that this organisation may issue it. Others may refuse it when you show it.
next-two-forms = You receive the same certificate in two forms. Keep both: one is shown as a whole, of the other only the part that is asked for.
next-own-name = They call themselves: { $name }

# Values of claims that are codes.
value-visit = A visit
value-call = A call
value-device = The person’s own phone
value-kiosk = A station of the Fund
value-post = A form by post
value-letter = A letter
value-permanent = Permanent
value-continuing = Continuing
value-fixed-term = Fixed-term
value-temporary = Temporary
value-service-agreement = Service agreement
value-service = Service
value-field-service = Service in the field
value-travel = Travel
value-unclassified = Unclassified
value-confidential = Confidential
value-strictly-confidential = Strictly confidential
value-retirement = Retirement
value-early-retirement = Early retirement
value-resignation = Resignation
value-end-of-appointment = End of the appointment
value-termination = Termination
value-transfer = Transfer
value-disability = Disability

# Between what something is called and what it is.
colon = {":"}

# Above the button of the camera.
next-capture = Seven pictures, three small movements, half a minute.
