# 首页上的年度证明卡片。

year-title = 您的 { $year } 年度证明
year-open = 待办
year-not-yet = 尚未开放
year-late = 逾期
year-on-hold = 付款暂停
year-with-fund = 已送交基金
year-done = 已完成
year-not-concerned = 无需办理
year-ended = 记为已终止
year-unknown = 尚未询问
year-open-what = 请在 { $date } 之前（含当日）完成。只需几分钟。
year-opened-what = 已开放。您现在就可以做证明。
year-late-what = 截止日是 { $date }。请现在做：仍然有效。
year-late-hold = 如不做，自 { $date } 起停止付款。
year-on-hold-what = 您的付款已暂停。请现在做证明：下一次发放时恢复付款，付到同一账户。
year-held-until-decided = 在基金作出决定之前，您的付款暂停。
year-both = 现在做的证明同时用于 { $first } 年和 { $second } 年。
year-with-fund-what = 基金已收到您的证明。工作人员正在查看。您现在无需做任何事。
year-with-fund-days = { $days ->
   *[other] 基金已收到您的证明。工作人员通常在 { $days } 天内决定。您现在无需做任何事。
}
year-done-what = 基金已收到您的证明。收到时间：{ $date }；方式：{ $channel }。
year-covered = 有效期至 { $date }。
year-next = 下一次于 { $date } 开放。
year-not-concerned-what = 基金今年不需要您的证明。
year-dates-missing = 今年的日期尚未确定。您现在无需办理：本页会说明何时开放。
year-resumes = 下一次发放时恢复付款，之前暂停的款项一并支付。
year-ended-what = 基金记录此项福利已终止。有误吗？请致电基金：会更正，付款会继续。
year-unknown-what = 您已登记。基金会在这里告诉您今年的情况。
year-begin = 开始
year-begin-again = 重新开始
year-go-on = 继续
year-see = 查看进度
year-receipt = 查看回执
year-said = 基金答复的时间：{ $date }
year-late-question = 此请求已过期。请重新开始：基金会再次询问您。纸质证明效力相同。

problem-year-word-refused = 基金不接受此设备的签名
problem-year-word-refused-what = 设备的时钟相差超过五分钟，或网络太慢。请检查时钟后重试。
problem-year-key-unknown = 基金不认识此设备
problem-year-key-unknown-what = 请在您登记时所用的设备上开始，或请基金为此设备发出邀请。纸质表格效力相同。
problem-year-key-replaced = 此设备已被另一部设备取代
problem-year-key-replaced-what = 请在较新的设备上开始。如果不是您本人登记的，请立即致电基金。
problem-year-not-open = 尚未开放
problem-year-not-open-what = 基金从开放之日起接受证明。在此之前什么也不缺。
problem-year-not-concerned = 基金今年不需要证明
problem-year-not-concerned-what = 今年不需要您做任何事，或您尚未列入基金的名册。如果您认为应当需要，请致电基金。
problem-year-with-fund = 证明已在基金
problem-year-with-fund-what = 它以另一种方式送达，由工作人员决定。如果不能接受，您可以重新开始。
problem-year-proven = 今年已有证明
problem-year-proven-what = 每年一份证明即可。首页写明有效期到何时。
problem-year-ended = 基金记录此项福利已终止
problem-year-ended-what = 如果有误，请致电基金：会更正，付款会继续。

talk-title = 改为通话或会面
talk-what = 手机做不了，或者您更愿意通话？工作人员见到您，并录入您的证明。效力相同。
talk-book = 预约通话或会面
existence-usual = { $days ->
   *[other] 工作人员通常在 { $days } 天内决定。
}
