# What comes next after a recovery, the officer’s own wallet after a visit, and what is known of who offers.

next-title = عدت إلى محفظتك
next-lead = بقيت بضع خطوات. ابدأ بالأولى. تستغرق كلها نحو خمس دقائق، ويمكنك ترك هذه الصفحة والمتابعة لاحقا.
next-lost = هل فقدت هاتفك القديم؟
next-lost-what = إذن قل ذلك هنا. لن يستطيع أحد استعمال المفاتيح التي عليه، وتأتي وثائقك إلى هذا الهاتف.
next-lost-since = أُنشئ مفتاحه في { $date }
next-lost-do = هاتفي القديم مفقود
next-lost-question = لن تعود المفاتيح التي على ذلك الهاتف صالحة، حتى لو وجدته من جديد. هل تريد المتابعة؟
next-lost-still = هل ما زال معك؟ إذن اترك هذه الخطوة، واستعمل ذلك الهاتف لعرض وثائقك.
next-lost-done = تم: سُجّل الهاتف القديم مفقودا.
next-lost-none = لا يوجد مفتاح لك على أي جهاز آخر. لا شيء تفعله هنا.
next-here = احصل على وثائقك على هذا الهاتف
next-here-what = افتح محفظتك. كثير منها يأتي من جديد تلقائيا. أما البقية فتقول لك المحفظة ممّن تطلبها.
next-fund = أخبر الصندوق إذا كان يدفع لك
next-code = احتفظ برمز جديد على الورق
next-code-what = ليس لديك رمز استعادة الآن: الرمز المستعمل لا يصلح مرة أخرى. أنشئ رمزا جديدا للمرة القادمة.
next-code-there = لديك رمز استعادة. احتفظ بالورقة حيث تحتفظ بجواز سفرك.
next-own = افتح محفظتي الخاصة
next-own-what = انتهت زيارة على هذا الجهاز. تبقى محفظتك الخاصة مغلقة هنا، حتى لا يصل إليها أحد بالرجوع إلى الخلف.
next-accredited = معتمدة لإصدار هذا النوع
next-not-accredited = غير معتمدة لهذا النوع
next-not-accredited-what = لا يذكر السجل أن هذه المنظمة يحق لها إصداره. قد يرفضه آخرون عندما تعرضه.
next-two-forms = تستلم الوثيقة نفسها في شكلين. احتفظ بهما: أحدهما يُعرض كاملا، ومن الآخر يُعرض الجزء المطلوب فقط.
next-own-name = تسمّي نفسها: { $name }

# Values of claims that are codes.
value-visit = زيارة
value-call = مكالمة
value-device = هاتف الشخص نفسه
value-kiosk = مركز تابع للصندوق
value-post = استمارة بالبريد
value-letter = رسالة
value-permanent = دائم
value-continuing = مستمر
value-fixed-term = محدد المدة
value-temporary = مؤقت
value-service-agreement = اتفاق خدمة
value-service = الخدمة
value-field-service = الخدمة الميدانية
value-travel = السفر
value-unclassified = غير سري
value-confidential = سري
value-strictly-confidential = سري للغاية
value-retirement = التقاعد
value-early-retirement = التقاعد المبكر
value-resignation = الاستقالة
value-end-of-appointment = انتهاء التعيين
value-termination = إنهاء الخدمة
value-transfer = النقل
value-disability = العجز

# Between what something is called and what it is.
colon = {":"}

# Above the button of the camera.
next-capture = سبع صور وثلاث حركات صغيرة، في نصف دقيقة.
