# A card to be printed.

paper-title = Imprimer une carte
paper-lead = Pour les moments sans aucun appareil. Un guichet lit ses codes. Cela prend environ deux minutes.
paper-warning = Celui qui a la carte, ou sa photo, peut la montrer jusqu’à ce qu’elle expire ou soit retirée. N’imprimez que le nécessaire.
paper-choose = Ce qui figure sur la carte
paper-always = Le nom de l’organisation et les dates y figurent toujours. Rien d’autre n’est choisi d’avance.
paper-make = Préparer la carte
paper-print = Imprimer
paper-until = Valable jusqu’au { $date }.
paper-only-codes = Seuls les codes comptent. Personne n’a signé les mots autour.
