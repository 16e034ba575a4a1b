# Showing without a network, and what is kept on the phone for it.

offline-title = العرض دون شبكة
offline-lead = ما احتفظت به على هذا الهاتف يمكن رؤيته وعرضه هنا، حتى في وضع الطيران. يستغرق ذلك نحو دقيقة.
offline-kept-title = محفوظ على هذا الهاتف
offline-nothing = لا شيء محفوظ على هذا الهاتف. افتح وثيقة عند توفر الشبكة واختر «احتفظ بها على هذا الهاتف».
offline-open = افتح
offline-code-title = اقرأ رمز المكتب
offline-code-why = يعرض عليك الموظف رمزا مربعا. يوقّع هاتفك الجواب لذلك المكتب وحده.
offline-scan = امسح بالكاميرا
offline-choose-file = اختر صورة
offline-paste = أو الصق الرمز
offline-use-code = تابع
offline-no-code = هذا ليس رمز مكتب.
offline-no-camera = لا يمكن استعمال الكاميرا. اختر صورة أو الصق الرمز.
offline-camera = صورة الكاميرا
offline-without-code = ليس لدى المكتب رمز
offline-claims-title = اختر ما تعرضه
offline-claims-why = لا يخرج شيء غيره. وما لا يمكن حجبه يُعرض معه.
offline-for-whom = يوقّع هاتفك للمكتب الذي عرض الرمز وحده. اسمه في الرمز: { $audience }
offline-replayable = يستطيع غيرك عرضه مرة أخرى حتى انتهاء صلاحيته.
offline-replayable-why = دون رمز، يستطيع كل من يصوّره أن يعرضه أيضا حتى انتهاء صلاحيته. لا تستعمله إلا عند الضرورة.
offline-agree = اعرضه
offline-back = رجوع
offline-answer-title = ضعه أمام كاميرا المكتب
offline-answer-why = تتناوب الرموز وحدها حتى يقرأها المكتب كلها.
offline-answer-code = رمز للعرض
offline-number = الرمز { $number } من { $count }
offline-before = السابق
offline-after = التالي
offline-no-key = لم يعد مفتاح هذه الوثيقة على هذا الهاتف. اطلب من المنظمة أن تعرضها من جديد.
offline-keep-title = دون شبكة
offline-keep-why = يمكنك الاحتفاظ بنسخة مختومة على هذا الهاتف واستعمالها في وضع الطيران. افعل ذلك فقط على هاتف مقفل يخصك. تُحذف عند تسجيل الخروج.
offline-kept-why = توجد نسخة مختومة على هذا الهاتف. تُحذف عند تسجيل الخروج.
offline-keep = احتفظ بها على هذا الهاتف
offline-forget = انسها هنا
offline-open-offline = العرض دون شبكة
offline-wallet = إلى محفظتي

# What is kept, as its person sees it.

offline-present = اعرضها على شخص
offline-alone = يمكن رؤيتها هنا. ولعرضها على شخص تلزم شبكة.
offline-dates = من متى وإلى متى
offline-ended = كانت صالحة حتى { $at }. اطلب من المنظمة وثيقة جديدة عند توفر الشبكة.
offline-not-yet = تصبح صالحة في { $at }.
offline-checked = هكذا كانت في { $at }، عندما سألت محفظتك آخر مرة. دون شبكة لا يرى أحد ما تغير منذ ذلك الحين.
offline-unchecked = لم تتمكن محفظتك من السؤال بعد. افتحها عند توفر الشبكة.
offline-whole = لا يمكن عرض هذه الوثيقة إلا كاملة. كل هذا سيُعرض.
offline-along = وهذا يُعرض معه
offline-too-long = هذا أطول من أن يُعرض بالرموز. اعرضه عند توفر الشبكة.
