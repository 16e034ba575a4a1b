party-proven = الاسم يثبته السجل
party-certified = الاسم وارد في شهادة رقمية
party-unproven = لا يثبته السجل
party-offers = يُعرض من { $host }
party-asks = الطلب من { $host }
party-certified-why = ليست في السجل: تقول من هي جهةٌ تثق بها هذه المحفظة.
party-unproven-why = نعرف العنوان وحده ولا نعرف من وراءه. لا تتابع إلا إذا كنت تنتظر هذا.
