# What comes next after a recovery, the officer’s own wallet after a visit, and what is known of who offers.

next-title = Вы снова в своём кошельке
next-lead = Осталось несколько шагов. Начните с первого. Всё вместе займёт около пяти минут; можно уйти с этой страницы и продолжить позже.
next-lost = Ваш старый телефон потерян?
next-lost-what = Тогда скажите об этом здесь. Никто больше не сможет пользоваться ключами на нём, а ваши удостоверения придут на этот телефон.
next-lost-since = его ключ создан { $date }
next-lost-do = Мой старый телефон потерян
next-lost-question = Ключи на том телефоне больше не будут действовать, даже если он найдётся. Продолжить?
next-lost-still = Он всё ещё у вас? Тогда пропустите этот шаг и показывайте удостоверения с того телефона.
next-lost-done = Готово: старый телефон отмечен как потерянный.
next-lost-none = Ни на одном другом устройстве нет вашего ключа. Здесь делать нечего.
next-here = Получите удостоверения на этот телефон
next-here-what = Откройте кошелёк. Многие придут заново сами. Об остальных кошелёк скажет, к кому обратиться.
next-fund = Сообщите Фонду, если он вам платит
next-code = Храните новый код на бумаге
next-code-what = Сейчас у вас нет кода восстановления: использованный больше не действует. Создайте новый на следующий раз.
next-code-there = У вас есть код восстановления. Храните бумагу там же, где паспорт.
next-own = Открыть мой собственный кошелёк
next-own-what = На этом устройстве закончился приём. Ваш собственный кошелёк здесь закрыт, чтобы никто не попал в него кнопкой «назад».
next-accredited = Аккредитована выдавать такие
next-not-accredited = Не аккредитована для таких
next-not-accredited-what = В реестре не сказано, что эта организация вправе это выдавать. Другие могут не принять его.
next-two-forms = Вы получаете одно и то же удостоверение в двух видах. Сохраните оба: одно показывают целиком, из другого — только то, что просят.
next-own-name = Сама себя называет: { $name }

# Values of claims that are codes.
value-visit = Визит
value-call = Звонок
value-device = Собственный телефон человека
value-kiosk = Пункт Фонда
value-post = Бланк по почте
value-letter = Письмо
value-permanent = Постоянный
value-continuing = Непрерывный
value-fixed-term = Срочный
value-temporary = Временный
value-service-agreement = Соглашение об услугах
value-service = Служба
value-field-service = Служба на местах
value-travel = Поездки
value-unclassified = Несекретно
value-confidential = Конфиденциально
value-strictly-confidential = Строго конфиденциально
value-retirement = Выход на пенсию
value-early-retirement = Досрочный выход на пенсию
value-resignation = Увольнение по собственному желанию
value-end-of-appointment = Окончание срока назначения
value-termination = Прекращение службы
value-transfer = Перевод
value-disability = Инвалидность

# Between what something is called and what it is.
colon = {":"}

# Above the button of the camera.
next-capture = Семь снимков, три небольших движения, полминуты.
