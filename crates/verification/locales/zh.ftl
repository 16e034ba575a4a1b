moment = { $year }年{ $month }月{ $day }日 { $time }（协调世界时）

outcome-valid = 有效。“{ $policy }”的要求全部满足。
outcome-valid-optional = 有效。签名、日期和状态均无问题；此处不要求颁发者有权颁发。
outcome-invalid = 无效。{ $because }
outcome-undetermined = 未决定。{ $because }

wellFormed = 凭证的写法符合标准。
holds = 出示本身满足这一点。
proofHolds = 签名相符：签名之后没有任何改动。
noKey = { $subject ->
    [presentation] 找不到出示人的密钥，无法检查签名。
   *[credential] 找不到颁发者的密钥，无法检查签名。
}
notReached = 凭证不真实，因此没有检查这一项。
nothingToCheck = 没有可供检查这一项的凭证。
unreadable = 答复的形式无法读取。

registryUnreachable = 目前无法连接登记系统，因此无法检查。
registryStale = 登记系统的最新状态太旧，不足为凭，因此无法检查。
registryUnproven = 登记系统的节点没有证明其答复，因此无法检查。
registryTooOld = 对登记系统的了解比政策允许的更旧，因此无法检查。
notInPack = 离线包中没有相关内容，因此无法检查。

issuerWithoutDid = 签发方的标识符没有说明哪些密钥属于它，因此无法知道是否由它签名。
keyOfIdentifier = 签名出自颁发者标识符所指的密钥。
keyHoldsNow = 签名出自颁发者目前拥有的密钥。
keyHeldAtIssue = 凭证于{ $issuedAt }登记时，该密钥属于颁发者。
issuerUnknown = 登记系统不知道这个颁发者。
keyNotIssuers = 签名所用的密钥从未属于颁发者。
keyCompromised = { $has-issuedAt ->
    [yes] 签署此凭证的密钥于{ $compromisedAt }报失，早于凭证登记。
   *[no] 签署此凭证的密钥于{ $compromisedAt }报失，没有证据表明凭证签署于此前。
}
keyStopped = 登记系统成员于{ $stoppedAt }停用了签署此凭证的密钥。
keyRetired = 签署此凭证的密钥于{ $retiredAt }停止使用，没有证据表明凭证早于此时。
keyNotYetHeld = 凭证于{ $issuedAt }登记，当时颁发者还没有签署它的密钥。
keyRetiredBeforeIssue = 签署此凭证的密钥于{ $retiredAt }停止使用，但凭证最早于{ $issuedAt }才登记。
issuerKey-issuerStopped = 登记系统成员于{ $stoppedAt }停用了该颁发者。
issuerKey-issuerDeactivated = 颁发者于{ $deactivatedAt }放弃了其标识符。

accredited = { $has-issuedAt ->
    [yes] 颁发者于{ $issuedAt }获认可代表该组织颁发此类凭证。
   *[no] 颁发者获认可代表该组织颁发此类凭证。
}
notAccredited = { $has-headerHeight ->
    [yes] 颁发者未获认可颁发此类凭证。
   *[no] 颁发者不在登记系统中，无人证明其可以颁发。
}
accreditationOptional = { $has-registrySays ->
    [yes] 登记系统没有说明颁发者有权颁发；此处不作要求。
   *[no] 没有检查颁发者是否有权颁发：此处不作要求，且颁发者不在登记系统中。
}
accreditationSuspended = 在应计的时间，颁发者对此类凭证的认可处于中止状态。
accreditationWithdrawn = 颁发者对此类凭证的认可于{ $endedAt }结束，没有证据表明凭证早于此时。
notAccreditedAtIssue = 此类凭证于{ $issuedAt }登记时，颁发者未获认可。
organisationMissing = 凭证没有说明颁发者代表哪个组织。
otherOrganisation = 颁发者可以颁发此类凭证，但不能代表此处所称的组织。
noType = 凭证不属于任何可以认可颁发者的类别。
issuerStopped = 登记系统成员已紧急停用该颁发者。
notMember = 颁发者所属的组织当时不是登记系统的有效成员。
issuerDeactivated = 认可所依据的一个标识符当时没有使用。
delegationBroken = 认可颁发者的另一组织无权这样做。

schemaHolds = 内容符合此类凭证规定的形式。
schemaViolated = 内容不符合此类凭证规定的形式。
schemaUnknown = 凭证所指的内容说明不在登记系统中。
schemaMismatch = 该地址上的内容说明与登记系统中的不同。
schemaNotVouchedFor = 无人为内容说明担保，因此没有检查内容。
schemaUnreachable = 无法取得内容说明。
schemaUnusable = 内容说明无法使用。
noSchema = 凭证没有指明内容说明。

inForce = 今天在凭证的有效期之内。
endsTooSoon = 凭证的到期早于政策允许的时间。
issuedTooLongAgo = 凭证颁发于{ $issuedAt }，早于政策允许的时间。

notRevoked = 凭证既未中止也未撤销。
suspended = 颁发者已中止此凭证；以后可能恢复。
revoked = 颁发者已永久撤销此凭证。
noStatus-pass = 凭证没有指明状态列表，因此按原样接受。
noStatus-fail = 凭证无法中止或撤销，此政策不接受。
noStatus-notChecked = 无法检查状态。
noIssuer = 没有指明颁发者，无法检查状态。
statusIndex = 状态列表中没有此凭证的条目。
statusListAddress = 状态列表没有可用的地址。
statusListLength = 状态列表比标准允许的更短。
statusListMalformed = 状态列表无法读取，状态不可信。
statusListMismatch = 颁发者出示的状态列表与其登记的不同，状态不可信。
statusListRefused = 状态列表位于本验证方不访问的地址。
statusListTooLong = 列表太长，无法检查状态。
statusListUnreachable = 无法取得状态列表，无法检查状态。
statusListUnregistered = 颁发者从未登记凭证所指的状态列表。
statusListUntrusted = 状态列表不是颁发者制作的，状态不可信。
statusListUnverified = 列表的签名无法检查，因此无法检查状态。
statusPurpose = 状态列表的用途与凭证所说的不同。
statusTooOld = 状态列表比政策允许的更旧，可能缺少后来的撤销。
statusTypeUnknown = 凭证指明的状态信息类别，本验证方不认识。
statusUnknown = 颁发者给此凭证的标记，本验证方不认识。

holderBound = 出示人持有凭证颁发时所绑定的密钥。
noPresentation = 没有人证明凭证属于自己：凭证是单独交来的。
replayable = 出示由持有人签名，但没有证据表明是为这一次所作。
presenterOnly = 出示是为这一次签名的；不要求凭证属于出示人。

policyHolds = { $subject ->
    [presentation] 政策没有其他要求。
   *[credential] 凭证正是所要求的。
}
noQuery = 政策没有要求任何内容。
noCredential = 答复中没有凭证。
policy-tooManyCredentials = 答复中的凭证多于所要求的。
tooManyPresentations = 答复的内容多于所要求的。
notAskedFor = 答复中有未要求的内容。
notAskedFor-notChecked = 没有询问凭证是否属于出示人，因此其副本看起来也一样。
incomplete = 答复没有包含全部所要求的内容。
otherFormat = 凭证的格式与所要求的不同。
otherType = 凭证的类别与所要求的不同。
claimsMissing = 凭证没有显示全部所要求的内容。
otherAuthority = 凭证不是由所指明机构之下的颁发者颁发的。
issuerNotListed = 政策只接受其他颁发者。
openedByLess = 钱包是用 PIN 码打开的，而政策要求使用通行密钥。本人可以用通行密钥打开钱包后重新作答。
openedByLessLook = 钱包仅用 PIN 码打开。政策要求您以其他方式确认是本人，例如查看证件。
byRepresentative = 有人代本人办理，而政策要求由本人办理。本人可以亲自重新作答。
byRepresentativeLook = 有人代本人办理。政策要求您查看此人是否可以代办，例如查看相关文件。
timeOfIssueNotProven = 没有证据表明凭证何时颁发，而此政策要求证明。
receiptForm = 回执不能证明此凭证何时颁发。
receiptMismatch = { receiptForm }
receiptOfAnotherIssuer = { receiptForm }
receiptUnknown = { receiptForm }
transactionForm = 需要批准的内容已无法读取。
notApproved = 此人没有批准全部需要批准的内容。
otherTransaction = 此人的密钥批准的内容与所要求的不同。

predicateUnanswered = 无法回答：没有一份成立的凭证说明这一点。
predicateUnrevealed = 凭证没有披露回答所需的内容。
predicateDate = 政策所读的一个日期无法理解。
currentStaff = 此人今天在该组织工作。
staffNotYet = 任用尚未开始。
staffNoMore = 任用已经结束。
cleared = 此人的安全许可达到政策要求的级别。
clearanceTooLow = 此人的安全许可没有达到政策要求的级别。
clearanceOver = 安全许可已经结束。
clearanceUnknown = 此处不认识该安全许可级别。
trained = 此人在政策要求的时间内完成了培训。
trainedTooLongAgo = 培训完成的时间早于政策允许的时间。
trainedInFuture = 所称的培训完成日期尚未到来。
otherCourse = 培训不是政策所要求的那一项。

expired = 凭证已过期。
notYetValid = 凭证尚未生效。
proofExpired = 签名的有效期已过。
nonce = 答复不是为此请求所作；可能是以前答复的副本。
challenge = { nonce }
audience = 答复是为他人所作。
domain = { audience }
keyBindingTime = 答复不是刚刚所作；可能是以前答复的副本。
keyBindingMissing = 出示人没有签署答复。
notTheHolder = 凭证不是颁发给出示人的。
notBound = { notTheHolder }
proofPurpose = 密钥被用于非其用途。
keyPurpose = { proofPurpose }
cryptosuite = 凭证的签名方式，本验证方不认识。
jwtAlgorithm = { cryptosuite }
unknownContext = 凭证使用了本验证方不知其义的词语。
undefinedTerm = { unknownContext }
proofMissing = 凭证没有签名。
fault = 凭证不成立。
fault-form = 凭证的写法不符合标准。
fault-proof = 签名不符：内容被改动，或由他人签名。
fault-issuerKey = 签名的密钥不属于颁发者。
fault-validity = 凭证的日期不成立。
fault-holderBinding = 出示人未能证明凭证属于自己。
unfinished = 目前无法检查。
unfinished-issuerKey = 目前无法查找颁发者的密钥。
unfinished-holderBinding = 目前无法查找出示人的密钥。

check-form = 形式
check-proof = 签名
check-issuerKey = 颁发者密钥
check-accreditation = 认可
check-schema = 内容
check-validity = 日期
check-status = 中止或撤销
check-holderBinding = 出示人
check-policy = 所要求的内容
predicate-currentStaff = 在职人员
predicate-clearedTo = 安全许可
predicate-trained = 培训
result-pass = 通过
result-fail = 未通过
result-notChecked = 未检查
word-valid = 有效
word-invalid = 无效
word-undetermined = 未决定

page-credential = 凭证
page-issued-by = 颁发者
page-kept-until = 个人资料将于{ $until }在此删除。
page-not-kept = 此处不保存个人资料。
page-checks = 检查项目
page-predicates = 政策另外询问的内容
page-optional = 非必需
page-report = 报告
page-policy = 政策
page-checked-at = 检查时间
page-evidence = 依据
page-code = 代码
page-language = 语言
page-receipt = 签名回执
page-again = 再检查一份
paper-valid-from = 有效期自
paper-valid-until = 有效期至
paper-how = 收到本页者可用下列二维码或本文件，在任何机构的柜台或验证方的网页上核验。签发方的签名在其中所含的凭证里；本页文字只是凭证的呈现，本身不能证明任何事项。
paper-copies = 在凭证到期或被撤销之前，任何人都可以出示副本。如需确认出示人的身份，请要求其钱包作出答复。

evidence-accreditedSince = 认可起始
evidence-anchorHeaderHash = 记录所在区块头
evidence-anchorHeight = 记录所在区块
evidence-anchorSequence = 记录编号
evidence-at = 位置
evidence-checkedAt = 检查时间
evidence-compromisedAt = 报失时间
evidence-day = 应计日期
evidence-deactivatedAt = 放弃时间
evidence-demandedCourse = 要求的课程
evidence-demandedLevel = 要求的级别
evidence-detail = 细节
evidence-endedAt = 结束时间
evidence-fault = 问题
evidence-grantedBy = 授予者
evidence-headerAgeSeconds = 区块年龄（秒）
evidence-headerHash = 区块头
evidence-headerHeight = 区块
evidence-headerTime = 区块时间
evidence-issuedAt = 经证明的颁发时间
evidence-issuer = 颁发者
evidence-listAgeSeconds = 列表年龄（秒）
evidence-listDigest = 列表摘要
evidence-listPublishedAt = 列表发布时间
evidence-listVersion = 列表版本
evidence-longestAgeSeconds = 允许的最大年龄（秒）
evidence-neededUntil = 需要有效至
evidence-onChain = 已在链上登记
evidence-predicate = 回答
evidence-registrySays = 登记系统的说明
evidence-retiredAt = 停用时间
evidence-rule = 规则
evidence-schema = 内容说明
evidence-schemaDigest = 内容说明摘要
evidence-shownDigest = 所示列表的摘要
evidence-shownList = 所示列表
evidence-speaksFor = 代表
evidence-statusList = 状态列表
evidence-statusMessage = 签发方的说明
evidence-statusType = 状态类别
evidence-stoppedAt = 停用时间
evidence-through = 经由认可
evidence-type = 凭证类别
evidence-validFrom = 生效时间
evidence-validUntil = 到期时间
evidence-verificationMethod = 密钥
evidence-withinDays = 期限（天）
