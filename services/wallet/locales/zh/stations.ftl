# 办理点：工作人员在固定地点的设备，以及在那里办理的年度证明。

station-title = 办理点
station-lead = 位于固定地点的设备，没有手机的人在这里向基金表明自己在场。
station-this = 本设备
station-is = 本设备是办理点 { $name }（{ $country }）。
station-key = 交给基金的密钥
station-key-what = 请把它发给基金的管理员，由其连同地点一起登记。在此之前，基金不接受从这里发出的证明。
station-none = 本设备还不是办理点。地点以后不能更改。
station-name = 名称，例如所在的办事处
station-country = 国家
station-country-hint = 三个字母，例如 SEN
station-open = 将本设备设为办理点
station-others = 其他办理点
station-close = 关闭办理点
station-where = 您在办理点 { $name }。
station-step = 表明您在场
station-how = 工作人员先确认您是谁，然后您输入 PIN 码。如果基金有您的照片，摄像头会再拍几张。基金查看后予以确认。
station-recognised = 请工作人员说明：您如何知道这是谁？
station-by-document = 我已将身份证件与本人核对
station-by-acquaintance = 我认识此人已有一段时间
station-vouch = 您的姓名、本办理点及其国家会随证明一起交给基金。
station-recognised-missing = 请工作人员先说明如何认识此人。
station-without-what = 没有摄像头，或者头不能转动？可以不拍照继续：工作人员的说明效力相同。
station-sent-what = 基金查看后予以确认。随后证书会进入此钱包，最迟在您下次来访时就能看到。
station-needed = 本设备不是基金的办理点
station-needed-what = 请结束本次来访。然后由工作人员在“办理点”中开设，并由基金登记。在此之前，纸质方式效力相同。
