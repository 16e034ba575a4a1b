# Visits at an officer’s desk, for people without a phone.

desk-title = Au guichet
desk-lead = Pour les personnes sans téléphone. Ce service garde leur portefeuille ; elles viennent vous voir et tapent leur code PIN pour chaque acte. Une visite prend environ cinq minutes.
desk-again = Quelqu’un revient
desk-pin = Le code PIN de la personne
desk-pin-hint = Tournez l’appareil vers la personne : elle seule le tape.
desk-enter = Aller à son portefeuille
desk-new = Ouvrir un portefeuille pour quelqu’un
desk-new-what = Assurez-vous de qui il s’agit. La personne choisit le code PIN. Ensuite, notez-lui le numéro du portefeuille.
desk-open = Ouvrir un portefeuille
desk-unknown = Aucun portefeuille de ce numéro n’est gardé ici.
desk-at = Vous êtes au guichet de { $who }. Ce que vous faites ici est noté avec ce nom.
desk-finish = Terminer
desk-busy = Quelqu’un est au guichet. Terminez d’abord la visite.
desk-claim = Avec un code de secours, vous pourrez plus tard emporter ce portefeuille sur votre propre téléphone. Ce service n’en gardera alors plus la clé.
desk-kept = Ce service
desk-forgotten = Le code PIN est oublié
desk-forgotten-what = Avec le code de secours sur papier, la personne choisit un autre code PIN. Le code de secours ne sert qu’une fois ; faites-en un nouveau ensuite. Sans lui : ouvrez un nouveau portefeuille et demandez aux organisations de tout offrir à nouveau.
desk-keys = Carte ou clé de sécurité
desk-keys-what = À un guichet, vous pouvez utiliser une carte ou une clé à vous à la place du code PIN de ce portefeuille. Elle a son propre code ou une empreinte, et ce qu’elle dit ne sert qu’une fois.
desk-keys-none = Aucune pour l’instant.
desk-key-add = Ajouter une carte ou une clé
desk-key-added = Ajoutée le { $date }
desk-key-used = Utilisée la dernière fois le { $date }
desk-key-remove = Retirer
desk-key-lost = Gardez aussi un code de secours sur papier : si la carte ou la clé est perdue, il permet de choisir un autre code PIN et retire celle qui est perdue.
desk-key-use = Utiliser la carte ou la clé
