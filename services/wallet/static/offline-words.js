// The words of the wallet's page for times without a network, in six languages. Each list has the order of NAMES.

const NAMES = [
  'title', 'lead', 'keptTitle', 'nothing', 'show', 'codeTitle', 'codeWhy', 'scan', 'chooseFile', 'paste', 'useCode', 'noCode',
  'noCamera', 'camera', 'withoutCode', 'claimsTitle', 'claimsWhy', 'forWhom', 'replayable', 'replayableWhy', 'agree', 'back',
  'answerTitle', 'answerWhy', 'answerCode', 'number', 'before', 'after', 'noKey', 'keepTitle', 'keepWhy', 'keptWhy', 'keep',
  'forget', 'openOffline', 'wallet',
];

const TEXTS = {
  en: [
    'Show without a network', 'What you kept on this phone can be shown here, also in airplane mode.', 'Kept on this phone',
    'Nothing is kept on this phone. Open a credential while there is a network, and choose “Keep on this phone”.', 'Show',
    'Read the desk’s code', 'The officer shows you a square code. Your phone signs its answer for that desk alone.',
    'Scan with the camera', 'Choose a picture', 'Or paste the code', 'Go on', 'This is not the code of a desk.',
    'The camera cannot be used. Choose a picture, or paste the code.', 'Picture of the camera', 'The desk has no code',
    'Choose what to show', 'Nothing else of this goes out. What cannot be withheld goes along.',
    'Your phone signs for: { audience }', 'Replayable until it expires.',
    'Without a code, whoever takes a picture of this can show it too until it expires. Use it only where you must.',
    'Show it', 'Back', 'Hold this before the desk’s camera', 'The codes take turns by themselves until the desk has read them all.',
    'Code to show', 'Code { number } of { count }', 'Before', 'Next',
    'The key of this credential is not on this phone any more. Ask the organisation to offer it again.',
    'Without a network', 'You can keep a sealed copy on this phone and show it in airplane mode. Do so only on a phone that is yours and locked. It goes when you sign out.',
    'A sealed copy is on this phone. It goes when you sign out.', 'Keep on this phone', 'Forget it here', 'Show without a network',
    'To my wallet',
  ],
  fr: [
    'Présenter sans réseau', 'Ce que vous avez gardé sur ce téléphone peut être présenté ici, même en mode avion.', 'Gardé sur ce téléphone',
    'Rien n’est gardé sur ce téléphone. Ouvrez une attestation quand il y a un réseau et choisissez « Garder sur ce téléphone ».', 'Présenter',
    'Lire le code du guichet', 'L’agent vous montre un code carré. Votre téléphone signe sa réponse pour ce seul guichet.',
    'Scanner avec la caméra', 'Choisir une image', 'Ou collez le code', 'Continuer', 'Ce n’est pas le code d’un guichet.',
    'La caméra ne peut pas être utilisée. Choisissez une image ou collez le code.', 'Image de la caméra', 'Le guichet n’a pas de code',
    'Choisir ce que vous présentez', 'Rien d’autre n’est transmis. Ce qui ne peut pas être retenu est joint.',
    'Votre téléphone signe pour : { audience }', 'Peut être rejoué jusqu’à son expiration.',
    'Sans code, quiconque en prend une photo peut aussi le présenter jusqu’à l’expiration. Ne l’utilisez que si vous le devez.',
    'Présenter', 'Retour', 'Tenez ceci devant la caméra du guichet', 'Les codes se succèdent jusqu’à ce que le guichet les ait tous lus.',
    'Code à présenter', 'Code { number } sur { count }', 'Précédent', 'Suivant',
    'La clé de cette attestation n’est plus sur ce téléphone. Demandez à l’organisation de la proposer de nouveau.',
    'Sans réseau', 'Vous pouvez garder une copie scellée sur ce téléphone et la présenter en mode avion. Seulement sur un téléphone verrouillé qui est à vous. Elle disparaît quand vous vous déconnectez.',
    'Une copie scellée est sur ce téléphone. Elle disparaît quand vous vous déconnectez.', 'Garder sur ce téléphone', 'L’oublier ici', 'Présenter sans réseau',
    'Vers mon portefeuille',
  ],
  es: [
    'Mostrar sin red', 'Lo que guardó en este teléfono puede mostrarse aquí, también en modo avión.', 'Guardado en este teléfono',
    'No hay nada guardado en este teléfono. Abra una credencial mientras haya red y elija «Guardar en este teléfono».', 'Mostrar',
    'Leer el código del mostrador', 'La persona del mostrador le enseña un código cuadrado. Su teléfono firma la respuesta solo para ese mostrador.',
    'Escanear con la cámara', 'Elegir una imagen', 'O pegue el código', 'Continuar', 'Este no es el código de un mostrador.',
    'No se puede usar la cámara. Elija una imagen o pegue el código.', 'Imagen de la cámara', 'El mostrador no tiene código',
    'Elija qué mostrar', 'No sale nada más. Lo que no puede retenerse va incluido.',
    'Su teléfono firma para: { audience }', 'Puede repetirse hasta que caduque.',
    'Sin código, quien le haga una foto también puede mostrarlo hasta que caduque. Úselo solo si es necesario.',
    'Mostrar', 'Atrás', 'Sosténgalo delante de la cámara del mostrador', 'Los códigos se turnan hasta que el mostrador los haya leído todos.',
    'Código para mostrar', 'Código { number } de { count }', 'Anterior', 'Siguiente',
    'La clave de esta credencial ya no está en este teléfono. Pida a la organización que se la ofrezca de nuevo.',
    'Sin red', 'Puede guardar una copia sellada en este teléfono y mostrarla en modo avión. Solo en un teléfono suyo y bloqueado. Desaparece al cerrar la sesión.',
    'Hay una copia sellada en este teléfono. Desaparece al cerrar la sesión.', 'Guardar en este teléfono', 'Olvidarla aquí', 'Mostrar sin red',
    'A mi cartera',
  ],
  ru: [
    'Показать без сети', 'То, что вы сохранили на этом телефоне, можно показать здесь и в режиме полёта.', 'Сохранено на этом телефоне',
    'На этом телефоне ничего не сохранено. Откройте удостоверение, пока есть сеть, и выберите «Сохранить на этом телефоне».', 'Показать',
    'Прочитать код стойки', 'Сотрудник показывает вам квадратный код. Ваш телефон подписывает ответ только для этой стойки.',
    'Сканировать камерой', 'Выбрать снимок', 'Или вставьте код', 'Дальше', 'Это не код стойки.',
    'Камеру использовать нельзя. Выберите снимок или вставьте код.', 'Изображение камеры', 'У стойки нет кода',
    'Выберите, что показать', 'Ничего другого не передаётся. То, что нельзя скрыть, передаётся вместе.',
    'Ваш телефон подписывает для: { audience }', 'Может быть показано повторно, пока не истечёт срок.',
    'Без кода любой, кто это сфотографирует, сможет показать это до истечения срока. Используйте только при необходимости.',
    'Показать', 'Назад', 'Держите перед камерой стойки', 'Коды сменяются сами, пока стойка не прочитает все.',
    'Код для показа', 'Код { number } из { count }', 'Предыдущий', 'Следующий',
    'Ключа этого удостоверения на телефоне больше нет. Попросите организацию предложить его снова.',
    'Без сети', 'Можно сохранить запечатанную копию на этом телефоне и показывать её в режиме полёта. Только на вашем заблокированном телефоне. При выходе она удаляется.',
    'На этом телефоне есть запечатанная копия. При выходе она удаляется.', 'Сохранить на этом телефоне', 'Забыть здесь', 'Показать без сети',
    'К моему кошельку',
  ],
  zh: [
    '无网络时出示', '您保存在这部手机上的内容可以在此出示，飞行模式下也可以。', '保存在这部手机上',
    '这部手机上没有保存任何内容。请在有网络时打开一份证书，选择“保存在这部手机上”。', '出示',
    '读取柜台的码', '工作人员会向您出示一个方形码。您的手机只为该柜台签署回答。',
    '用相机扫描', '选择图片', '或粘贴码的文字', '继续', '这不是柜台的码。',
    '无法使用相机。请选择图片或粘贴码的文字。', '相机画面', '柜台没有码',
    '选择要出示的内容', '不会发出其他内容。无法保留的部分会一并出示。',
    '您的手机为以下对象签署：{ audience }', '到期前可被重复出示。',
    '没有码时，任何拍下此内容的人在到期前都能出示它。仅在必要时使用。',
    '出示', '返回', '请对准柜台的相机', '各个码会自动轮换，直到柜台全部读取。',
    '要出示的码', '第 { number } 个，共 { count } 个', '上一个', '下一个',
    '这份证书的密钥已不在这部手机上。请让签发组织重新提供。',
    '无网络时', '您可以在这部手机上保存一份加密副本，并在飞行模式下出示。仅限您自己的已设锁手机。退出登录时会删除。',
    '这部手机上有一份加密副本。退出登录时会删除。', '保存在这部手机上', '从这里删除', '无网络时出示',
    '前往我的钱包',
  ],
  ar: [
    'العرض دون شبكة', 'ما احتفظت به على هذا الهاتف يمكن عرضه هنا، حتى في وضع الطيران.', 'محفوظ على هذا الهاتف',
    'لا شيء محفوظ على هذا الهاتف. افتح وثيقة عند توفر الشبكة واختر «احتفظ بها على هذا الهاتف».', 'اعرض',
    'اقرأ رمز المكتب', 'يعرض عليك الموظف رمزاً مربعاً. يوقّع هاتفك الجواب لذلك المكتب وحده.',
    'امسح بالكاميرا', 'اختر صورة', 'أو الصق الرمز', 'تابع', 'هذا ليس رمز مكتب.',
    'لا يمكن استخدام الكاميرا. اختر صورة أو الصق الرمز.', 'صورة الكاميرا', 'ليس لدى المكتب رمز',
    'اختر ما تعرضه', 'لا يخرج شيء غيره. وما لا يمكن حجبه يُعرض معه.',
    'يوقّع هاتفك من أجل: { audience }', 'يمكن إعادة عرضه حتى انتهاء صلاحيته.',
    'دون رمز، يستطيع كل من يصوّره أن يعرضه أيضاً حتى انتهاء صلاحيته. لا تستخدمه إلا عند الضرورة.',
    'اعرضه', 'رجوع', 'ضعه أمام كاميرا المكتب', 'تتناوب الرموز وحدها حتى يقرأها المكتب كلها.',
    'رمز للعرض', 'الرمز { number } من { count }', 'السابق', 'التالي',
    'لم يعد مفتاح هذه الوثيقة على هذا الهاتف. اطلب من المنظمة أن تعرضها من جديد.',
    'دون شبكة', 'يمكنك الاحتفاظ بنسخة مختومة على هذا الهاتف وعرضها في وضع الطيران. افعل ذلك فقط على هاتف مقفل يخصك. تُحذف عند تسجيل الخروج.',
    'توجد نسخة مختومة على هذا الهاتف. تُحذف عند تسجيل الخروج.', 'احتفظ بها على هذا الهاتف', 'انسها هنا', 'العرض دون شبكة',
    'إلى محفظتي',
  ],
};

/** Says messages by name in the language of a tag such as `fr-CH`, English where there is none. */
export function words(tag) {
  const wanted = String(tag ?? '').split('-')[0].toLowerCase();
  const language = Object.hasOwn(TEXTS, wanted) ? wanted : 'en';
  const say = (name, args = {}) => TEXTS[language][NAMES.indexOf(name)]
    .replace(/\{ (\w+) \}/g, (whole, argument) => String(args[argument] ?? whole));
  return Object.assign(say, {language, direction: language === 'ar' ? 'rtl' : 'ltr'});
}

/** For tests: every list says everything. */
export const isComplete = () => Object.values(TEXTS).every(list => list.length === NAMES.length && list.every(Boolean));
