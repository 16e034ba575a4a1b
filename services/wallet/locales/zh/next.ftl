# What comes next after a recovery, the officer’s own wallet after a visit, and what is known of who offers.

next-title = 您已回到自己的钱包
next-lead = 还剩几步。请从第一步开始。全部约需五分钟；您可以离开本页，以后再继续。
next-lost = 您的旧手机丢了吗？
next-lost-what = 那么请在这里说明。此后谁也不能再用那部手机上的密钥，您的凭证会发到这部手机上。
next-lost-since = 其密钥生成于 { $date }
next-lost-do = 我的旧手机丢了
next-lost-question = 此后那部手机上的密钥不再有用，即使您又找到它。继续吗？
next-lost-still = 它还在您手里吗？那就跳过这一步，并用那部手机出示凭证。
next-lost-done = 已完成：旧手机已登记为丢失。
next-lost-none = 没有其他设备存有您的密钥。这里无需操作。
next-here = 在这部手机上取得您的凭证
next-here-what = 打开您的钱包。许多凭证会自动重新发来。其余的，钱包会告诉您该找谁。
next-fund = 如果基金向您付款，请告知基金
next-code = 把新的恢复码写在纸上保存
next-code-what = 您现在没有恢复码：用过的已经失效。请生成一个新的，以备下次使用。
next-code-there = 您已有恢复码。请把那张纸和护照放在一起。
next-own = 打开我自己的钱包
next-own-what = 本设备上刚结束一次接待。您自己的钱包在这里保持关闭，以免有人按返回键进入。
next-accredited = 获准签发此类凭证
next-not-accredited = 未获准签发此类凭证
next-not-accredited-what = 登记册没有说明该组织可以签发它。您出示时，别人可能不接受。
next-two-forms = 您会收到同一凭证的两种形式。请都保留：一种整体出示，另一种只出示所要求的部分。
next-own-name = 其自称：{ $name }

# Values of claims that are codes.
value-visit = 上门访问
value-call = 通话
value-device = 本人的手机
value-kiosk = 基金的服务站
value-post = 邮寄的表格
value-letter = 信函
value-permanent = 永久任用
value-continuing = 连续任用
value-fixed-term = 定期任用
value-temporary = 临时任用
value-service-agreement = 服务协议
value-service = 任职
value-field-service = 外勤任职
value-travel = 出差
value-unclassified = 非机密
value-confidential = 机密
value-strictly-confidential = 绝密
value-retirement = 退休
value-early-retirement = 提前退休
value-resignation = 辞职
value-end-of-appointment = 任期届满
value-termination = 解职
value-transfer = 调任
value-disability = 伤残

# Between what something is called and what it is.
colon = ：

# Above the button of the camera.
next-capture = 拍七张照片，做三个小动作，只需半分钟。
