party-proven = 名称已由登记系统证明
party-certified = 名称来自证书
party-unproven = 未经登记系统证明
party-offers = 由 { $host } 提供
party-asks = 要求来自 { $host }
party-certified-why = 它不在登记系统中：其身份由此钱包信任的机构说明。
party-unproven-why = 我们只知道网址，不知道背后是谁。只有在您预料到此事时才继续。
