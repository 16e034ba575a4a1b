# The guide to put the wallet on the home screen.

install-title = ضع المحفظة على الشاشة الرئيسية
install-why = عندئذ تفتح مثل تطبيقاتك الأخرى، حتى دون شبكة، ولا يمحوها الهاتف بعد بضعة أسابيع.
install-do = ضعها الآن
install-how = كيف يتم ذلك
install-android-menu = افتح هذه الصفحة في Chrome واضغط على النقاط الثلاث بجانب العنوان.
install-android-add = اضغط على «إضافة إلى الشاشة الرئيسية» أو «تثبيت التطبيق» ووافق.
install-done = بعد ذلك افتح المحفظة من صورتها: جسر أبيض على خلفية زرقاء.
install-iphone-keys = على iPhone افعل ذلك قبل أن تستلم الوثائق. للمحفظة على الشاشة الرئيسية مفاتيح خاصة بها: ما استلمته في Safari لا يُعرض إلا من Safari.
install-iphone-open = افتح هذه الصفحة في Safari.
install-iphone-share = اضغط على المربع الذي فيه سهم يشير إلى الأعلى.
install-iphone-add = مرر إلى الأسفل واضغط على «إضافة إلى الشاشة الرئيسية» ثم «إضافة».
install-computer-open = افتح هذه الصفحة في Chrome أو Edge.
install-computer-press = اضغط على الشاشة الصغيرة التي فيها سهم في آخر العنوان، ثم على «تثبيت».
