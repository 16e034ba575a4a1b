# Proofs that a station takes while it has no network.

queue-title = 等待网络的证明
queue-waits = 在此密封等待：{ $count }
queue-empty = 没有等待的了。
queue-send = 立即发送
queue-kept = 已保存，等待网络
queue-kept-what = 没有网络。证明已密封在本设备上，任何人都无法在此读取；网络恢复后三天内发送一次。请现在结束来访。
queue-full = 等待的证明已达上限。请先找到网络，或使用纸质方式：效力相同。
queue-finished = 本设备上的来访已结束
queue-finished-what = 没有网络。刚才显示的内容已清除。网络恢复后，本页会自动继续，并发送等待的内容。
queue-pin = 一份证明未被接受：PIN 码错误。请本人再来一次。
queue-locked = 一份证明未被接受：PIN 码已锁定。本人可凭恢复码另设。
queue-late = 一份证明来得太晚或无效。请本人再来一次，或使用纸质方式：效力相同。
queue-clock = 一份证明未被接受：本设备的时钟不对。请校准，并请本人再来一次。
queue-station = 一份证明未被接受：此办理点已关闭。请重新开设，并把密钥告知基金。
queue-answer = 基金没有接受一份证明。请本人再来一次。
queue-elsewhere = 一份证明由另一名工作人员办理，须由其在此登录后发送。
