# The yearly proof without a network: taken along, made, sent later.

ahead-title = Yearly proof
ahead-proof = Proof for { $year }, for { $who }
ahead-until = Can be made here until { $until }.
ahead-waits = Made on { $at }. It waits on this phone and is sent by itself when you open the wallet with a network.
ahead-over = This came too late, or was not taken. Nothing is lost: fetch a new one with a network, and make it once more.
ahead-make = Make it now
ahead-send = Send it now
ahead-again = Make it once more
ahead-make-title = Show that you are there, without a network
ahead-how = Your phone takes the pictures and signs now, with the time. All of it waits locked on this phone and is sent once, when there is a network.
ahead-without = Go on without pictures
ahead-here = I am here
ahead-no-place = Your place could not be found. Allow it in the settings of the phone, or go on without pictures: an officer will call you.
ahead-no-key = The key of this wallet is not on this phone any more. Open the proof with a network and begin again.
ahead-made = Made
ahead-made-at = You were there on { $at }.
ahead-made-what = It waits locked on this phone. Open the wallet when there is a network: it is then sent, once.
ahead-where = No network where you will be?
ahead-why = This phone can take along what it needs. Then you make the proof in airplane mode too, and it is sent later.
ahead-ready = This phone is ready until { $until }. Without a network, open the wallet and make the proof there.
ahead-take = Get this phone ready
ahead-open = Make the proof without a network
ahead-time-made = You were there
ahead-time-received = The Fund had it
