# What was shared with whom, the receipts, and who looked.

shared-title = ما عرضته
shared-lead = كل مرة عرضت فيها شيئا: على من، ولأي غرض، وما هو بالضبط. أنت وحدك تستطيع قراءة هذا.
shared-empty = لم تعرض شيئا بعد
shared-when = متى
shared-purpose = الغرض
shared-unsaid = لم يذكروا ذلك.
shared-from = من { $name } ({ $issuer })
shared-offline = عُرض بلا شبكة
shared-no-claims = لا شيء سوى الوثيقة نفسها
shared-approved = وافقت على
shared-receipt = إيصالهم
shared-receipt-none = لم يعطوا إيصالا.
shared-receipt-waiting = لم يصل بعد. نحن نطلبه تلقائيا.
shared-receipt-valid = بتوقيعهم: تم التحقق في { $at } وقُبل.
shared-receipt-invalid = بتوقيعهم: تم التحقق في { $at } ولم يُقبل.
shared-receipt-undetermined = بتوقيعهم: في { $at } لم يكتمل التحقق.
shared-receipt-unsound = ما وصل ليس بتوقيعهم، أو يخص شيئا آخر. لا يُعتد به.
shared-receipt-missing = لم يصل.
shared-receipt-page = انظر إيصالهم
shared-receipt-file = ملف موقع للمختصين

looked-title = من اطلع على بياناتي
looked-lead = كل من رأى شيئا يخصك عبر هذه المحفظة، وكل من طلب.
looked-empty = لم ير أحد شيئا بعد
looked-empty-what = عندما تعرض شيئا، يظهر هنا من رآه.
looked-how-often = عدد المرات
looked-times = { $count ->
    [zero] { $count } مرة
    [one] مرة واحدة
    [two] مرتان
    [few] { $count } مرات
    [many] { $count } مرة
   *[other] { $count } مرة
}
looked-last = آخر مرة
looked-saw = رأوا
looked-refused = طلبوا وقلت لا
looked-none = لا أحد
looked-officers = موظفو هذه الخدمة
looked-officers-what = الموظفون الذين فعلوا شيئا لهذه المحفظة، بأسمائهم.

consent-keeps-said = يقولون: { $time }.
consent-keeps-not = يقولون إنهم لا يحتفظون به.
span-minutes = { $count ->
    [zero] { $count } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتان
    [few] { $count } دقائق
    [many] { $count } دقيقة
   *[other] { $count } دقيقة
}
span-hours = { $count ->
    [zero] { $count } ساعة
    [one] ساعة واحدة
    [two] ساعتان
    [few] { $count } ساعات
    [many] { $count } ساعة
   *[other] { $count } ساعة
}
span-days = { $count ->
    [zero] { $count } يوم
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
    [many] { $count } يوما
   *[other] { $count } يوم
}
shared-by = قرره
