moment = { $day } { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year } à { $time } UTC

outcome-valid = Valide. Tout ce que demande « { $policy } » est rempli.
outcome-valid-optional = Valide. La signature, les dates et le statut sont bons ; le droit de l’émetteur à le délivrer n’était pas exigé ici.
outcome-invalid = Non valide. { $because }
outcome-undetermined = Indécis. { $because }

wellFormed = Le justificatif est écrit comme la norme l’exige.
holds = Cela vaut pour la présentation elle-même.
proofHolds = La signature est bonne : rien n’a été changé depuis qu’elle a été faite.
noKey = { $subject ->
    [presentation] La signature n’a pas pu être contrôlée, car la clé de la personne n’a pas été trouvée.
   *[credential] La signature n’a pas pu être contrôlée, car la clé de l’émetteur n’a pas été trouvée.
}
notReached = Ce point n’a pas été examiné, car le justificatif n’est pas authentique.
nothingToCheck = Il n’y avait aucun justificatif sur lequel le contrôler.
unreadable = La réponse n’est dans aucune forme lisible.

registryUnreachable = Ce point n’a pas pu être contrôlé, car le registre est injoignable en ce moment.
registryStale = Ce point n’a pas pu être contrôlé, car l’état le plus récent du registre est trop ancien pour s’y fier.
registryUnproven = Ce point n’a pas pu être contrôlé, car le nœud du registre n’a pas prouvé sa réponse.
registryTooOld = Ce point n’a pas pu être contrôlé, car ce que l’on sait du registre est plus ancien que la politique ne le permet.
notInPack = Ce point n’a pas pu être contrôlé, car le paquet hors ligne n’en dit rien.

issuerWithoutDid = L’identifiant de l’émetteur ne dit pas quelles clés sont les siennes : on ne sait donc pas s’il a signé.
keyOfIdentifier = La signature vient de la clé que désigne l’identifiant de l’émetteur.
keyHoldsNow = La signature vient d’une clé qui appartient aujourd’hui à l’émetteur.
keyHeldAtIssue = La clé appartenait à l’émetteur quand le justificatif a été enregistré le { $issuedAt }.
issuerUnknown = Le registre ne connaît pas l’émetteur.
keyNotIssuers = La signature a été faite avec une clé qui n’a jamais appartenu à l’émetteur.
keyCompromised = { $has-issuedAt ->
    [yes] La clé qui a signé ce justificatif a été déclarée volée le { $compromisedAt }, avant l’enregistrement du justificatif.
   *[no] La clé qui a signé ce justificatif a été déclarée volée le { $compromisedAt }, et rien ne prouve qu’il a été signé avant.
}
keyStopped = Les membres du registre ont arrêté le { $stoppedAt } la clé qui a signé ce justificatif.
keyRetired = La clé qui a signé ce justificatif a été retirée le { $retiredAt }, et rien ne prouve que le justificatif est plus ancien.
keyNotYetHeld = Le justificatif a été enregistré le { $issuedAt }, avant que l’émetteur n’ait la clé qui l’a signé.
keyRetiredBeforeIssue = La clé qui a signé ce justificatif a été retirée le { $retiredAt }, mais le justificatif n’a été enregistré que le { $issuedAt }.
issuerKey-issuerStopped = Les membres du registre ont arrêté l’émetteur le { $stoppedAt }.
issuerKey-issuerDeactivated = L’émetteur a abandonné son identifiant le { $deactivatedAt }.

accredited = { $has-issuedAt ->
    [yes] L’émetteur était accrédité le { $issuedAt } pour délivrer ce type de justificatif pour cette organisation.
   *[no] L’émetteur est accrédité pour délivrer ce type de justificatif pour cette organisation.
}
notAccredited = { $has-headerHeight ->
    [yes] L’émetteur n’est pas accrédité pour délivrer ce type de justificatif.
   *[no] L’émetteur n’est pas dans le registre : personne ne dit qu’il peut délivrer ce justificatif.
}
accreditationOptional = { $has-registrySays ->
    [yes] Le registre ne dit pas que l’émetteur avait le droit de délivrer ce justificatif ; ce n’est pas exigé ici.
   *[no] Le droit de l’émetteur à délivrer ce justificatif n’a pas été contrôlé : ce n’est pas exigé ici, et l’émetteur n’est pas dans le registre.
}
accreditationSuspended = L’accréditation de l’émetteur pour ce type de justificatif était suspendue au moment qui compte.
accreditationWithdrawn = L’accréditation de l’émetteur pour ce type de justificatif a pris fin le { $endedAt }, et rien ne prouve que le justificatif est plus ancien.
notAccreditedAtIssue = L’émetteur n’était pas accrédité pour ce type de justificatif quand celui-ci a été enregistré le { $issuedAt }.
organisationMissing = Le justificatif ne dit pas pour quelle organisation parle l’émetteur.
otherOrganisation = L’émetteur peut délivrer ce type de justificatif, mais pas pour l’organisation nommée ici.
noType = Le justificatif n’est d’aucun type pour lequel un émetteur pourrait être accrédité.
issuerStopped = Les membres du registre avaient arrêté l’émetteur en urgence.
notMember = L’organisation derrière l’émetteur n’était pas un membre actif du registre.
issuerDeactivated = Un identifiant sur lequel repose l’accréditation n’était pas en usage.
delegationBroken = L’émetteur a été accrédité par une autre organisation qui n’en avait pas le droit.

schemaHolds = Le contenu a la forme décrite pour ce type de justificatif.
schemaViolated = Le contenu n’a pas la forme décrite pour ce type de justificatif.
schemaUnknown = La description du contenu que nomme le justificatif n’est pas dans le registre.
schemaMismatch = La description du contenu à son adresse n’est pas celle du registre.
schemaNotVouchedFor = Le contenu n’a pas été contrôlé, car personne ne répond de sa description.
schemaUnreachable = La description du contenu n’a pas pu être obtenue.
schemaUnusable = La description du contenu est inutilisable.
noSchema = Le justificatif ne nomme aucune description de son contenu.

inForce = La date d’aujourd’hui est comprise dans les dates du justificatif.
endsTooSoon = Le justificatif prend fin plus tôt que la politique ne le permet.
issuedTooLongAgo = Le justificatif a été délivré le { $issuedAt }, il y a plus longtemps que la politique ne le permet.

notRevoked = Le justificatif n’est ni suspendu ni révoqué.
suspended = L’émetteur a suspendu ce justificatif ; il peut être rétabli plus tard.
revoked = L’émetteur a révoqué ce justificatif définitivement.
noStatus-pass = Le justificatif ne nomme aucune liste de statuts ; il est pris tel quel.
noStatus-fail = Le justificatif ne peut être ni suspendu ni révoqué, ce que cette politique n’accepte pas.
noStatus-notChecked = Le statut n’a pas pu être contrôlé.
noIssuer = Le statut n’a pas pu être contrôlé, car aucun émetteur n’est nommé.
statusIndex = La liste de statuts n’a pas d’entrée pour ce justificatif.
statusListAddress = La liste de statuts n’a pas d’adresse utilisable.
statusListLength = La liste de statuts est plus courte que la norme ne le permet.
statusListMalformed = La liste de statuts est illisible ; on ne peut pas se fier au statut.
statusListMismatch = L’émetteur montre une autre liste de statuts que celle qu’il a enregistrée ; on ne peut pas se fier au statut.
statusListRefused = La liste de statuts est à une adresse que ce vérificateur ne consulte pas.
statusListTooLong = Le statut n’a pas pu être contrôlé, car la liste est trop longue.
statusListUnreachable = Le statut n’a pas pu être contrôlé, car la liste de statuts ne peut pas être obtenue.
statusListUnregistered = L’émetteur n’a jamais enregistré la liste de statuts que nomme le justificatif.
statusListUntrusted = La liste de statuts n’a pas été faite par l’émetteur ; on ne peut pas se fier au statut.
statusListUnverified = Le statut n’a pas pu être contrôlé, car la signature de la liste n’a pas pu l’être.
statusPurpose = La liste de statuts a un autre but que celui que dit le justificatif.
statusTooOld = La liste de statuts est plus ancienne que la politique ne le permet ; une révocation plus récente peut y manquer.
statusTypeUnknown = Le justificatif nomme un type de statut que ce vérificateur ne connaît pas.
statusUnknown = L’émetteur a marqué ce justificatif d’une façon que ce vérificateur ne connaît pas.

holderBound = La personne qui le présente détient la clé à laquelle le justificatif a été délivré.
noPresentation = Personne n’a montré que le justificatif est le sien : il a été remis seul.
replayable = La présentation est signée par son titulaire, mais rien ne montre qu’elle a été faite pour cette occasion.
presenterOnly = La présentation a été signée pour cette occasion ; il n’était pas exigé que le justificatif appartienne à la personne.

policyHolds = { $subject ->
    [presentation] La politique ne demande rien de plus.
   *[credential] Le justificatif est celui qui a été demandé.
}
noQuery = La politique ne demande rien.
noCredential = La réponse ne contient aucun justificatif.
policy-tooManyCredentials = La réponse contient plus de justificatifs que demandé.
tooManyPresentations = La réponse contient plus que ce qui a été demandé.
notAskedFor = La réponse contient quelque chose qui n’a pas été demandé.
notAskedFor-notChecked = Il n’a pas été demandé si le justificatif appartient à la personne ; une copie aurait la même apparence.
incomplete = La réponse ne contient pas tout ce qui a été demandé.
otherFormat = Le justificatif est dans un autre format que celui demandé.
otherType = C’est un autre type de justificatif que celui demandé.
claimsMissing = Le justificatif ne montre pas tout ce qui a été demandé.
otherAuthority = Le justificatif ne vient pas d’un émetteur placé sous les autorités nommées.
issuerNotListed = La politique n’accepte que d’autres émetteurs.
openedByLess = Le portefeuille a été ouvert avec un code PIN, et la politique exige une clé d’accès. La personne peut l’ouvrir avec une clé d’accès et répondre de nouveau.
openedByLessLook = Le portefeuille a été ouvert avec un code PIN seulement. La politique vous demande de vous assurer d’une autre manière qu’il s’agit bien de cette personne, par exemple par un document.
byRepresentative = Quelqu’un a agi pour la personne, et la politique exige la personne elle-même. La personne peut répondre de nouveau en personne.
byRepresentativeLook = Quelqu’un a agi pour la personne. La politique vous demande de vérifier qu’il peut le faire pour elle, par exemple d’après le document qui le dit.
timeOfIssueNotProven = Rien ne prouve quand le justificatif a été délivré, ce que cette politique exige.
receiptForm = Le reçu ne prouve pas quand ce justificatif a été délivré.
receiptMismatch = { receiptForm }
receiptOfAnotherIssuer = { receiptForm }
receiptUnknown = { receiptForm }
transactionForm = Ce qui devait être approuvé n’est plus lisible.
notApproved = La personne n’a pas approuvé tout ce qui devait l’être.
otherTransaction = La clé de la personne approuve autre chose que ce qui a été demandé.

predicateUnanswered = Pas de réponse possible : aucun justificatif valable n’en dit rien.
predicateUnrevealed = Le justificatif ne révèle pas ce qui permettrait de répondre.
predicateDate = Une date que lit la politique est incompréhensible.
currentStaff = La personne travaille aujourd’hui pour l’organisation.
staffNotYet = L’engagement n’a pas commencé.
staffNoMore = L’engagement a pris fin.
cleared = La personne est habilitée au niveau qu’exige la politique.
clearanceTooLow = La personne n’est pas habilitée au niveau qu’exige la politique.
clearanceOver = L’habilitation a pris fin.
clearanceUnknown = Le niveau de l’habilitation n’est pas connu ici.
trained = La personne a suivi la formation dans le délai qu’exige la politique.
trainedTooLongAgo = La formation a été suivie il y a plus longtemps que la politique ne le permet.
trainedInFuture = La formation est dite suivie à une date qui n’est pas encore venue.
otherCourse = C’est une autre formation que celle qu’exige la politique.

expired = Le justificatif a expiré.
notYetValid = Le justificatif n’est pas encore valable.
proofExpired = La signature ne devait valoir que jusqu’à un moment qui est passé.
nonce = La réponse n’a pas été faite pour cette demande ; c’est peut-être la copie d’une réponse antérieure.
challenge = { nonce }
audience = La réponse a été faite pour quelqu’un d’autre.
domain = { audience }
keyBindingTime = La réponse n’a pas été faite à l’instant ; c’est peut-être la copie d’une réponse antérieure.
keyBindingMissing = La personne n’a pas signé la réponse.
notTheHolder = Le justificatif n’a pas été délivré à la personne qui le présente.
notBound = { notTheHolder }
proofPurpose = La clé a servi à autre chose que ce pour quoi elle est prévue.
keyPurpose = { proofPurpose }
cryptosuite = Le justificatif est signé d’une façon que ce vérificateur ne connaît pas.
jwtAlgorithm = { cryptosuite }
unknownContext = Le justificatif emploie des mots dont ce vérificateur ne connaît pas le sens.
undefinedTerm = { unknownContext }
proofMissing = Le justificatif n’est pas signé.
fault = Le justificatif ne tient pas.
fault-form = Le justificatif n’est pas écrit comme la norme l’exige.
fault-proof = La signature n’est pas bonne : le contenu a été changé, ou quelqu’un d’autre l’a signé.
fault-issuerKey = La clé qui a signé n’appartient pas à l’émetteur.
fault-validity = Les dates du justificatif ne tiennent pas.
fault-holderBinding = La personne qui le présente n’a pas pu montrer que le justificatif est le sien.
unfinished = Ce point n’a pas pu être contrôlé en ce moment.
unfinished-issuerKey = La clé de l’émetteur n’a pas pu être consultée en ce moment.
unfinished-holderBinding = La clé de la personne qui le présente n’a pas pu être consultée en ce moment.

check-form = Forme
check-proof = Signature
check-issuerKey = Clé de l’émetteur
check-accreditation = Accréditation
check-schema = Contenu
check-validity = Dates
check-status = Suspension ou révocation
check-holderBinding = Personne qui le présente
check-policy = Ce qui a été demandé
predicate-currentStaff = Personnel en activité
predicate-clearedTo = Habilitation de sécurité
predicate-trained = Formation
result-pass = Réussi
result-fail = Échec
result-notChecked = Non contrôlé
word-valid = Valide
word-invalid = Non valide
word-undetermined = Indécis

page-credential = Justificatif
page-issued-by = Délivré par
page-kept-until = Les données personnelles sont effacées ici le { $until }.
page-not-kept = Les données personnelles ne sont pas conservées ici.
page-checks = Ce qui a été contrôlé
page-predicates = Ce que la politique demande en outre
page-optional = facultatif
page-report = Rapport
page-policy = Politique
page-checked-at = Contrôlé
page-evidence = Preuves
page-code = Code
page-language = Langue
page-receipt = Reçu signé
page-again = Contrôler un autre
paper-valid-from = Valable à partir du
paper-valid-until = Valable jusqu’au
paper-how = Qui reçoit cette page la contrôle au moyen des codes ci-dessous ou de ce fichier, au guichet d’un organisme ou sur la page d’un vérificateur. La signature de l’émetteur figure dans le justificatif qu’ils contiennent ; les mots imprimés ici n’en sont que la présentation et ne prouvent rien par eux-mêmes.
paper-copies = Une copie peut être montrée par n’importe qui jusqu’à l’expiration ou à la révocation du justificatif. Lorsqu’il importe de savoir qui le présente, demandez une réponse du portefeuille de la personne.

evidence-accreditedSince = Accrédité depuis
evidence-anchorHeaderHash = En-tête du bloc de l’enregistrement
evidence-anchorHeight = Bloc de l’enregistrement
evidence-anchorSequence = Numéro de l’enregistrement
evidence-at = Endroit
evidence-checkedAt = Contrôlé
evidence-compromisedAt = Déclarée volée
evidence-day = Jour qui compte
evidence-deactivatedAt = Abandonné
evidence-demandedCourse = Formation exigée
evidence-demandedLevel = Niveau exigé
evidence-detail = Détail
evidence-endedAt = Fin
evidence-fault = Défaut
evidence-grantedBy = Accordée par
evidence-headerAgeSeconds = Âge du bloc en secondes
evidence-headerHash = En-tête du bloc
evidence-headerHeight = Bloc
evidence-headerTime = Heure du bloc
evidence-issuedAt = Moment de délivrance prouvé
evidence-issuer = Émetteur
evidence-listAgeSeconds = Âge de la liste en secondes
evidence-listDigest = Empreinte de la liste
evidence-listPublishedAt = Liste publiée
evidence-listVersion = Version de la liste
evidence-longestAgeSeconds = Âge maximal permis en secondes
evidence-neededUntil = Nécessaire jusqu’au
evidence-onChain = Enregistrée sur la chaîne
evidence-predicate = Réponse
evidence-registrySays = Le registre dit
evidence-retiredAt = Retirée
evidence-rule = Règle
evidence-schema = Description
evidence-schemaDigest = Empreinte de la description
evidence-shownDigest = Empreinte de la liste montrée
evidence-shownList = Liste montrée
evidence-speaksFor = Parle pour
evidence-statusList = Liste de statuts
evidence-statusMessage = Ce que dit l'émetteur
evidence-statusType = Type de statut
evidence-stoppedAt = Arrêt
evidence-through = Accrédité par l’intermédiaire de
evidence-type = Type de justificatif
evidence-validFrom = Valable à partir du
evidence-validUntil = Valable jusqu’au
evidence-verificationMethod = Clé
evidence-withinDays = Délai en jours
