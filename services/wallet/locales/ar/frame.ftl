wallet = المحفظة
frame-skip = الانتقال إلى المحتوى
frame-navigation = القائمة الرئيسية
frame-about = عن الخدمة
frame-notice = تنبيه
frame-demonstration = عرض تجريبي: لا توجد هنا وثيقة حقيقية.
frame-signed-in-as = دخلت باسم
frame-sign-out = تسجيل الخروج
frame-language = اللغة
frame-credentials = الوثائق
frame-activity = النشاط
frame-account = الحساب
frame-foot = محفظة Passerelle
frame-noscript = تحتاج هذه الصفحة إلى JavaScript.
frame-noscript-why = وثائقك مرتبطة بمفتاح لا يحتفظ به إلا هذا المتصفح، ولا يمكن استعماله إلا عن طريق JavaScript. شغّل JavaScript لهذا العنوان، أو اطلب من المنظمة طريقة ورقية أو حضورية: فلها الأثر نفسه.
frame-event = رقم هذا الحدث، للموظفين: { $number }

moment = { $date }، الساعة { $time } بالتوقيت العالمي
day = { $day } { $month ->
    [1] كانون الثاني/يناير
    [2] شباط/فبراير
    [3] آذار/مارس
    [4] نيسان/أبريل
    [5] أيار/مايو
    [6] حزيران/يونيه
    [7] تموز/يوليه
    [8] آب/أغسطس
    [9] أيلول/سبتمبر
    [10] تشرين الأول/أكتوبر
    [11] تشرين الثاني/نوفمبر
   *[12] كانون الأول/ديسمبر
} { $year }
list-next = { $before }، { $next }
list-last = { $before } و{ $next }
