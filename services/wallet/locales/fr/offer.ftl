opening-title = Ouverture
opening-offer = Ouverture de l’offre
opening-request = Ouverture de la demande
opening-authorized = Retour de l’organisation
opening-back = Retour à l’offre
opening-checking = Nous vérifions qui l’a envoyée et si elle est authentique.
opening-failed = Le lien n’a pas pu être ouvert
opening-incomplete = Le lien est incomplet. Ouvrez de nouveau le lien entier, ou visez encore une fois le code.
opening-try-again = Réessayer

offer-title = Une offre pour vous
offer-how-long = Cela prend environ une minute. Vous pouvez quitter cette page et continuer plus tard.
offer-received = Reçu
offer-received-what = { $count ->
    [one] Votre justificatif est dans votre portefeuille. Il a été contrôlé avant d’être gardé.
   *[other] { $count } justificatifs sont dans votre portefeuille. Chacun a été contrôlé avant d’être gardé.
}
offer-waiting = En attente de l’organisation
offer-refused = Ne vous a pas été remis
offer-what = Ce que vous recevrez
offer-whole = Copie complète : se montre en entier
offer-selective = Copie à montrer par parties : seulement ce qui est demandé
offer-here = Déjà ici
offer-waits = En attente
offer-not-given = Non remis
offer-waiting-who = { $who } doit d’abord donner son accord.
offer-waiting-what = Vous n’avez plus rien à faire. Votre portefeuille redemande de lui-même et garde ce qui arrive. Vous pouvez fermer cette page.
offer-refused-who = { $who } n’a pas donné son accord, ou a envoyé quelque chose d’invalide.
offer-refused-what = Demandez-lui pourquoi. Vous pouvez retirer cette offre.
offer-begun = Vous aviez commencé à recevoir ceci.
offer-begun-what = Rien n’est perdu. Continuez là où vous vous êtes arrêté.
offer-code = Code
offer-code-hint = L’organisation vous a donné ce code autrement, par exemple sur papier.
offer-step-key = Clé sur cet appareil
offer-step-permission = Autorisation
offer-step-credentials = Justificatifs
offer-accept = Accepter
offer-go-on = Continuer
offer-decline = Non, merci
offer-decline-what = Si vous dites non, cette offre est oubliée ici. L’organisation peut vous en faire une autre.
offer-remove = Retirer

offer-sign-in-title = Se connecter chez { $who }
offer-sign-in-what = Vous allez sur leur page, vous vous y connectez, puis vous revenez ici sans rien faire. Ils ne voient pas ce que contient votre portefeuille.
offer-sign-in-host = La page où vous vous connectez est { $host }.
offer-sign-in = Se connecter
offer-sign-in-instead = Pas de code ? Connectez-vous plutôt chez eux
offer-sign-in-desk = Cela est remis à qui se connecte chez eux. Cela ne se fait pas au guichet : ouvrez l’offre sur votre propre appareil.
offer-signed-in = Vous vous êtes connecté chez { $who }.
offer-signed-in-what = Nous allons chercher vos justificatifs.
offer-in-person = { $who } ne remet ceci qu’à la personne elle-même
offer-in-person-what = Personne ne peut le recevoir pour quelqu’un d’autre. L’offre et son code restent valables : que la personne vienne l’accepter, ou demandez une autre voie.
