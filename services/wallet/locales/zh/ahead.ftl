# The yearly proof without a network: taken along, made, sent later.

ahead-title = 年度证明
ahead-proof = { $year } 年的证明，提交给 { $who }
ahead-until = 可在 { $until } 之前在此完成。
ahead-waits = 已于 { $at } 完成。它保存在本手机上，您联网打开钱包时会自动发送。
ahead-over = 来得太晚，或未被接受。没有任何损失：请联网重新准备，再做一次。
ahead-make = 现在完成
ahead-send = 现在发送
ahead-again = 再做一次
ahead-make-title = 没有网络时表明您在场
ahead-how = 手机现在拍照并连同时间一起签名。所有内容加锁保存在本手机上，联网后只发送一次。
ahead-without = 不拍照继续
ahead-here = 我在这里
ahead-no-place = 找不到您的位置。请在手机设置中允许，或者不拍照继续：工作人员会打电话给您。
ahead-no-key = 此钱包的密钥已不在本手机上。请联网打开证明，重新开始。
ahead-made = 已完成
ahead-made-at = 您于 { $at } 在场。
ahead-made-what = 它加锁保存在本手机上。有网络时请打开钱包，届时发送一次。
ahead-where = 您要去的地方没有网络？
ahead-why = 本手机可以先带上所需的内容。这样在飞行模式下也能做证明，之后再发送。
ahead-ready = 本手机已准备好，有效至 { $until }。没有网络时，打开钱包即可做证明。
ahead-take = 准备本手机
ahead-open = 在没有网络时做证明
ahead-time-made = 您在场的时间
ahead-time-received = 基金收到的时间
