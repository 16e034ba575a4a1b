# Proofs that a station takes while it has no network.

queue-title = Preuves qui attendent le réseau
queue-waits = En attente ici, scellées : { $count }
queue-empty = Plus rien n’attend.
queue-send = Envoyer maintenant
queue-kept = Gardée jusqu’au retour du réseau
queue-kept-what = Il n’y a pas de réseau. La preuve est scellée sur cet appareil, personne ne peut la lire ici, et elle est envoyée une seule fois au retour du réseau, dans les trois jours. Terminez maintenant la visite.
queue-full = Autant de preuves que permis attendent ici. Trouvez d’abord un réseau, ou prenez le papier : il compte autant.
queue-finished = La visite est terminée sur cet appareil
queue-finished-what = Il n’y a pas de réseau. Ce qui était montré a disparu. Au retour du réseau, cette page continue seule et ce qui attend est envoyé.
queue-pin = Une preuve n’a pas été prise : le code PIN était faux. Demandez à la personne de revenir.
queue-locked = Une preuve n’a pas été prise : le code PIN est bloqué. La personne en choisit un autre avec le code de secours.
queue-late = Une preuve est arrivée trop tard ou n’a pas servi. Demandez à la personne de revenir, ou prenez le papier : il compte autant.
queue-clock = Une preuve n’a pas été prise : l’horloge de cet appareil est fausse. Réglez-la et demandez à la personne de revenir.
queue-station = Une preuve n’a pas été prise : ce poste est fermé. Ouvrez-en un autre et donnez sa clé à la Caisse.
queue-answer = La Caisse n’a pas accepté une preuve. Demandez à la personne de revenir.
queue-elsewhere = Une preuve a été prise par un autre agent, qui doit se connecter ici pour l’apporter.
