# A signed paper form, sent as a picture.

form-title = 更愿意用纸质表格？
form-what = 您已签署基金来信中的表格吗？请在此发送它的照片。效力与邮寄相同。
form-file = 已签名的页面
form-hint = 请从上方平整地拍摄整页，光线要好，包括方形码和四个角标。JPEG、PNG 或 PDF，不超过 8 MB。
form-send = 发送表格
form-as-it-is = 按原样发送：由工作人员查看
form-waits = 基金已收到您的表格
form-waits-what = 已于 { $sent } 发送。工作人员会查看签名。您无需再做其他事。
form-refused = 表格未被接受
form-refused-what = 请查看是否已签名并写明日期，然后重新发送，或选择其他方式：手机、上门或通话。效力相同。
form-accepted = 基金已接受您的 { $year } 年度签名表格。
form-unread = 表格尚未发送
form-unread-picture = 图片无法读取。请重新拍摄整页，要清晰且光线良好。
form-unread-no-code = 没有找到表格的方形码。请重新平整地拍摄整页，光线要好。
form-unread-several = 图片中有两份表格。请逐页分别拍摄。
form-unread-not-ours = 这不是本基金的表格。请查看是否是来信中的那一页。
form-unread-other-person = 此表格是寄给他人的。请使用寄给您的信中的表格。
form-unread-unsigned = 签名处没有看到签名。请在该处签名，然后重新拍摄该页。
form-not-too-large = 文件大于 8 MB。请重新拍摄该页，或选择较小的文件。邮寄表格的效力相同。
form-not-too-many = 表格图片已发送多次，下一份请邮寄，效力相同。也可以致电基金：工作人员会帮助您。
form-not-no-forms = 基金没有您的表格。请使用手机，或请求上门或通话。效力都相同。
form-not-type = 请选择已签名页面的照片（JPEG 或 PNG）或 PDF。
form-not-busy = 基金此刻无法接收表格。没有任何丢失：请一分钟后再发送一次。
