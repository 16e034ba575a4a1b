# The officers' page that reads support codes.

support-title = Support code
support-lead = Type the code that the person reads out.
support-read = Read the code
support-wrong = This is not a code. Ask for it once more.
support-where = Page and step
support-problem = What went wrong
support-none = Nothing
support-when = When

support-place-other = another page
support-place-first = the first page
support-place-signing-in = signing in
support-place-offer = receiving a certificate
support-place-request = a request to show something
support-place-proof = the yearly proof
support-place-credential = a certificate, or its card
support-place-activity = activity
support-place-account = the account
support-place-language = the language
support-place-recovery = getting back in
support-place-officers = the officers’ pages
support-place-ways-in = ways into the wallet, the PIN
support-place-shared = what was shared, who looked
support-place-desk = a visit at a desk
support-place-enrolment = enrolment at the Fund
support-place-offline = without a network
support-step-accept = accepting
support-step-proofs = proving the key
support-step-prepare = preparing
support-step-submit = sending
support-step-refuse = saying no
support-step-assertion = finger, face or screen lock
support-step-answer = answering
