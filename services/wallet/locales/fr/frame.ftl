wallet = Portefeuille
frame-skip = Aller au contenu
frame-navigation = Menu principal
frame-about = À propos
frame-notice = Avis
frame-demonstration = Démonstration : aucun justificatif n’est réel ici.
frame-signed-in-as = Connexion au nom de
frame-sign-out = Se déconnecter
frame-language = Langue
frame-credentials = Justificatifs
frame-activity = Activité
frame-account = Compte
frame-foot = Portefeuille Passerelle
frame-noscript = Cette page a besoin de JavaScript.
frame-noscript-why = Vos justificatifs sont liés à une clé que seul ce navigateur détient, et seul JavaScript peut s’en servir. Activez JavaScript pour cette adresse, ou demandez à l’organisation de passer par le papier ou de venir en personne : la valeur est la même.
frame-event = Numéro de cet événement, pour les agents : { $number }

moment = { $date } à { $time } UTC
day = { $day } { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
list-next = { $before }, { $next }
list-last = { $before } et { $next }
