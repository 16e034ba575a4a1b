# The guide to put the wallet on the home screen.

install-title = Put the wallet on the home screen
install-why = It then opens like your other apps, also without a network, and the phone does not clear it away after some weeks.
install-do = Put it there now
install-how = How it is done
install-android-menu = Open this page in Chrome, and tap the three dots beside the address.
install-android-add = Tap “Add to home screen” or “Install app”, and agree.
install-done = From then on open the wallet by its picture, a white bridge on blue.
install-iphone-keys = On an iPhone do this before you receive certificates. The wallet on the home screen has keys of its own: what you received in Safari can be shown from Safari alone.
install-iphone-open = Open this page in Safari.
install-iphone-share = Tap the square with the arrow that points up.
install-iphone-add = Scroll down, tap “Add to Home Screen”, then “Add”.
install-computer-open = Open this page in Chrome or Edge.
install-computer-press = Press the small screen with an arrow at the end of the address, then “Install”.
