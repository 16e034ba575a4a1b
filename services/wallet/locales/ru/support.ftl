support-title = Код помощи
support-lead = Введите код, который называет человек.
support-read = Прочесть код
support-wrong = Это не код. Спросите ещё раз.
support-where = Страница и шаг
support-problem = Что не получилось
support-none = Ничего
support-when = Когда
