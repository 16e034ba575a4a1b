# A card to be printed.

paper-title = 打印卡片
paper-lead = 用于没有任何设备的时候。窗口会读取上面的码。大约需要两分钟。
paper-warning = 谁拿到卡片或其照片，在其到期或撤销之前都能出示。只打印需要的内容。
paper-choose = 卡片上的内容
paper-always = 组织名称和日期总会在上面。其他内容都没有预先选中。
paper-make = 制作卡片
paper-print = 打印
paper-until = 有效期至 { $date }。
paper-only-codes = 只有码有效。周围的文字没有人签名。
