# What people read at this service. The officers' console is in English.

service = Credentials
skip = Skip to the content
navigation = Main
about = About
notice = Notice
language = Language

sign-title = { $wallet } asks for credentials of { $organisation }
sign-lead = Sign in, and { $wallet } may fetch these for you:
sign-short = Sign in
sign-not = You are not signed in.
sign-no-script = Signing in needs JavaScript.
sign-no-script-what = A passkey can only be asked for by a script. Switch JavaScript on for this address, or ask { $organisation } for a way on paper or in person.
sign-passkey = Sign in with a passkey
sign-how = You will be asked for the fingerprint, the face or the PIN of this device. There is no password.
sign-or = Or by your organisation
sign-provider = Sign in with { $provider }
sign-first = First time here?
sign-code = Transaction code
sign-code-hint = The six digits that { $organisation } gave you separately.
sign-make = Make a passkey
sign-decline = No, go back to { $wallet }

provider-declined = You did not sign in there. Try again, or use a passkey.
provider-old = You signed in there too long ago. Try again, and give your password once more.
provider-weak = Your organisation asks for a stronger way of signing in, such as a second factor.
provider-unknown = Your organisation knows you, but names no staff number that is on its list here. Ask your human resources office.

help-title = Need help?
help-call = Call { $organisation }:
help-hours = Hours: { $hours }
help-office = Ask the office of { $organisation } that sent you the offer. It can also give you a paper.
help-never = Nobody will ask for a code or a PIN on the telephone or in a message.
help-number = If you ask for help, read out this number: { $number }

trouble-authorization-expired = This request is over
trouble-not-found = There is nothing here
trouble-internal = Something went wrong on our side
trouble-other = That did not work
said-authorization-expired = A wallet’s request lives ten minutes and is answered once. Go back to your wallet and start again.
said-not-found = The address is unknown, or what it named is gone. Go back to your wallet and start again.
said-internal = It has been recorded. Trying again is safe.
said-too-many-requests = The same thing was asked for too often. Wait a few minutes and try again.
said-ceremony = It took too long, or was answered before. Please try again.
said-unknown-passkey = This passkey is not registered here. If somebody gave you a transaction code, make a passkey with it.
said-no-code = This request takes no transaction code. Sign in with the passkey that you made before.
said-wrong-code = { $tries ->
    [one] The transaction code is wrong. One try is left.
   *[other] The transaction code is wrong. { $tries } tries are left.
}
said-code-locked = After too many wrong codes the offer is locked. Ask the office that made it to renew it.
said-offer-ended = The offer is over or was withdrawn. Ask the office that made it for a new one.
said-code-needed = The transaction code is missing or wrong. It has six digits.
said-too-many-passkeys = You have as many passkeys here as one person can have. Sign in with one of them, or ask the office to remove one.
said-passkey-refused = The passkey was refused. Please try again.
said-provider-again = It took too long, was answered before, or began in another browser. Go back to your wallet and start again.
said-provider-refused = The answer of your organisation’s sign-in cannot be used. Try again, or sign in with a passkey.
said-provider-unreachable = Your organisation’s sign-in does not answer. Try again in a while, or sign in with a passkey.
said-other = Go back to your wallet and start again. If it happens again, ask for help.

script-did-not-work = That did not work.
script-unreachable = The service cannot be reached. Check the connection and try again.
script-failed = The service could not do this. Try again in a moment.
script-cancelled = It was cancelled, or it took too long. You can try again.
script-registered = This device already holds a passkey of yours for this organisation. Sign in with it instead.
script-unsuitable = This device has no passkey that we can accept.
script-insecure = Passkeys work only at the right address, over a secure connection.
script-passkey = The device could not use a passkey.
script-no-passkeys = This browser does not know passkeys. Use a newer browser or another device.
