help-title = 需要帮助吗？
help-call = 请致电我们
help-call-before = 请致电我们：
help-hours = 服务时间：{ $hours }
help-code-before = 求助码：
help-code-what = 请在电话中念出此码。它只说明您在哪个页面以及出了什么问题，不含任何有关您的信息。
help-never = 没有人会在电话或消息中索要您的 PIN 码。我们绝不会向您发送登录链接。
