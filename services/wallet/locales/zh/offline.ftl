# Showing without a network, and what is kept on the phone for it.

offline-title = 无网络时出示
offline-lead = 您保存在这部手机上的内容可以在此查看和出示，飞行模式下也可以。大约需要一分钟。
offline-kept-title = 保存在这部手机上
offline-nothing = 这部手机上没有保存任何内容。请在有网络时打开一份证书，选择“保存在这部手机上”。
offline-open = 打开
offline-code-title = 读取柜台的码
offline-code-why = 工作人员会向您出示一个方形码。您的手机只为该柜台签署回答。
offline-scan = 用相机扫描
offline-choose-file = 选择图片
offline-paste = 或粘贴码的文字
offline-use-code = 继续
offline-no-code = 这不是柜台的码。
offline-no-camera = 无法使用相机。请选择图片或粘贴码的文字。
offline-camera = 相机画面
offline-without-code = 柜台没有码
offline-claims-title = 选择要出示的内容
offline-claims-why = 不会发出其他内容。无法保留的部分会一并出示。
offline-for-whom = 您的手机只为出示该码的柜台签名。码中的名称：{ $audience }
offline-replayable = 到期前，他人可再次出示。
offline-replayable-why = 没有码时，任何拍下此内容的人在到期前都能出示它。仅在必要时使用。
offline-agree = 出示
offline-back = 返回
offline-answer-title = 请对准柜台的相机
offline-answer-why = 各个码会自动轮换，直到柜台全部读取。
offline-answer-code = 要出示的码
offline-number = 第 { $number } 个，共 { $count } 个
offline-before = 上一个
offline-after = 下一个
offline-no-key = 这份证书的密钥已不在这部手机上。请让签发组织重新提供。
offline-keep-title = 无网络时
offline-keep-why = 您可以在这部手机上保存一份加密副本，并在飞行模式下使用。仅限您自己的已设锁手机。退出登录时会删除。
offline-kept-why = 这部手机上有一份加密副本。退出登录时会删除。
offline-keep = 保存在这部手机上
offline-forget = 从这里删除
offline-open-offline = 无网络时出示
offline-wallet = 前往我的钱包

# What is kept, as its person sees it.

offline-present = 向他人出示
offline-alone = 可以在这里查看。要向他人出示，需要网络。
offline-dates = 有效的起止时间
offline-ended = 它的有效期到 { $at } 为止。有网络时请向该组织申请新的。
offline-not-yet = 它从 { $at } 起有效。
offline-checked = 这是您的钱包在 { $at } 最后一次查询时的状态。没有网络时，谁也看不到此后的变化。
offline-unchecked = 您的钱包还未能查询。请在有网络时打开它。
offline-whole = 这一份只能整份出示。以下全部内容都会发出。
offline-along = 以下内容会一并发出
offline-too-long = 内容太长，无法用码出示。请在有网络时出示。
