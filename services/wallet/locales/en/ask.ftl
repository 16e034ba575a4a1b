# Turning to an organisation that offered nothing yet.

ask-title = Ask for a certificate
ask-lead = Choose who should give it to you. You sign in there, and they decide. Nothing is sent from your wallet.
ask-away = Cannot be reached just now
ask-choose = Choose
ask-what = What do you need?
ask-what-lead = It takes about two minutes. You sign in there next.
ask-nothing = They give nothing in this way
ask-nothing-what = Wait until they offer you something, or ask them.
ask-button = Ask for it
ask-others = Other organisations
