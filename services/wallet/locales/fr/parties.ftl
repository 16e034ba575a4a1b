party-proven = Nom prouvé par le registre
party-certified = Nommé par un certificat
party-unproven = Non prouvé par le registre
party-offers = Proposé depuis { $host }
party-asks = Demande depuis { $host }
party-certified-why = Elle n’est pas dans le registre : une autorité à laquelle ce portefeuille fait confiance dit qui elle est.
party-unproven-why = Nous connaissons seulement l’adresse, pas qui est derrière. Ne continuez que si vous vous y attendiez.
