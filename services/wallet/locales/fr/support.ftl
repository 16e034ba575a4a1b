support-title = Code d’assistance
support-lead = Saisissez le code que la personne lit.
support-read = Lire le code
support-wrong = Ce n’est pas un code. Redemandez-le.
support-where = Page et étape
support-problem = Ce qui n’a pas marché
support-none = Rien
support-when = Quand
