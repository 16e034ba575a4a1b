# What was done with the person's credentials.

activity-title = Activity
activity-lead = What came, what you showed and to whom. Only you can read this.
activity-empty = Nothing yet
activity-empty-what = When you receive or show something, it is noted here.
activity-purpose = Purpose: { $purpose }
activity-receipt = What they checked, and their signed receipt
activity-received = You received { $names } from { $who }.
activity-presented = You shared information with { $who }.
activity-refused = You said no to { $who }. Nothing was shared.
activity-existence-answered = You sent your proof for { $year } to { $who }.
activity-existence-confirmed = { $who } confirmed your proof for { $year }.
activity-credential-removed = You removed { $name } from this wallet.
activity-key-added = A new key was made on { $name }.
activity-key-lost = The key of { $name } was marked as lost.
activity-passkey-added = A passkey was added: { $name }.
activity-passkey-removed = A passkey was removed: { $name }.
activity-pin-added = You can sign in on { $name } with a PIN now.
activity-pin-removed = The PIN of { $name } was removed.
activity-pin-locked = The PIN of { $name } locked itself after too many wrong tries.
activity-recovery-code-made = A recovery code was made.
activity-recovered = The wallet was opened with its recovery code, on { $name }.
activity-recovery-agreed = { $who } agreed to open this wallet on another device. If that is not you, stop it.
activity-recovery-refused = { $who } refused to open this wallet on another device.
activity-recovery-stopped = You stopped the opening on another device.
activity-recovery-done = Two officers opened this wallet again, on { $name }. You were signed out everywhere else.
