# One credential.

credential-back = My certificates
credential-checked = Checked: { $at }
credential-check-again = Check again
credential-elsewhere = The key for this is on another device.
credential-elsewhere-what = You can read it here. To show it, use the device that received it, or ask the organisation to offer it again to this one.
credential-says = What it says
credential-source = Where it comes from
credential-issued-by = Issued by
credential-proven = Proven
credential-unproven = Not proven
credential-received = Received
credential-valid-from = Valid from
credential-valid-until = Valid until
credential-how = How you can show it
credential-how-whole = As a whole
credential-how-selective = Only the parts that are asked for
credential-issue-time = Time of issue
credential-anchored = Recorded on the registry
credential-not-anchored = Waiting for the registry
credential-experts = For experts
credential-format = Format
credential-type = Type
credential-issuer = Issuer
credential-holder-key = Holder key
credential-remove = Remove from this wallet
credential-remove-question = Remove this certificate from your wallet? To have it again you need a new offer, or the link you received it by.
