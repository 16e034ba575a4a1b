# The guide to put the wallet on the home screen.

install-title = 把钱包放到主屏幕
install-why = 这样它就像其他应用一样打开，没有网络也可以，而且手机不会在几周后将其清除。
install-do = 现在放置
install-how = 操作方法
install-android-menu = 在 Chrome 中打开本页，点按地址旁的三个点。
install-android-add = 点按“添加到主屏幕”或“安装应用”，然后同意。
install-done = 以后请点按它的图标打开钱包：蓝底上的白桥。
install-iphone-keys = 在 iPhone 上，请在领取凭证之前这样做。主屏幕上的钱包有自己的密钥：在 Safari 中领取的凭证只能从 Safari 出示。
install-iphone-open = 在 Safari 中打开本页。
install-iphone-share = 点按带向上箭头的方框。
install-iphone-add = 向下滚动，点按“添加到主屏幕”，再点按“添加”。
install-computer-open = 在 Chrome 或 Edge 中打开本页。
install-computer-press = 按地址末尾带箭头的小屏幕图标，再按“安装”。
