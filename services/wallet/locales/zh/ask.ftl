# Turning to an organisation that offered nothing yet.

ask-title = 申请凭证
ask-lead = 请选择由谁发给您。您在对方页面登录，由对方决定。您的钱包不会发送任何内容。
ask-away = 现在无法连接
ask-choose = 选择
ask-what = 您需要什么？
ask-what-lead = 大约需要两分钟。接下来您在对方页面登录。
ask-nothing = 对方不以这种方式发放
ask-nothing-what = 请等待对方提供，或向对方询问。
ask-button = 申请
ask-others = 其他组织
