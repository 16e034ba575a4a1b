# التسجيل للإثبات السنوي بالهاتف.

enrol-title = التسجيل للإثبات بالهاتف
enrol-lead = بعد حديث واحد مع موظف من الصندوق، يقدّم هذا الهاتف إثباتك السنوي في دقيقة.
enrol-uid = رقم المستفيد
enrol-uid-what = تسعة أرقام، من رسالة الصندوق.
enrol-code = الرمز
enrol-code-what = عشرة أحرف وأرقام، من الرسالة نفسها. لا فرق بين الأحرف الكبيرة والصغيرة.
enrol-go-on = متابعة
enrol-never = لا يفتح الرمز شيئا وحده ويُستعمل مرة واحدة. لا يطلبه منك أحد من الصندوق برسالة.
enrol-paper = لست مُلزما بذلك: للاستمارة الورقية الأثر نفسه، ويمكنك التوقف عند أي خطوة.
enrol-no-fund = الرابط غير كامل
enrol-no-fund-what = افتح الرابط في رسالة الصندوق أو امسح الرمز مرة أخرى.
enrol-hello = نهارك سعيد، { $name }
enrol-step-code = الرقم والرمز
enrol-step-time = اختيار الوقت
enrol-step-talk = الحديث مع موظف
enrol-step-done = موافقة موظف ثانٍ
enrol-phone = هل هذا هو الهاتف الذي ستستعمله كل سنة؟
enrol-phone-what = ستأتي إثباتاتك من هذا الهاتف وهذا المتصفح. يمكن أن يحلّ هاتف آخر محلّه لاحقا، بحديث جديد أو بوجهك.
enrol-phone-yes = نعم، هذا
enrol-choose = اختر وقتا
enrol-move = اختر وقتا آخر
enrol-zone = تظهر الأوقات بمنطقتك الزمنية، واسمها مكتوب بجانبها.
enrol-minutes = { $minutes ->
    [zero] { $minutes } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}
enrol-video = مكالمة بالفيديو في هذه الصفحة
enrol-visit = زيارة يُتفق عليها بالهاتف
enrol-late = بعد { $day }: لإثبات السنة التالية
enrol-booked = موعدك
enrol-bring = جهّز جواز سفرك أو بطاقة هويتك، واجلس في ضوء جيد، وافتح هذه الصفحة على هذا الهاتف. يمكن أن يساعدك أحد؛ أخبر الموظف بذلك.
enrol-visit-what = يتصل بك موظف على رقم الهاتف المسجّل لدى الصندوق ويخبرك أين وكيف تلتقيان.
enrol-cancel = إلغاء الموعد
enrol-cancel-sure = هل تريد إلغاء هذا الموعد؟ قد يأخذ شخص آخر هذا الوقت.
enrol-missed = لم نجدك
enrol-missed-what = لم يتم الموعد الأخير. لم يضِع شيء: اختر وقتا آخر.
enrol-none = لا يوجد وقت متاح قبل الموعد النهائي
enrol-none-what = حتى { $day } كل المواعيد محجوزة. استعمل هذه السنة الاستمارة الورقية: لها الأثر نفسه وتحفظ مدفوعاتك.
enrol-keep-place = احفظ مكاني
enrol-place-kept = مكانك محفوظ. تُعرض الأوقات الجديدة عليك أولا.
enrol-call-ready = من المنتظر أن يحضر الموظف الآن.
enrol-call-join = الانضمام إلى المكالمة
enrol-call-leave = إنهاء المكالمة
enrol-call-later = قبل الموعد بعشر دقائق يظهر هنا زر الانضمام.
enrol-call-private = لا يُسجَّل شيء. قد يأخذ الموظف صورة واحدة ويخبرك قبل ذلك.
enrol-call-waiting = في انتظار الموظف.
enrol-call-connected = تم الاتصال.
enrol-call-broken = انقطع الخط. تجري المحاولة من جديد.
enrol-call-closed = انتهت المكالمة، أو لم تُفتح بعد.
enrol-call-camera = لا يتيح المتصفح الكاميرا. اسمح بالكاميرا والميكروفون لهذه الصفحة، أو اطلب من الصندوق مكالمة هاتفية.
enrol-proposed = أوشكنا على الانتهاء
enrol-proposed-what = دوّن الموظف الحديث. ينظر فيه موظف ثانٍ، غالبا في اليوم نفسه. لا يلزمك شيء.
enrol-approved = تم تسجيلك
enrol-approved-what = من الآن يقدّم هذا الهاتف إثباتك السنوي. تبيّن الصفحة الأولى من محفظتك أين وصل هذا العام وما عليك فعله.
enrol-one-phone = هذا الهاتف وحده يستطيع ذلك. إذا غيّرته أو فقدته فأخبر الصندوق: يحلّ هاتف آخر محلّه.
enrol-refused = لم يتم التسجيل هذه المرة
enrol-refused-document = كانت وثيقة الهوية ناقصة أو منتهية أو غير مقروءة. جهّز جواز سفر صالحا أو بطاقة هوية واطلب من الصندوق دعوة أخرى.
enrol-refused-face = لم تمكن مقارنة الوجه بالوثيقة. اطلب من الصندوق زيارة، أو مكالمة أخرى في ضوء أفضل.
enrol-refused-answers = لم تتفق بعض الإجابات مع ما يعرفه الصندوق. اتصل بالصندوق على الرقم الموجود في رسائله.
enrol-refused-line = لم يكن الخط جيدا بما يكفي. اطلب من الصندوق مكالمة أخرى أو زيارة.
enrol-refused-other = أخبرك الموظف بالسبب. اتصل بالصندوق إن كان شيء غير واضح.
enrol-refused-what = لا تتوقف مدفوعاتك بسبب ذلك. للاستمارة الورقية الأثر نفسه.
enrol-withdrawn = انتهت هذه الدعوة
enrol-withdrawn-what = سحبها الصندوق أو أرسل إليك دعوة أخرى. استعمل آخر رسالة.

entry-enrol = يدعوك الصندوق إلى التسجيل
entry-to-enrol = ادخل إلى محفظتك، أو أنشئ واحدة بمفتاح مرور: يستغرق ذلك دقيقة. ثم أدخل الرقم والرمز من الرسالة.
unfinished-enrol = تسجيلك للإثبات بالهاتف
problem-invitation-refused = الرقم والرمز لا يتفقان
problem-invitation-refused-what = قارنهما بالرسالة. يُستعمل الرمز مرة واحدة، حتى اليوم المذكور في الرسالة، ولا يصلح بعد عشر محاولات خاطئة. يرسل الصندوق غيره؛ وللورق الأثر نفسه.
problem-time-taken = هذا الوقت محجوز
problem-time-taken-what = اختاره شخص آخر في اللحظة نفسها. اختر وقتا آخر.
problem-enrolment-refused = لم يقبل الصندوق هذه الخطوة
problem-enrolment-refused-what = اقرأ ما يقوله ثم حاول مرة أخرى أو اتصل بالصندوق.

# التسجيل بشهادة انتهاء الخدمة.

enrol-separation = هل انتهت خدمتك؟
enrol-separation-have = في محفظتك ما تقوله منظمتك عن انتهاء خدمتك. أظهره للصندوق، فلا تحتاج إلى رقم ولا رمز ولا جواز سفر. ويبقى الحديث مع الموظف وموافقة موظف ثانٍ.
enrol-separation-none = بشهادة من مكتب الموارد البشرية في منظمتك تبيّن متى انتهت خدمتك لا تحتاج إلى رقم ولا رمز. اطلبها من المكتب، ومتى صارت في هذه المحفظة قبلتها هذه الصفحة.
enrol-separation-show = إظهارها للصندوق
enrol-step-credential = أُظهرت الشهادة
enrol-shown = لحظة من فضلك
enrol-shown-what = أُظهرت شهادتك. والآن يبحث عنك الصندوق في سجله.
enrol-shown-asking = يُسأل الصندوق…
enrol-separated-from = هويتك من { $organisation }. لا تحتاج إلى رقم ولا رمز ولا جواز سفر.
enrol-bring-nothing = اجلس في ضوء جيد وافتح هذه الصفحة على هذا الهاتف. لا تحتاج إلى جواز سفر: قالت منظمتك من أنت. يمكن أن يساعدك أحد، فأخبر الموظف بذلك.
problem-separation-not-offered = هذا الصندوق يسجّل بالدعوة فقط
problem-separation-not-offered-what = استعمل الرقم والرمز في رسالته، أو اطلب دعوة من الصندوق. وللنموذج الورقي القيمة نفسها.
problem-separation-unanswered = لم يُظهَر شيء
problem-separation-unanswered-what = رُفض الطلب أو انتهى أو أُجيب عنه من محفظة أخرى. افتح رابط الصندوق وابدأ من جديد من هذه المحفظة.
problem-separation-withdrawn = الشهادة ملغاة أو معلّقة
problem-separation-withdrawn-what = اسأل مكتب الموارد البشرية الذي أصدرها. وبدعوة من الصندوق يمكنك التسجيل من دونها، وللنموذج الورقي القيمة نفسها.
problem-separation-expired = الشهادة غير سارية الآن
problem-separation-expired-what = اطلب من المنظمة شهادة جديدة. وبدعوة من الصندوق يمكنك التسجيل من دونها، وللنموذج الورقي القيمة نفسها.
problem-separation-not-valid = لا يمكن قبول الشهادة
problem-separation-not-valid-what = ليست من منظمة يحق لها أن تقول ذلك، أو غُيّرت، أو تخص محفظة أخرى. وبدعوة من الصندوق يمكنك التسجيل من دونها، وللنموذج الورقي القيمة نفسها.
problem-separation-not-matched = لا يجدك الصندوق بهذه الشهادة
problem-separation-not-matched-what = قد لا يعرف سجله بعد بانتهاء خدمتك: حاول مرة أخرى متى وصلت رسالة الصندوق، أو اتصل به. وللنموذج الورقي القيمة نفسها.
problem-separation-used = سُجّل شخص آخر بهذه الشهادة
problem-separation-used-what = اتصل بالصندوق لينظر في الأمر معك. وللنموذج الورقي القيمة نفسها.

# في محطة للصندوق.

enrol-step-station = في هذه المحطة
enrol-step-officers = يقرر موظفان من الصندوق
enrol-station-picture = صورة للصندوق
enrol-station-picture-what = صورة واحدة من الأمام، في ضوء جيد، من دون نظارة لامعة. يقارن بها الصندوق الإثباتات التالية.
enrol-station-take = التقاط الصورة
enrol-station-taken = الصورة الملتقطة
enrol-station-no-picture = التقط الصورة أولًا.
enrol-station-officer = لموظف هذه المحطة
enrol-document = وثيقة الهوية التي قارنتها
enrol-document-passport = جواز سفر
enrol-document-card = بطاقة هوية
enrol-document-permit = تصريح إقامة
enrol-document-laissez = جواز مرور الأمم المتحدة
enrol-document-number = رقم الوثيقة
enrol-document-state = الدولة التي أصدرتها
enrol-document-state-what = ثلاثة أحرف لاتينية، مثل SEN
enrol-document-expires = صالحة حتى
enrol-station-vouch = بالإرسال تقول، باسمك، إن الشخص الذي في الصورة كان هنا وإنه صاحب الوثيقة.
enrol-station-send = إرسال إلى الصندوق
enrol-station-again = الإرسال مرة أخرى
enrol-station-sent = أُرسلت إلى الصندوق
enrol-station-sent-what = ينظر فيها موظفان من الصندوق، في اليوم نفسه غالبًا. لا حاجة إلى شيء آخر هنا، وتظهر النتيجة في زيارتك التالية.
enrol-station-next = يبقى مفتاح هذه المحفظة هنا، محميًا برمزك السري. ومن بعد تقدّم إثباتك السنوي في المحطات.
enrol-station-needed = من لا هاتف له يسجّل في محطة للصندوق. يمكن لموظف أن يجعل هذا الجهاز محطة.
enrol-approved-station = تم تسجيلك. من الآن تقدّم إثباتك السنوي في محطة، برمزك السري.
activity-enrolled-station = أُرسلت صورتك وشهادة المحطة إلى { $who } لتسجيلك.
problem-station-refused = لا يقبل الصندوق شهادة هذه المحطة
problem-station-refused-what = يسجّل مسؤول في الصندوق المحطة، أو أنه أغلقها. ويمكن للشخص أن يسجّل بمكالمة في هذه الأثناء، وللنموذج الورقي القيمة نفسها.
problem-document-refused = لا يمكن تسجيل الوثيقة
problem-document-refused-what = في الرقم من 4 إلى 40 حرفًا ورقمًا، والدولة ثلاثة أحرف، والوثيقة غير منتهية. انظر إليها مرة أخرى أو اطلب غيرها.
enrol-shown-again = البدء من جديد
problem-picture-refused = لا يمكن استعمال الصورة
problem-picture-refused-what = التقط صورة أخرى: شخص واحد، من الأمام، قريبًا من الكاميرا، في ضوء جيد، من دون حركة. لم يُرسل شيء.

enrol-times-all = كل الأوقات المتاحة
enrol-times-later = أوقات لاحقة
enrol-times-first = الأوقات الأنسب
