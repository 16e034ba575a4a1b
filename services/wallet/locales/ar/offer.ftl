opening-title = جارٍ الفتح
opening-offer = جارٍ فتح العرض
opening-request = جارٍ فتح الطلب
opening-authorized = عودة من المنظمة
opening-back = العودة إلى العرض
opening-checking = نتحقق ممن أرسله ومن صحته.
opening-failed = تعذر فتح الرابط
opening-incomplete = الرابط غير كامل. افتحه من جديد كاملا، أو وجّه الكاميرا إلى الرمز مرة أخرى.
opening-try-again = المحاولة مرة أخرى

offer-title = عرض لك
offer-how-long = يستغرق ذلك دقيقة تقريبا. يمكنك مغادرة هذه الصفحة والمتابعة لاحقا.
offer-received = تم الاستلام
offer-received-what = { $count ->
    [one] وثيقتك في محفظتك. وقد فُحصت قبل حفظها.
    [two] في محفظتك وثيقتان. وقد فُحصت كل منهما قبل حفظها.
    [few] في محفظتك { $count } وثائق. وقد فُحصت كل منها قبل حفظها.
    [many] في محفظتك { $count } وثيقة. وقد فُحصت كل منها قبل حفظها.
   *[other] في محفظتك { $count } وثيقة. وقد فُحصت كل منها قبل حفظها.
}
offer-waiting = في انتظار المنظمة
offer-refused = لم تُمنح لك
offer-what = ما ستتسلمه
offer-whole = نسخة كاملة: تُعرض كلها
offer-selective = نسخة لعرض أجزاء منها: ما يُطلب فقط
offer-here = موجودة هنا
offer-waits = في الانتظار
offer-not-given = لم تُمنح
offer-waiting-who = يجب أن توافق { $who } أولا.
offer-waiting-what = لا يلزمك شيء آخر. تسأل محفظتك من جديد تلقائيا وتحفظ ما يصل. يمكنك إغلاق هذه الصفحة.
offer-refused-who = لم توافق { $who }، أو أرسلت ما لا يصح.
offer-refused-what = اسألها عن السبب. يمكنك إزالة هذا العرض.
offer-begun = كنت قد بدأت تسلّم هذا.
offer-begun-what = لم يضع شيء. تابع من حيث توقفت.
offer-code = الرمز
offer-code-hint = أعطتك المنظمة هذا الرمز بطريقة أخرى، على ورق مثلا.
offer-step-key = مفتاح في هذا الجهاز
offer-step-permission = الإذن
offer-step-credentials = الوثائق
offer-accept = قبول
offer-go-on = متابعة
offer-decline = لا، شكرا
offer-decline-what = إن رفضت، نُسي هذا العرض هنا، ويمكن للمنظمة أن تقدم لك عرضا آخر.
offer-remove = إزالة

offer-sign-in-title = تسجيل الدخول لدى { $who }
offer-sign-in-what = تنتقل إلى صفحتهم وتسجل الدخول هناك، ثم تعود إلى هنا تلقائيا. لا يرون ما في محفظتك.
offer-sign-in-host = صفحة تسجيل الدخول هي { $host }.
offer-sign-in = تسجيل الدخول
offer-sign-in-instead = ليس لديك رمز؟ سجّل الدخول لديهم بدلا من ذلك
offer-sign-in-desk = تُعطى لمن يسجل الدخول هناك. هذا لا يُفعل عند المكتب: افتح العرض على جهازك.
offer-signed-in = سجّلت الدخول لدى { $who }.
offer-signed-in-what = نجلب وثائقك الآن.
offer-in-person = لا تسلّم { $who } هذا إلا للشخص نفسه
offer-in-person-what = لا يستلمه أحد نيابة عن غيره. يبقى العرض ورمزه صالحين: ليحضر الشخص ويقبله، أو اطلب طريقة أخرى.
