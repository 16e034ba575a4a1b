support-title = رمز المساعدة
support-lead = أدخل الرمز الذي يقرؤه الشخص.
support-read = قراءة الرمز
support-wrong = هذا ليس رمزا. اسأل عنه مرة أخرى.
support-where = الصفحة والخطوة
support-problem = ما تعذر
support-none = لا شيء
support-when = متى
