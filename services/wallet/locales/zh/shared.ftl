# What was shared with whom, the receipts, and who looked.

shared-title = 我出示过什么
shared-lead = 您每次出示的记录：给谁、为什么、具体是什么。只有您能看到。
shared-empty = 您还没有出示过任何东西
shared-when = 时间
shared-purpose = 用途
shared-unsaid = 对方没有说明。
shared-from = 来自 { $name }（{ $issuer }）
shared-offline = 在没有网络时出示
shared-no-claims = 只有凭证本身
shared-approved = 您批准了
shared-receipt = 对方的回执
shared-receipt-none = 对方没有给回执。
shared-receipt-waiting = 还没有收到。我们会自动索取。
shared-receipt-valid = 对方签名：{ $at } 核对并接受。
shared-receipt-invalid = 对方签名：{ $at } 核对，未接受。
shared-receipt-undetermined = 对方签名：{ $at } 未能完成核对。
shared-receipt-unsound = 收到的内容不是对方签名的，或者与此无关。它不算数。
shared-receipt-missing = 没有收到。
shared-receipt-page = 查看对方的回执
shared-receipt-file = 供专家使用的签名文件

looked-title = 谁看过我
looked-lead = 通过此钱包看过您信息的所有人，以及所有询问过的人。
looked-empty = 还没有人看过
looked-empty-what = 当您出示某样东西时，看到的人会列在这里。
looked-how-often = 次数
looked-times = { $count ->
   *[other] { $count } 次
}
looked-last = 最近一次
looked-saw = 对方看到了
looked-refused = 询问过，而您拒绝了
looked-none = 没有
looked-officers = 本服务的工作人员
looked-officers-what = 为此钱包做过事的工作人员及其姓名。

consent-keeps-said = 对方说：{ $time }。
consent-keeps-not = 对方说不保留。
span-minutes = { $count ->
   *[other] { $count } 分钟
}
span-hours = { $count ->
   *[other] { $count } 小时
}
span-days = { $count ->
   *[other] { $count } 天
}
shared-by = 决定人
