moment = { $day } { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
} { $year }، الساعة { $time } بالتوقيت العالمي

outcome-valid = صالح. تحقق كل ما تطلبه «{ $policy }».
outcome-valid-optional = صالح. التوقيع والتواريخ والحالة سليمة؛ أما حق الجهة المصدِرة في إصداره فلم يكن مطلوبا هنا.
outcome-invalid = غير صالح. { $because }
outcome-undetermined = لم يُحسم. { $because }

wellFormed = الوثيقة مكتوبة كما يقتضي المعيار.
holds = هذا متحقق في العرض نفسه.
proofHolds = التوقيع مطابق: لم يتغير شيء منذ وضعه.
noKey = { $subject ->
    [presentation] تعذر فحص التوقيع لأن مفتاح الشخص لم يُعثر عليه.
   *[credential] تعذر فحص التوقيع لأن مفتاح الجهة المصدِرة لم يُعثر عليه.
}
notReached = لم يُنظر في هذا لأن الوثيقة ليست أصلية.
nothingToCheck = لم تكن هناك وثيقة يُفحص عليها هذا.
unreadable = الرد ليس في صيغة يمكن قراءتها.

registryUnreachable = تعذر فحص هذا لأن السجل لا يمكن الوصول إليه حاليا.
registryStale = تعذر فحص هذا لأن أحدث حالة للسجل أقدم من أن يُعتمد عليها.
registryUnproven = تعذر فحص هذا لأن عقدة السجل لم تثبت ردها.
registryTooOld = تعذر فحص هذا لأن ما يُعرف عن السجل أقدم مما تسمح به السياسة.
notInPack = تعذر فحص هذا لأن حزمة العمل دون اتصال لا تقول عنه شيئا.

issuerWithoutDid = معرّف الجهة المُصدرة لا يبيّن أي المفاتيح تخصّها، ولذلك لا يُعرف هل هي من وقّع.
keyOfIdentifier = التوقيع بالمفتاح الذي يسميه معرّف الجهة المصدِرة.
keyHoldsNow = التوقيع بمفتاح يخص الجهة المصدِرة اليوم.
keyHeldAtIssue = كان المفتاح يخص الجهة المصدِرة عند تسجيل الوثيقة في { $issuedAt }.
issuerUnknown = الجهة المصدِرة غير معروفة للسجل.
keyNotIssuers = وُضع التوقيع بمفتاح لم يخص الجهة المصدِرة قط.
keyCompromised = { $has-issuedAt ->
    [yes] أُبلغ عن سرقة المفتاح الذي وقّع هذه الوثيقة في { $compromisedAt }، قبل تسجيل الوثيقة.
   *[no] أُبلغ عن سرقة المفتاح الذي وقّع هذه الوثيقة في { $compromisedAt }، ولا شيء يثبت أنها وُقّعت قبل ذلك.
}
keyStopped = أوقف أعضاء السجل المفتاح الذي وقّع هذه الوثيقة في { $stoppedAt }.
keyRetired = سُحب المفتاح الذي وقّع هذه الوثيقة من الاستعمال في { $retiredAt }، ولا شيء يثبت أن الوثيقة أقدم من ذلك.
keyNotYetHeld = سُجلت الوثيقة في { $issuedAt }، قبل أن يكون لدى الجهة المصدِرة المفتاح الذي وقّعها.
keyRetiredBeforeIssue = سُحب المفتاح الذي وقّع هذه الوثيقة من الاستعمال في { $retiredAt }، لكن الوثيقة لم تُسجل أول مرة إلا في { $issuedAt }.
issuerKey-issuerStopped = أوقف أعضاء السجل الجهة المصدِرة في { $stoppedAt }.
issuerKey-issuerDeactivated = تخلت الجهة المصدِرة عن معرّفها في { $deactivatedAt }.

accredited = { $has-issuedAt ->
    [yes] كانت الجهة المصدِرة معتمدة في { $issuedAt } لإصدار هذا النوع من الوثائق عن هذه المنظمة.
   *[no] الجهة المصدِرة معتمدة لإصدار هذا النوع من الوثائق عن هذه المنظمة.
}
notAccredited = { $has-headerHeight ->
    [yes] الجهة المصدِرة غير معتمدة لإصدار هذا النوع من الوثائق.
   *[no] الجهة المصدِرة ليست في السجل، فلا أحد يقول إن لها أن تصدر هذا.
}
accreditationOptional = { $has-registrySays ->
    [yes] لا يقول السجل إن للجهة المصدِرة حق إصدار هذا؛ وذلك اختياري هنا.
   *[no] لم يُفحص حق الجهة المصدِرة في إصدار هذا: ذلك اختياري هنا، والجهة ليست في السجل.
}
accreditationSuspended = كان اعتماد الجهة المصدِرة لهذا النوع من الوثائق معلّقا في الوقت المعتبر.
accreditationWithdrawn = انتهى اعتماد الجهة المصدِرة لهذا النوع من الوثائق في { $endedAt }، ولا شيء يثبت أن الوثيقة أقدم من ذلك.
notAccreditedAtIssue = لم تكن الجهة المصدِرة معتمدة لهذا النوع من الوثائق عند تسجيلها في { $issuedAt }.
organisationMissing = لا تقول الوثيقة عن أي منظمة تتحدث الجهة المصدِرة.
otherOrganisation = للجهة المصدِرة أن تصدر هذا النوع من الوثائق، لكن ليس عن المنظمة المسماة هنا.
noType = الوثيقة ليست من نوع يمكن أن تُعتمد له جهة مصدِرة.
issuerStopped = كان أعضاء السجل قد أوقفوا الجهة المصدِرة لحالة طارئة.
notMember = المنظمة التي وراء الجهة المصدِرة لم تكن عضوا عاملا في السجل.
issuerDeactivated = معرّف يقوم عليه الاعتماد لم يكن قيد الاستعمال.
delegationBroken = اعتمدت الجهةَ المصدِرة منظمةٌ أخرى ليس لها حق ذلك.

schemaHolds = للمحتوى الشكل الموصوف لهذا النوع من الوثائق.
schemaViolated = ليس للمحتوى الشكل الموصوف لهذا النوع من الوثائق.
schemaUnknown = وصف المحتوى الذي تسميه الوثيقة ليس في السجل.
schemaMismatch = وصف المحتوى في عنوانه ليس الوصف الذي في السجل.
schemaNotVouchedFor = لم يُفحص المحتوى لأن لا أحد يضمن وصفه.
schemaUnreachable = تعذر جلب وصف المحتوى.
schemaUnusable = وصف المحتوى لا يمكن استعماله.
noSchema = لا تسمي الوثيقة أي وصف لمحتواها.

inForce = اليوم يقع ضمن تواريخ الوثيقة.
endsTooSoon = تنتهي الوثيقة قبل ما تسمح به السياسة.
issuedTooLongAgo = صدرت الوثيقة في { $issuedAt }، قبل مدة أطول مما تسمح به السياسة.

notRevoked = الوثيقة ليست معلّقة ولا ملغاة.
suspended = علّقت الجهة المصدِرة هذه الوثيقة؛ وقد تعاد لاحقا.
revoked = ألغت الجهة المصدِرة هذه الوثيقة نهائيا.
noStatus-pass = لا تسمي الوثيقة أي قائمة حالات، فتؤخذ كما هي.
noStatus-fail = لا يمكن تعليق الوثيقة أو إلغاؤها، وهذه السياسة لا تقبل ذلك.
noStatus-notChecked = تعذر فحص الحالة.
noIssuer = تعذر فحص الحالة لأن أحدا لم يُسمَّ جهة مصدِرة.
statusIndex = ليس في قائمة الحالات قيد لهذه الوثيقة.
statusListAddress = ليس لقائمة الحالات عنوان صالح للاستعمال.
statusListLength = قائمة الحالات أقصر مما يسمح به المعيار.
statusListMalformed = لا يمكن قراءة قائمة الحالات، فلا يمكن الوثوق بالحالة.
statusListMismatch = تعرض الجهة المصدِرة قائمة حالات غير التي سجلتها، فلا يمكن الوثوق بالحالة.
statusListRefused = قائمة الحالات في عنوان لا يزوره هذا المتحقق.
statusListTooLong = تعذر فحص الحالة لأن القائمة أطول من اللازم.
statusListUnreachable = تعذر فحص الحالة لأن قائمة الحالات لا يمكن جلبها.
statusListUnregistered = لم تسجل الجهة المصدِرة قط قائمة الحالات التي تسميها الوثيقة.
statusListUntrusted = قائمة الحالات ليست من صنع الجهة المصدِرة، فلا يمكن الوثوق بالحالة.
statusListUnverified = تعذر فحص الحالة لأن توقيع القائمة تعذر فحصه.
statusPurpose = قائمة الحالات لغرض غير الذي تذكره الوثيقة.
statusTooOld = قائمة الحالات أقدم مما تسمح به السياسة، وقد ينقصها إلغاء لاحق.
statusTypeUnknown = تسمي الوثيقة نوعا من معلومات الحالة لا يعرفه هذا المتحقق.
statusUnknown = وسمت الجهة المصدِرة هذه الوثيقة بطريقة لا يعرفها هذا المتحقق.

holderBound = الشخص الذي يعرضها يملك المفتاح الذي صدرت له الوثيقة.
noPresentation = لم يبيّن أحد أن الوثيقة له: فقد سُلّمت وحدها.
replayable = العرض موقّع من صاحبه، لكن لا شيء يبيّن أنه صُنع لهذه المناسبة.
presenterOnly = وُقّع العرض لهذه المناسبة؛ ولم يكن مطلوبا أن تكون الوثيقة للشخص.

policyHolds = { $subject ->
    [presentation] لا تطلب السياسة شيئا آخر.
   *[credential] الوثيقة هي المطلوبة.
}
noQuery = لا تطلب السياسة شيئا.
noCredential = ليس في الرد وثيقة.
policy-tooManyCredentials = في الرد وثائق أكثر مما طُلب.
tooManyPresentations = في الرد أكثر مما طُلب.
notAskedFor = في الرد شيء لم يُطلب.
notAskedFor-notChecked = لم يُسأل هل الوثيقة للشخص، ولذلك تبدو نسخة منها بالشكل نفسه.
incomplete = ليس في الرد كل ما طُلب.
otherFormat = الوثيقة في صيغة غير المطلوبة.
otherType = هذا نوع من الوثائق غير المطلوب.
claimsMissing = لا تُظهر الوثيقة كل ما طُلب.
otherAuthority = الوثيقة ليست من جهة مصدِرة تتبع السلطات المسماة.
issuerNotListed = لا تقبل السياسة إلا جهات مصدِرة أخرى.
openedByLess = فُتحت المحفظة برمز سري، والسياسة تطلب مفتاح مرور. يستطيع الشخص أن يفتحها بمفتاح مرور ويجيب من جديد.
openedByLessLook = فُتحت المحفظة برمز سري فقط. تطلب منك السياسة أن تتأكد بطريقة أخرى من أن هذا هو الشخص نفسه، بوثيقة مثلا.
byRepresentative = تصرف شخص نيابة عن صاحب الشأن، والسياسة تطلب الشخص نفسه. يستطيع أن يجيب من جديد بنفسه.
byRepresentativeLook = تصرف شخص نيابة عن صاحب الشأن. تطلب منك السياسة أن تنظر هل يحق له ذلك، مثلا في الوثيقة التي تنص عليه.
timeOfIssueNotProven = لا شيء يثبت متى صدرت الوثيقة، وهذه السياسة تتطلبه.
receiptForm = لا يثبت الإيصال متى صدرت هذه الوثيقة.
receiptMismatch = { receiptForm }
receiptOfAnotherIssuer = { receiptForm }
receiptUnknown = { receiptForm }
transactionForm = ما كان يجب الموافقة عليه لم يعد مقروءا.
notApproved = لم يوافق الشخص على كل ما كان يجب الموافقة عليه.
otherTransaction = يوافق مفتاح الشخص على شيء غير المطلوب.

predicateUnanswered = تعذرت الإجابة: ما من وثيقة سليمة تقول شيئا عن هذا.
predicateUnrevealed = لا تكشف الوثيقة ما يُجاب منه.
predicateDate = تاريخ تقرؤه السياسة لا يمكن فهمه.
currentStaff = يعمل الشخص اليوم لدى المنظمة.
staffNotYet = لم يبدأ التعيين بعد.
staffNoMore = انتهى التعيين.
cleared = للشخص التصريح بالمستوى الذي تتطلبه السياسة.
clearanceTooLow = ليس للشخص التصريح بالمستوى الذي تتطلبه السياسة.
clearanceOver = انتهى التصريح.
clearanceUnknown = مستوى التصريح غير معروف هنا.
trained = أتم الشخص التدريب ضمن المدة التي تتطلبها السياسة.
trainedTooLongAgo = أُتم التدريب قبل مدة أطول مما تسمح به السياسة.
trainedInFuture = يقال إن التدريب أُتم في يوم لم يأت بعد.
otherCourse = هذا تدريب غير الذي تتطلبه السياسة.

expired = انتهت صلاحية الوثيقة.
notYetValid = لم تبدأ صلاحية الوثيقة بعد.
proofExpired = وُضع التوقيع ليسري إلى وقت قد مضى.
nonce = لم يُصنع الرد لهذا الطلب؛ وقد يكون نسخة من رد سابق.
challenge = { nonce }
audience = صُنع الرد لجهة أخرى.
domain = { audience }
keyBindingTime = لم يُصنع الرد الآن؛ وقد يكون نسخة من رد سابق.
keyBindingMissing = لم يوقّع الشخص الرد.
notTheHolder = لم تصدر الوثيقة للشخص الذي يعرضها.
notBound = { notTheHolder }
proofPurpose = استُعمل المفتاح لغير ما خُصص له.
keyPurpose = { proofPurpose }
cryptosuite = الوثيقة موقّعة بطريقة لا يعرفها هذا المتحقق.
jwtAlgorithm = { cryptosuite }
unknownContext = تستعمل الوثيقة كلمات لا يعرف هذا المتحقق معناها.
undefinedTerm = { unknownContext }
proofMissing = الوثيقة غير موقّعة.
fault = الوثيقة لا تصمد للفحص.
fault-form = الوثيقة ليست مكتوبة كما يقتضي المعيار.
fault-proof = التوقيع غير مطابق: تغيّر المحتوى أو وقّعه شخص آخر.
fault-issuerKey = المفتاح الذي وقّع لا يخص الجهة المصدِرة.
fault-validity = تواريخ الوثيقة غير سليمة.
fault-holderBinding = لم يستطع الشخص الذي يعرضها أن يبيّن أن الوثيقة له.
unfinished = تعذر فحص هذا حاليا.
unfinished-issuerKey = تعذر البحث عن مفتاح الجهة المصدِرة حاليا.
unfinished-holderBinding = تعذر البحث عن مفتاح الشخص الذي يعرضها حاليا.

check-form = الشكل
check-proof = التوقيع
check-issuerKey = مفتاح الجهة المصدِرة
check-accreditation = الاعتماد
check-schema = المحتوى
check-validity = التواريخ
check-status = التعليق أو الإلغاء
check-holderBinding = الشخص الذي يعرضها
check-policy = ما طُلب
predicate-currentStaff = موظف حالي
predicate-clearedTo = التصريح الأمني
predicate-trained = التدريب
result-pass = سليم
result-fail = فاشل
result-notChecked = لم يُفحص
word-valid = صالح
word-invalid = غير صالح
word-undetermined = لم يُحسم

page-credential = الوثيقة
page-issued-by = الجهة المصدِرة
page-kept-until = تُمحى البيانات الشخصية هنا في { $until }.
page-not-kept = لا تُحفظ البيانات الشخصية هنا.
page-checks = ما فُحص
page-predicates = ما تسأل عنه السياسة أيضا
page-optional = اختياري
page-report = التقرير
page-policy = السياسة
page-checked-at = وقت الفحص
page-evidence = الأدلة
page-code = الرمز
page-language = اللغة
page-receipt = إيصال موقّع
page-again = فحص وثيقة أخرى
paper-valid-from = صالح من
paper-valid-until = صالح حتى
paper-how = من يتسلم هذه الصفحة يتحقق منها بالرموز أدناه أو بهذا الملف نفسه، لدى مكتب أي وكالة أو في صفحة جهة التحقق. توقيع الجهة المصدِرة موجود في الوثيقة التي تحملها الرموز والملف؛ أما كلمات هذه الصفحة فهي عرض لها ولا تثبت شيئًا بذاتها.
paper-copies = يمكن لأي شخص إبراز نسخة منها إلى أن تنتهي صلاحية الوثيقة أو تُلغى. وحيثما يهم معرفة من يبرزها، فاطلبوا ردًا من محفظة الشخص.

evidence-accreditedSince = معتمدة منذ
evidence-anchorHeaderHash = ترويسة كتلة القيد
evidence-anchorHeight = كتلة القيد
evidence-anchorSequence = رقم القيد
evidence-at = الموضع
evidence-checkedAt = وقت الفحص
evidence-compromisedAt = أُبلغ عن سرقته
evidence-day = اليوم المعتبر
evidence-deactivatedAt = وقت التخلي
evidence-demandedCourse = التدريب المطلوب
evidence-demandedLevel = المستوى المطلوب
evidence-detail = التفصيل
evidence-endedAt = وقت الانتهاء
evidence-fault = الخلل
evidence-grantedBy = منحته
evidence-headerAgeSeconds = عمر الكتلة بالثواني
evidence-headerHash = ترويسة الكتلة
evidence-headerHeight = الكتلة
evidence-headerTime = وقت الكتلة
evidence-issuedAt = وقت الإصدار المثبت
evidence-issuer = الجهة المصدِرة
evidence-listAgeSeconds = عمر القائمة بالثواني
evidence-listDigest = بصمة القائمة
evidence-listPublishedAt = وقت نشر القائمة
evidence-listVersion = إصدار القائمة
evidence-longestAgeSeconds = أقصى عمر مسموح بالثواني
evidence-neededUntil = لازمة حتى
evidence-onChain = مسجلة في السلسلة
evidence-predicate = الجواب
evidence-registrySays = يقول السجل
evidence-retiredAt = وقت السحب
evidence-rule = القاعدة
evidence-schema = الوصف
evidence-schemaDigest = بصمة الوصف
evidence-shownDigest = بصمة القائمة المعروضة
evidence-shownList = القائمة المعروضة
evidence-speaksFor = تتحدث عن
evidence-statusList = قائمة الحالات
evidence-statusMessage = ما تقوله الجهة المصدِرة
evidence-statusType = نوع الحالة
evidence-stoppedAt = وقت الإيقاف
evidence-through = معتمدة عن طريق
evidence-type = نوع الوثيقة
evidence-validFrom = صالحة من
evidence-validUntil = صالحة حتى
evidence-verificationMethod = المفتاح
evidence-withinDays = المدة بالأيام
