# Showing without a network, and what is kept on the phone for it.

offline-title = Présenter sans réseau
offline-lead = Ce que vous avez gardé sur ce téléphone peut être vu et présenté ici, même en mode avion. Cela prend environ une minute.
offline-kept-title = Gardé sur ce téléphone
offline-nothing = Rien n’est gardé sur ce téléphone. Ouvrez un justificatif quand il y a un réseau et choisissez « Garder sur ce téléphone ».
offline-open = Ouvrir
offline-code-title = Lire le code du guichet
offline-code-why = L’agent vous montre un code carré. Votre téléphone signe sa réponse pour ce seul guichet.
offline-scan = Scanner avec la caméra
offline-choose-file = Choisir une image
offline-paste = Ou collez le code
offline-use-code = Continuer
offline-no-code = Ce n’est pas le code d’un guichet.
offline-no-camera = La caméra ne peut pas être utilisée. Choisissez une image ou collez le code.
offline-camera = Image de la caméra
offline-without-code = Le guichet n’a pas de code
offline-claims-title = Choisir ce que vous présentez
offline-claims-why = Rien d’autre n’est transmis. Ce qui ne peut pas être retenu est joint.
offline-for-whom = Votre téléphone signe seulement pour le guichet qui a montré le code. Son nom dans le code : { $audience }
offline-replayable = D’autres peuvent le montrer de nouveau jusqu’à son expiration.
offline-replayable-why = Sans code, quiconque en prend une photo peut aussi le présenter jusqu’à l’expiration. Ne l’utilisez que si vous le devez.
offline-agree = Présenter
offline-back = Retour
offline-answer-title = Tenez ceci devant la caméra du guichet
offline-answer-why = Les codes se succèdent jusqu’à ce que le guichet les ait tous lus.
offline-answer-code = Code à présenter
offline-number = Code { $number } sur { $count }
offline-before = Précédent
offline-after = Suivant
offline-no-key = La clé de ce justificatif n’est plus sur ce téléphone. Demandez à l’organisation de le proposer de nouveau.
offline-keep-title = Sans réseau
offline-keep-why = Vous pouvez garder une copie scellée sur ce téléphone et vous en servir en mode avion. Seulement sur un téléphone verrouillé qui est à vous. Elle disparaît quand vous vous déconnectez.
offline-kept-why = Une copie scellée est sur ce téléphone. Elle disparaît quand vous vous déconnectez.
offline-keep = Garder sur ce téléphone
offline-forget = L’oublier ici
offline-open-offline = Présenter sans réseau
offline-wallet = Vers mon portefeuille

# What is kept, as its person sees it.

offline-present = Le présenter à quelqu’un
offline-alone = Il peut être vu ici. Pour le présenter à quelqu’un, il faut un réseau.
offline-dates = Depuis quand et jusqu’à quand
offline-ended = Il était valide jusqu’au { $at }. Demandez-en un nouveau à l’organisation quand il y a un réseau.
offline-not-yet = Il devient valide le { $at }.
offline-checked = Il en était ainsi le { $at }, quand votre portefeuille a demandé pour la dernière fois. Sans réseau, personne ne voit ce qui a changé depuis.
offline-unchecked = Votre portefeuille n’a pas encore pu demander. Ouvrez-le quand il y a un réseau.
offline-whole = Celui-ci ne peut être présenté qu’en entier. Tout ceci est transmis.
offline-along = Ceci est transmis avec
offline-too-long = C’est trop long pour être présenté par des codes. Présentez-le quand il y a un réseau.
