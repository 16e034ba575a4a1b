# The yearly proof without a network: taken along, made, sent later.

ahead-title = Preuve annuelle
ahead-proof = Preuve pour { $year }, pour { $who }
ahead-until = Peut être faite ici jusqu’au { $until }.
ahead-waits = Faite le { $at }. Elle attend sur ce téléphone et part d’elle-même quand vous ouvrez le portefeuille avec un réseau.
ahead-over = C’est arrivé trop tard, ou cela n’a pas été accepté. Rien n’est perdu : préparez le téléphone avec un réseau et recommencez.
ahead-make = La faire maintenant
ahead-send = L’envoyer maintenant
ahead-again = La refaire
ahead-make-title = Montrer que vous êtes là, sans réseau
ahead-how = Votre téléphone prend les photos et signe maintenant, avec l’heure. Tout attend, verrouillé, sur ce téléphone et part une seule fois, quand il y a un réseau.
ahead-without = Continuer sans photos
ahead-here = Je suis là
ahead-no-place = Votre position n’a pas été trouvée. Autorisez-la dans les réglages du téléphone, ou continuez sans photos : un agent vous appellera.
ahead-no-key = La clé de ce portefeuille n’est plus sur ce téléphone. Ouvrez la preuve avec un réseau et recommencez.
ahead-made = C’est fait
ahead-made-at = Vous étiez là le { $at }.
ahead-made-what = Elle attend, verrouillée, sur ce téléphone. Ouvrez le portefeuille quand il y a un réseau : elle part alors, une seule fois.
ahead-where = Pas de réseau là où vous serez ?
ahead-why = Ce téléphone peut emporter ce qu’il lui faut. Vous faites alors la preuve même en mode avion, et elle part plus tard.
ahead-ready = Ce téléphone est prêt jusqu’au { $until }. Sans réseau, ouvrez le portefeuille et faites la preuve.
ahead-take = Préparer ce téléphone
ahead-open = Faire la preuve sans réseau
ahead-time-made = Vous étiez là
ahead-time-received = La Caisse l’a reçue
