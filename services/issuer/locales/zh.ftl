service = 凭证
skip = 跳到正文
navigation = 主菜单
about = 关于
notice = 提示
language = 语言

sign-title = { $wallet } 请求 { $organisation } 的凭证
sign-lead = 登录后，{ $wallet } 可以为您领取：
sign-short = 登录
sign-not = 您尚未登录。
sign-no-script = 登录需要 JavaScript。
sign-no-script-what = 只有脚本才能请求通行密钥。请为此网址启用 JavaScript，或请 { $organisation } 改用书面或当面的方式。
sign-passkey = 用通行密钥登录
sign-how = 系统会要求您使用此设备的指纹、面容或 PIN 码。没有密码。
sign-or = 或通过您的组织登录
sign-provider = 用 { $provider } 登录
sign-first = 第一次来？
sign-code = 交易码
sign-code-hint = { $organisation } 另行告诉您的六位数字。
sign-make = 创建通行密钥
sign-decline = 不，返回 { $wallet }

provider-declined = 您没有在那里登录。请重试，或使用通行密钥。
provider-old = 您在那里登录的时间过久。请重试，并再次输入密码。
provider-weak = 您的组织要求更安全的登录方式，例如第二重验证。
provider-unknown = 您的组织认识您，但没有给出在此名单上的职员编号。请询问人力资源部门。

help-title = 需要帮助吗？
help-call = 请致电 { $organisation }：
help-hours = 服务时间：{ $hours }
help-office = 请询问向您发出邀约的 { $organisation } 办公室。那里也可以给您书面文件。
help-never = 没有人会在电话或消息中索要代码或 PIN 码。
help-number = 寻求帮助时，请念出此编号：{ $number }

trouble-authorization-expired = 此请求已结束
trouble-not-found = 这里没有内容
trouble-internal = 我们这边出了问题
trouble-other = 未能完成
said-authorization-expired = 钱包的请求有效十分钟，只能答复一次。请返回钱包重新开始。
said-not-found = 网址不明，或其内容已不存在。请返回钱包重新开始。
said-internal = 问题已记录。可以放心重试。
said-too-many-requests = 同样的请求过于频繁。请等几分钟再试。
said-ceremony = 时间过长，或已答复过。请重试。
said-unknown-passkey = 此通行密钥未在这里登记。如果有人给了您交易码，请用它创建一个。
said-no-code = 此请求不需要交易码。请用您以前创建的通行密钥登录。
said-wrong-code = { $tries ->
   *[other] 交易码不正确。还可以试 { $tries } 次。
}
said-code-locked = 错误次数过多，邀约已锁定。请发出邀约的办公室更新它。
said-offer-ended = 邀约已结束或已撤回。请向发出邀约的办公室索要新的邀约。
said-code-needed = 缺少交易码或交易码不正确。它有六位数字。
said-too-many-passkeys = 您在这里的通行密钥已达到每人的上限。请用其中一个登录，或请办公室删除一个。
said-passkey-refused = 通行密钥被拒绝。请重试。
said-provider-again = 时间过长、已答复过，或是在另一个浏览器中开始的。请返回钱包重新开始。
said-provider-refused = 您组织的登录答复无法使用。请重试，或用通行密钥登录。
said-provider-unreachable = 您组织的登录服务没有响应。请稍后再试，或用通行密钥登录。
said-other = 请返回钱包重新开始。如再次发生，请寻求帮助。

script-did-not-work = 未能完成。
script-unreachable = 无法连接服务。请检查网络，然后重试。
script-failed = 服务未能完成此操作。请稍后重试。
script-cancelled = 操作已取消或超时。您可以重试。
script-registered = 此设备上已有您用于此组织的通行密钥。请用它登录。
script-unsuitable = 此设备没有我们接受的通行密钥。
script-insecure = 通行密钥只能在正确的网址上通过安全连接使用。
script-passkey = 此设备未能使用通行密钥。
script-no-passkeys = 此浏览器不支持通行密钥。请使用较新的浏览器或另一台设备。
