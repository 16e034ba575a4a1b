# What was shared with whom, the receipts, and who looked.

shared-title = Что я показал
shared-lead = Каждый раз, когда вы что-то показывали: кому, зачем и что именно. Прочесть это можете только вы.
shared-empty = Вы ещё ничего не показывали
shared-when = Когда
shared-purpose = Для чего
shared-unsaid = Не сказано.
shared-from = Из «{ $name }» ({ $issuer })
shared-offline = Показано без сети
shared-no-claims = Только само удостоверение
shared-approved = Вы одобрили
shared-receipt = Их квитанция
shared-receipt-none = Её не дали.
shared-receipt-waiting = Она ещё не пришла. Мы запросим её сами.
shared-receipt-valid = Подписано ими: проверено { $at } и принято.
shared-receipt-invalid = Подписано ими: проверено { $at } и не принято.
shared-receipt-undetermined = Подписано ими: { $at } проверку не удалось закончить.
shared-receipt-unsound = То, что пришло, подписано не ими или относится к другому. Это не в счёт.
shared-receipt-missing = Она не пришла.
shared-receipt-page = Посмотреть их квитанцию
shared-receipt-file = Подписанный файл для специалистов

looked-title = Кто смотрел мои данные
looked-lead = Все, кто через этот кошелёк увидел что-то ваше, и все, кто просил.
looked-empty = Никто ещё ничего не видел
looked-empty-what = Когда вы что-то покажете, здесь появится тот, кто это увидел.
looked-how-often = Сколько раз
looked-times = { $count ->
    [one] { $count } раз
    [few] { $count } раза
    [many] { $count } раз
   *[other] { $count } раза
}
looked-last = В последний раз
looked-saw = Они увидели
looked-refused = Просили, а вы отказали
looked-none = Никто
looked-officers = Сотрудники этой службы
looked-officers-what = Сотрудники, которые что-то сделали для этого кошелька, по именам.

consent-keeps-said = Они говорят: { $time }.
consent-keeps-not = Они говорят, что не хранят это.
span-minutes = { $count ->
    [one] { $count } минута
    [few] { $count } минуты
    [many] { $count } минут
   *[other] { $count } минуты
}
span-hours = { $count ->
    [one] { $count } час
    [few] { $count } часа
    [many] { $count } часов
   *[other] { $count } часа
}
span-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
    [many] { $count } дней
   *[other] { $count } дня
}
shared-by = Решил
