# What scripts say when something does not work.

script-did-not-work = That did not work.
script-unreachable = The service cannot be reached. Check the connection and try again.
script-failed = The service could not do this. Try again in a moment.
script-cancelled = It was cancelled, or it took too long. You can try again.
script-registered = This device already holds a passkey for this wallet. Sign in with it instead.
script-unsuitable = This device has no passkey that we can accept.
script-insecure = Passkeys work only at the right address, over a secure connection.
script-passkey = The device could not use a passkey.
script-no-passkeys = This browser does not know passkeys. Use a newer browser or another device.
key-impossible = This browser cannot keep a key safely. Use a newer browser, and the secure address.
key-kind-missing = This organisation takes only keys that this browser cannot make. Open the offer in a newer browser.
key-erased = This browser has erased a key of this certificate. Ask for it once more.
