service = Justificatifs
skip = Aller au contenu
navigation = Menu principal
about = À propos
notice = Avis
language = Langue

sign-title = { $wallet } demande des justificatifs de { $organisation }
sign-lead = Connectez-vous, et { $wallet } pourra retirer pour vous :
sign-short = Se connecter
sign-not = Vous n’êtes pas connecté.
sign-no-script = La connexion a besoin de JavaScript.
sign-no-script-what = Seul un script peut demander une clé d’accès. Activez JavaScript pour cette adresse, ou demandez à { $organisation } de passer par le papier ou de venir en personne.
sign-passkey = Se connecter avec une clé d’accès
sign-how = L’empreinte, le visage ou le code PIN de cet appareil vous sera demandé. Il n’y a pas de mot de passe.
sign-or = Ou par votre organisation
sign-provider = Se connecter avec { $provider }
sign-first = Première visite ?
sign-code = Code de transaction
sign-code-hint = Les six chiffres que { $organisation } vous a donnés à part.
sign-make = Créer une clé d’accès
sign-decline = Non, revenir à { $wallet }

provider-declined = Vous ne vous êtes pas connecté là-bas. Réessayez, ou utilisez une clé d’accès.
provider-old = Votre connexion là-bas est trop ancienne. Réessayez, et donnez encore une fois votre mot de passe.
provider-weak = Votre organisation demande une connexion plus sûre, par exemple avec un second facteur.
provider-unknown = Votre organisation vous connaît, mais ne donne aucun numéro d’agent qui figure sur sa liste ici. Demandez à votre bureau des ressources humaines.

help-title = Besoin d’aide ?
help-call = Appelez { $organisation } :
help-hours = Heures : { $hours }
help-office = Adressez-vous au bureau de { $organisation } qui vous a envoyé l’offre. Il peut aussi vous donner un papier.
help-never = Personne ne vous demandera un code ou un PIN au téléphone ou dans un message.
help-number = Si vous demandez de l’aide, lisez ce numéro : { $number }

trouble-authorization-expired = Cette demande est terminée
trouble-not-found = Il n’y a rien ici
trouble-internal = Une erreur s’est produite chez nous
trouble-other = Cela n’a pas fonctionné
said-authorization-expired = La demande d’un portefeuille vit dix minutes et reçoit une seule réponse. Revenez à votre portefeuille et recommencez.
said-not-found = L’adresse est inconnue, ou ce qu’elle désignait n’existe plus. Revenez à votre portefeuille et recommencez.
said-internal = L’erreur a été enregistrée. Vous pouvez réessayer sans risque.
said-too-many-requests = La même chose a été demandée trop souvent. Attendez quelques minutes et réessayez.
said-ceremony = Cela a duré trop longtemps, ou la réponse a déjà été donnée. Veuillez réessayer.
said-unknown-passkey = Cette clé d’accès n’est pas enregistrée ici. Si on vous a donné un code de transaction, créez une clé avec lui.
said-no-code = Cette demande n’accepte pas de code de transaction. Connectez-vous avec la clé d’accès que vous avez déjà créée.
said-wrong-code = { $tries ->
    [one] Le code de transaction est faux. Il reste { $tries } essai.
   *[other] Le code de transaction est faux. Il reste { $tries } essais.
}
said-code-locked = Après trop de codes faux, l’offre est bloquée. Demandez au bureau qui l’a faite de la renouveler.
said-offer-ended = L’offre est terminée ou a été retirée. Demandez-en une nouvelle au bureau qui l’a faite.
said-code-needed = Le code de transaction manque ou est faux. Il a six chiffres.
said-too-many-passkeys = Vous avez ici autant de clés d’accès qu’une personne peut en avoir. Connectez-vous avec l’une d’elles, ou demandez au bureau d’en retirer une.
said-passkey-refused = La clé d’accès a été refusée. Veuillez réessayer.
said-provider-again = Cela a duré trop longtemps, la réponse a déjà été donnée, ou tout a commencé dans un autre navigateur. Revenez à votre portefeuille et recommencez.
said-provider-refused = La réponse de la connexion de votre organisation ne peut pas servir. Réessayez, ou connectez-vous avec une clé d’accès.
said-provider-unreachable = La connexion de votre organisation ne répond pas. Réessayez plus tard, ou connectez-vous avec une clé d’accès.
said-other = Revenez à votre portefeuille et recommencez. Si cela se répète, demandez de l’aide.

script-did-not-work = Cela n’a pas fonctionné.
script-unreachable = Le service est injoignable. Vérifiez la connexion et réessayez.
script-failed = Le service n’a pas pu faire cela. Réessayez dans un instant.
script-cancelled = L’opération a été annulée ou a pris trop de temps. Vous pouvez réessayer.
script-registered = Cet appareil a déjà votre clé d’accès pour cette organisation. Connectez-vous plutôt avec elle.
script-unsuitable = Cet appareil ne propose aucune clé d’accès que nous acceptons.
script-insecure = Les clés d’accès ne fonctionnent qu’à la bonne adresse, par une connexion sécurisée.
script-passkey = L’appareil n’a pas pu utiliser de clé d’accès.
script-no-passkeys = Ce navigateur ne connaît pas les clés d’accès. Utilisez un navigateur plus récent ou un autre appareil.
