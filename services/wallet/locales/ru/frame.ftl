wallet = Кошелёк
frame-skip = Перейти к содержанию
frame-navigation = Главное меню
frame-about = О службе
frame-notice = Внимание
frame-demonstration = Демонстрация: здесь нет ни одного настоящего удостоверения.
frame-signed-in-as = Вы вошли как
frame-sign-out = Выйти
frame-language = Язык
frame-credentials = Удостоверения
frame-activity = События
frame-account = Учётная запись
frame-foot = Кошелёк Passerelle
frame-noscript = Для этой страницы нужен JavaScript.
frame-noscript-why = Ваши удостоверения привязаны к ключу, который хранится только в этом браузере, и пользоваться им может только JavaScript. Включите JavaScript для этого адреса или попросите организацию принять бумагу либо прийти лично: это имеет ту же силу.
frame-event = Номер этого события, для сотрудников: { $number }

moment = { $date }, { $time } UTC
day = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
} { $year } года
list-next = { $before }, { $next }
list-last = { $before } и { $next }
