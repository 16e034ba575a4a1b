# Showing without a network, and what is kept on the phone for it.

offline-title = Show without a network
offline-lead = What you kept on this phone can be seen and shown here, also in airplane mode. It takes about a minute.
offline-kept-title = Kept on this phone
offline-nothing = Nothing is kept on this phone. Open a certificate while there is a network, and choose “Keep on this phone”.
offline-open = Open
offline-code-title = Read the desk’s code
offline-code-why = The officer shows you a square code. Your phone signs its answer for that desk alone.
offline-scan = Scan with the camera
offline-choose-file = Choose a picture
offline-paste = Or paste the code
offline-use-code = Go on
offline-no-code = This is not the code of a desk.
offline-no-camera = The camera cannot be used. Choose a picture, or paste the code.
offline-camera = Picture of the camera
offline-without-code = The desk has no code
offline-claims-title = Choose what to show
offline-claims-why = Nothing else of this goes out. What cannot be withheld goes along.
offline-for-whom = Your phone signs only for the desk that showed the code. Its name in the code: { $audience }
offline-replayable = Others can show it again until it expires.
offline-replayable-why = Without a code, whoever takes a picture of this can show it too until it expires. Use it only where you must.
offline-agree = Show it
offline-back = Back
offline-answer-title = Hold this before the desk’s camera
offline-answer-why = The codes take turns by themselves until the desk has read them all.
offline-answer-code = Code to show
offline-number = Code { $number } of { $count }
offline-before = Previous
offline-after = Next
offline-no-key = The key of this certificate is not on this phone any more. Ask the organisation to offer it again.
offline-keep-title = Without a network
offline-keep-why = You can keep a sealed copy on this phone and use it in airplane mode. Do so only on a phone that is yours and locked. It goes when you sign out.
offline-kept-why = A sealed copy is on this phone. It goes when you sign out.
offline-keep = Keep on this phone
offline-forget = Forget it here
offline-open-offline = Show without a network
offline-wallet = To my wallet

# What is kept, as its person sees it.

offline-present = Show it to somebody
offline-alone = It can be seen here. To show it to somebody, a network is needed.
offline-dates = From when and until when
offline-ended = It was valid until { $at }. Ask the organisation for a new one when there is a network.
offline-not-yet = It becomes valid on { $at }.
offline-checked = So it stood on { $at }, when your wallet last asked. Without a network nobody sees what changed since.
offline-unchecked = Your wallet could not ask yet. Open it when there is a network.
offline-whole = This one can only be shown as a whole. All of this goes out.
offline-along = This goes out with it
offline-too-long = This is too long to be shown by codes. Show it when there is a network.
