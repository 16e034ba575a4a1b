# La carte de la preuve annuelle sur la première page.

year-title = Votre preuve annuelle pour { $year }
year-open = À faire
year-not-yet = Pas encore ouverte
year-late = En retard
year-on-hold = Versement suspendu
year-with-fund = À la Caisse
year-done = Faite
year-not-concerned = Rien à faire
year-ended = Notée comme finie
year-unknown = Pas encore demandé
year-open-what = Merci de la faire avant la fin du { $date }. Cela prend quelques minutes.
year-opened-what = La période est ouverte. Vous pouvez faire la preuve maintenant.
year-late-what = Elle était due le { $date }. Faites-la maintenant : elle compte encore.
year-late-hold = Sans elle, le versement s’arrête à partir du { $date }.
year-on-hold-what = Votre versement est suspendu. Faites la preuve maintenant : le versement reprend avec la prochaine paie, sur le même compte.
year-held-until-decided = Votre versement est suspendu jusqu’à la décision de la Caisse.
year-both = Une preuve faite maintenant compte pour { $first } et pour { $second }.
year-with-fund-what = La Caisse a votre preuve. Un agent l’examine. Vous n’avez rien à faire maintenant.
year-with-fund-days = { $days ->
    [one] La Caisse a votre preuve. Un agent décide d’habitude en un jour. Vous n’avez rien à faire maintenant.
   *[other] La Caisse a votre preuve. Un agent décide d’habitude en { $days } jours. Vous n’avez rien à faire maintenant.
}
year-done-what = La Caisse a votre preuve. Elle est arrivée le { $date } : { $channel }.
year-covered = Vous êtes couvert(e) jusqu’au { $date }.
year-next = La prochaine période s’ouvre le { $date }.
year-not-concerned-what = La Caisse ne vous demande pas de preuve pour cette année.
year-dates-missing = Les dates de cette année ne sont pas encore fixées. Vous n’avez rien à faire maintenant : cette page dira quand la période s’ouvre.
year-resumes = Le versement reprend avec la prochaine paie, et ce qui avait été retenu est versé avec elle.
year-ended-what = La Caisse a noté que cette prestation a pris fin. Est-ce une erreur ? Appelez la Caisse : elle la corrige, et le versement continue.
year-unknown-what = Vous êtes inscrit(e). La Caisse vous dit ici où en est cette année.
year-begin = Commencer
year-begin-again = Recommencer
year-go-on = Continuer
year-see = Voir où elle en est
year-receipt = Voir le reçu
year-said = Selon la Caisse : { $date }
year-late-question = Cette demande a expiré. Recommencez : la Caisse vous pose la question à nouveau. Le papier a la même valeur.

problem-year-word-refused = La Caisse n’accepte pas la parole de cet appareil
problem-year-word-refused-what = L’horloge de l’appareil est fausse de plus de cinq minutes, ou la ligne était trop lente. Regardez l’horloge et réessayez.
problem-year-key-unknown = La Caisse ne connaît pas cet appareil
problem-year-key-unknown-what = Commencez sur l’appareil avec lequel vous vous êtes inscrit(e), ou demandez à la Caisse une invitation pour celui-ci. Le papier a la même valeur.
problem-year-key-replaced = Un autre appareil a remplacé celui-ci
problem-year-key-replaced-what = Commencez sur l’appareil plus récent. Si ce n’est pas vous qui l’avez inscrit, appelez la Caisse maintenant.
problem-year-not-open = La période n’est pas encore ouverte
problem-year-not-open-what = La Caisse prend les preuves à partir du jour où la période s’ouvre. Rien ne manque jusque-là.
problem-year-not-concerned = La Caisse ne demande pas de preuve cette année
problem-year-not-concerned-what = Cette année ne vous demande rien, ou vous n’êtes pas encore au registre de la Caisse. Si vous pensez le contraire, appelez la Caisse.
problem-year-with-fund = Une preuve est à la Caisse
problem-year-with-fund-what = Elle est arrivée par une autre voie et un agent décide. Si elle ne peut pas être acceptée, vous pouvez recommencer.
problem-year-proven = Il y a déjà une preuve pour cette année
problem-year-proven-what = Une preuve par an suffit. La première page dit jusqu’à quand vous êtes couvert(e).
problem-year-ended = La Caisse a noté que la prestation a pris fin
problem-year-ended-what = Si c’est une erreur, appelez la Caisse : elle la corrige, et le versement continue.

talk-title = Un appel ou une visite à la place
talk-what = Votre téléphone ne peut pas, ou vous préférez parler ? Un agent vous voit et inscrit votre preuve. La valeur est la même.
talk-book = Réserver un appel ou une visite
existence-usual = { $days ->
    [one] Un agent décide d’habitude en un jour.
   *[other] Un agent décide d’habitude en { $days } jours.
}
