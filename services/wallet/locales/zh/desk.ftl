# Visits at an officer’s desk, for people without a phone.

desk-title = 服务窗口
desk-lead = 为没有手机的人服务。本服务保管他们的钱包；他们到您这里来，每次操作都输入自己的 PIN 码。办理一次大约需要五分钟。
desk-again = 有人再次来访
desk-pin = 本人的 PIN 码
desk-pin-hint = 请把设备转向本人：只能由本人输入。
desk-enter = 进入其钱包
desk-new = 为某人开设钱包
desk-new-what = 请核实是谁。PIN 码由本人选择。之后请为其写下钱包编号。
desk-open = 开设钱包
desk-unknown = 这里没有保管此编号的钱包。
desk-at = 您在 { $who } 的窗口。您在此所做的一切都会记下这个名字。
desk-finish = 结束
desk-busy = 窗口有人。请先结束此次来访。
desk-claim = 有了恢复码，您以后可以把这个钱包转到自己的手机上。之后本服务不再保管其密钥。
desk-kept = 本服务
desk-forgotten = 忘记了 PIN 码
desk-forgotten-what = 凭纸上的恢复码，本人可以另设 PIN 码。恢复码用后即失效；之后请再制作一个。没有恢复码：开设新钱包，并请各组织重新提供。
desk-keys = 卡或安全密钥
desk-keys-what = 在窗口，您可以用自己的卡或密钥代替此钱包的 PIN 码。它有自己的 PIN 码或指纹，每次回答只用一次。
desk-keys-none = 还没有。
desk-key-add = 添加卡或密钥
desk-key-added = 添加于 { $date }
desk-key-used = 上次使用于 { $date }
desk-key-remove = 移除
desk-key-lost = 请同时保管纸上的恢复码：若卡或密钥丢失，可凭它另设 PIN 码并移除丢失的卡或密钥。
desk-key-use = 使用卡或密钥
