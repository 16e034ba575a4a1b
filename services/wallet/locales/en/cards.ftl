# A credential on its card, and its status.

go-to-wallet = Go to my wallet
my-wallet = My wallet
card-unproven = Organisation not proven
card-elsewhere = Key on another device
card-whole = Complete copy
card-selective = Copy to show in part

status-valid = Valid
status-suspended = On hold
status-revoked = Withdrawn
status-expired = Expired
status-notYetValid = Not valid yet
status-unknown = Not checked
status-valid-what = The organisation that issued this says that it is valid.
status-suspended-what = The organisation has put this on hold. It may become valid again. Ask them if you do not know why.
status-revoked-what = The organisation has withdrawn this. It will not be accepted any more.
status-expired-what = This was valid until a date that has passed. Ask the organisation for a new one.
status-notYetValid-what = This becomes valid on a later date.
status-unknown-what = We could not check this just now. Try again when you have a connection.
