# Proofs that a station takes while it has no network.

queue-title = Proofs that wait for the line
queue-waits = Waiting here, sealed: { $count }
queue-empty = Nothing waits any more.
queue-send = Send now
queue-kept = Kept for the line
queue-kept-what = There is no network. The proof is sealed on this device, nobody can read it here, and it is sent once when the line is back, within three days. Finish the visit now.
queue-full = As many proofs wait here as may. Find a network first, or take paper: it counts the same.
queue-finished = The visit is over on this device
queue-finished-what = There is no network. What was shown is gone. When the line is back, this page goes on by itself, and what waits is sent.
queue-pin = One proof was not taken: the PIN was wrong. Ask the person to come once more.
queue-locked = One proof was not taken: the PIN is locked. The person sets another one with the recovery code.
queue-late = One proof came too late or was of no use. Ask the person to come once more, or take paper: it counts the same.
queue-clock = One proof was not taken: the clock of this device is wrong. Set it, and ask the person to come once more.
queue-station = One proof was not taken: this station is closed. Open one again, and tell the Fund its key.
queue-answer = The Fund did not accept one proof. Ask the person to come once more.
queue-elsewhere = One proof was taken by another officer, who has to sign in here to bring it.
