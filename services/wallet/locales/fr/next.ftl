# What comes next after a recovery, the officer’s own wallet after a visit, and what is known of who offers.

next-title = Vous êtes de retour dans votre portefeuille
next-lead = Il reste quelques étapes. Commencez par la première. Elles prennent environ cinq minutes en tout ; vous pouvez quitter cette page et continuer plus tard.
next-lost = Votre ancien téléphone est-il perdu ?
next-lost-what = Alors dites-le ici. Plus personne ne pourra utiliser les clés qu’il contient, et vos justificatifs viendront sur ce téléphone.
next-lost-since = sa clé a été créée le { $date }
next-lost-do = Mon ancien téléphone est perdu
next-lost-question = Les clés de ce téléphone ne serviront alors plus à rien, même si vous le retrouvez. Continuer ?
next-lost-still = L’avez-vous encore ? Alors sautez cette étape et montrez vos justificatifs avec ce téléphone-là.
next-lost-done = C’est fait : l’ancien téléphone est déclaré perdu.
next-lost-none = Aucun autre appareil n’a de clé à vous. Il n’y a rien à faire ici.
next-here = Recevez vos justificatifs sur ce téléphone
next-here-what = Ouvrez votre portefeuille. Beaucoup reviennent d’eux-mêmes. Pour les autres, il vous dit à qui les demander.
next-fund = Prévenez la Caisse si elle vous verse une pension
next-code = Gardez un nouveau code sur papier
next-code-what = Vous n’avez plus de code de secours : celui qui a servi ne vaut plus. Créez-en un nouveau pour la prochaine fois.
next-code-there = Vous avez un code de secours. Gardez le papier avec votre passeport.
next-own = Ouvrir mon propre portefeuille
next-own-what = Une visite s’est terminée sur cet appareil. Votre propre portefeuille y reste fermé, pour que personne n’y arrive en revenant en arrière.
next-accredited = Habilitée à délivrer ce type
next-not-accredited = Non habilitée pour ce type
next-not-accredited-what = Le registre ne dit pas que cette organisation peut le délivrer. D’autres pourront le refuser quand vous le montrerez.
next-two-forms = Vous recevez le même justificatif sous deux formes. Gardez les deux : l’une se montre en entier, de l’autre seulement la partie demandée.
next-own-name = Se nomme elle-même : { $name }

# Values of claims that are codes.
value-visit = Une visite
value-call = Un appel
value-device = Le téléphone de la personne
value-kiosk = Un poste de la Caisse
value-post = Un formulaire par la poste
value-letter = Une lettre
value-permanent = Permanent
value-continuing = Continu
value-fixed-term = À durée déterminée
value-temporary = Temporaire
value-service-agreement = Accord de services
value-service = Service
value-field-service = Service sur le terrain
value-travel = Voyage
value-unclassified = Non classifié
value-confidential = Confidentiel
value-strictly-confidential = Strictement confidentiel
value-retirement = Retraite
value-early-retirement = Retraite anticipée
value-resignation = Démission
value-end-of-appointment = Fin de l’engagement
value-termination = Licenciement
value-transfer = Transfert
value-disability = Invalidité

# Between what something is called and what it is.
colon = { "\u00A0" }:

# Above the button of the camera.
next-capture = Sept photos, trois petits mouvements, une demi-minute.
