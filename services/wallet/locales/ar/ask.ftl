# Turning to an organisation that offered nothing yet.

ask-title = طلب وثيقة
ask-lead = اختر من تريد أن يعطيك إياها. تسجل الدخول لديهم وهم يقررون. لا يُرسل شيء من محفظتك.
ask-away = لا يمكن الوصول إليها الآن
ask-choose = اختيار
ask-what = ماذا تحتاج؟
ask-what-lead = يستغرق ذلك نحو دقيقتين. بعدها تسجل الدخول لديهم.
ask-nothing = لا يعطون شيئا بهذه الطريقة
ask-nothing-what = انتظر حتى يعرضوا عليك شيئا، أو اسألهم.
ask-button = طلب
ask-others = منظمات أخرى
