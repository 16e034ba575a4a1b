# What was shared with whom, the receipts, and who looked.

shared-title = Ce que j’ai montré
shared-lead = Chaque fois que vous avez montré quelque chose : à qui, pour quoi et quoi exactement. Vous seul pouvez le lire.
shared-empty = Vous n’avez encore rien montré
shared-when = Quand
shared-purpose = Pour
shared-unsaid = Ils ne l’ont pas dit.
shared-from = De { $name } ({ $issuer })
shared-offline = Montré sans réseau
shared-no-claims = Rien d’autre que le justificatif lui-même
shared-approved = Vous avez approuvé
shared-receipt = Leur reçu
shared-receipt-none = Ils n’en ont pas donné.
shared-receipt-waiting = Il n’est pas encore arrivé. Nous le demandons nous-mêmes.
shared-receipt-valid = Signé par eux : vérifié le { $at } et accepté.
shared-receipt-invalid = Signé par eux : vérifié le { $at } et non accepté.
shared-receipt-undetermined = Signé par eux : le { $at }, la vérification n’a pas pu être terminée.
shared-receipt-unsound = Ce qui est arrivé n’est pas signé par eux, ou porte sur autre chose. Cela ne compte pas.
shared-receipt-missing = Il n’est pas arrivé.
shared-receipt-page = Voir leur reçu
shared-receipt-file = Fichier signé pour les spécialistes

looked-title = Qui a regardé mes données
looked-lead = Tous ceux qui ont vu quelque chose de vous par ce portefeuille, et tous ceux qui ont demandé.
looked-empty = Personne n’a encore rien vu
looked-empty-what = Quand vous montrez quelque chose, celui qui le voit figure ici.
looked-how-often = Combien de fois
looked-times = { $count ->
    [one] Une fois
   *[other] { $count } fois
}
looked-last = La dernière fois
looked-saw = Ils ont vu
looked-refused = Ils ont demandé, vous avez dit non
looked-none = Personne
looked-officers = Agents de ce service
looked-officers-what = Les agents qui ont fait quelque chose pour ce portefeuille, par leur nom.

consent-keeps-said = Ils disent : { $time }.
consent-keeps-not = Ils disent qu’ils ne le gardent pas.
span-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
span-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
shared-by = Décidé par
