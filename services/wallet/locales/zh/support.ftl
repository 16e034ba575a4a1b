support-title = 求助码
support-lead = 请输入对方念出的求助码。
support-read = 读取
support-wrong = 这不是有效的码。请再问一次。
support-where = 页面和步骤
support-problem = 出了什么问题
support-none = 没有问题
support-when = 时间
