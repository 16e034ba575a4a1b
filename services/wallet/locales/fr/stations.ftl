# Postes : appareils d’agents en un lieu fixe, et la preuve annuelle qui s’y fait.

station-title = Poste
station-lead = Un appareil en un lieu fixe, où les personnes sans téléphone montrent à la Caisse qu’elles sont là.
station-this = Cet appareil
station-is = C’est le poste { $name } ({ $country }).
station-key = Sa clé, pour la Caisse
station-key-what = Envoyez-la à un administrateur de la Caisse, qui l’enregistre avec le lieu. Avant cela, les preuves faites ici ne sont pas acceptées.
station-none = Ce n’est pas encore un poste. Son lieu ne pourra plus être changé.
station-name = Nom, par exemple celui du bureau
station-country = Pays
station-country-hint = Trois lettres, par exemple SEN
station-open = Faire de cet appareil un poste
station-others = Autres postes
station-close = Fermer le poste
station-where = Vous êtes au poste { $name }.
station-step = Montrer que vous êtes là
station-how = L’agent s’assure de votre identité. Puis vous tapez votre code PIN. Si la Caisse a une photo de vous, la caméra en prend quelques autres. La Caisse regarde et confirme.
station-recognised = Pour l’agent : comment savez-vous qui est cette personne ?
station-by-document = J’ai comparé une pièce d’identité avec la personne
station-by-acquaintance = Je connais cette personne depuis un certain temps
station-vouch = Votre nom, ce poste et son pays vont à la Caisse avec la preuve.
station-recognised-missing = L’agent dit d’abord comment il connaît cette personne.
station-without-what = Pas de caméra, ou la tête ne peut pas tourner ? Continuez sans photos : la parole de l’agent compte autant.
station-sent-what = La Caisse regarde et confirme. Le certificat arrive ensuite dans ce portefeuille ; il y sera au plus tard à votre prochaine visite.
station-needed = Cet appareil n’est pas un poste de la Caisse
station-needed-what = Terminez cette visite. Un agent ouvre ensuite un poste sous « Poste », et la Caisse l’enregistre. D’ici là, le papier compte autant.
