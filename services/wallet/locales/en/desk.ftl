# Visits at an officer’s desk, for people without a phone.

desk-title = At the desk
desk-lead = For people without a phone. This service keeps their wallet; they come to you and type their PIN for each act. A visit takes about five minutes.
desk-again = Somebody comes back
desk-pin = The person’s PIN
desk-pin-hint = Turn the device to the person: only they type it.
desk-enter = Go to their wallet
desk-new = Open a wallet for somebody
desk-new-what = Make sure who it is. The person chooses the PIN. Afterwards, write down the number of the wallet for them.
desk-open = Open a wallet
desk-unknown = No wallet with this number is kept here.
desk-at = You are at the desk of { $who }. What you do here is noted with that name.
desk-finish = Finish
desk-busy = Somebody is at the desk. Finish the visit first.
desk-claim = With a recovery code you can take this wallet to a phone of your own later. This service then keeps no key of it any more.
desk-kept = This service
desk-forgotten = The PIN is forgotten
desk-forgotten-what = With the recovery code on paper, the person sets another PIN. The code is used up; make a new one afterwards. Without it: open a new wallet, and ask the organisations to offer everything again.
desk-keys = Card or security key
desk-keys-what = At a desk you can use a card or key of your own in place of the PIN of this wallet. It has a PIN or a fingerprint of its own, and what it says serves once.
desk-keys-none = None yet.
desk-key-add = Add a card or key
desk-key-added = Added on { $date }
desk-key-used = Last used on { $date }
desk-key-remove = Remove
desk-key-lost = Keep a recovery code on paper too: if the card or key is lost, it sets another PIN and takes out the lost one.
desk-key-use = Use card or key
