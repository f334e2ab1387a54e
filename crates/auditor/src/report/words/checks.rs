//! What each check says in a report: a title, and what a finding of it means to somebody who knows nothing of computers.
//!
//! A check without its words does not compile.

use crate::Check;
use crate::report::Language;

struct Words {
    title: (&'static str, &'static str),
    meaning: (&'static str, &'static str),
}

macro_rules! words {
    ($($name:ident $english:literal $french:literal $meaning:literal $sens:literal)*) => {
        fn words(check: Check) -> Words {
            match check { $(Check::$name => Words { title: ($english, $french), meaning: ($meaning, $sens) },)* }
        }
    };
}

/// What was found, in a few words.
pub fn title(check: Check, language: Language) -> &'static str {
    let (english, french) = words(check).title;
    language.of(english, french)
}

/// What it means.
pub fn meaning(check: Check, language: Language) -> &'static str {
    let (english, french) = words(check).meaning;
    language.of(english, french)
}

words! {
    Canary
    "Words invented for the test can be read"
    "Des mots inventés pour le test sont lisibles"
    "Before the audit, appointments with invented names, numbers and reasons were made on the ordinary pages. One of these inventions stands here, as it was typed or in a form that anybody can turn back. What happened to it happens in the same place to the data of real patients."
    "Avant l’audit, des rendez-vous ont été pris sur les pages ordinaires avec des noms, des numéros et des motifs inventés. L’une de ces inventions se trouve ici, telle qu’elle a été saisie ou sous une forme que n’importe qui peut rétablir. Ce qui lui est arrivé arrive au même endroit aux données des vrais patients."

    CanaryHash
    "A hash of an invented number or address was found"
    "L’empreinte d’un numéro ou d’une adresse inventés a été trouvée"
    "Instead of a telephone number or an e-mail address, a value computed from it is kept here. There are few enough numbers and addresses to try them all: whoever holds this value can find what it was computed from."
    "À la place d’un numéro de téléphone ou d’une adresse électronique, une valeur calculée à partir de lui est conservée ici. Les numéros et les adresses sont assez peu nombreux pour être tous essayés : qui détient cette valeur peut retrouver ce dont elle est tirée."

    UndeclaredObject
    "Something in the database is not declared"
    "Un élément de la base de données n’est pas déclaré"
    "The policy lists everything that the database may consist of: tables, columns, indexes, triggers, views, comments. This is not on the list. It need not hold anything readable, but nobody has said what it is for."
    "Le référentiel énumère tout ce dont la base de données peut se composer : tables, colonnes, index, déclencheurs, vues, commentaires. Cet élément n’y figure pas. Il ne contient pas forcément quelque chose de lisible, mais personne n’a dit à quoi il sert."

    MissingObject
    "Something that the policy declares is missing"
    "Un élément que le référentiel déclare est absent"
    "This belongs to the database and is not there. Either the host runs another release than the one that the policy describes, or a safeguard was taken away, such as the rule that a time can be given only once."
    "Cet élément appartient à la base de données et n’y est pas. Ou bien l’hébergeur emploie une autre version que celle que décrit le référentiel, ou bien une protection a été retirée, par exemple la règle qui empêche de donner deux fois le même horaire."

    WrongShape
    "A value has another size or form than declared"
    "Une valeur n’a pas la taille ou la forme déclarée"
    "Everything that is sealed has a fixed size, so that its length says nothing about what is inside. This value has another size or form: it is not what it is said to be, or its length gives something away."
    "Tout ce qui est scellé a une taille fixe, afin que sa longueur ne dise rien de son contenu. Cette valeur a une autre taille ou une autre forme : elle n’est pas ce qu’elle est censée être, ou sa longueur trahit quelque chose."

    NotRandom
    "Values that must look random do not"
    "Des valeurs qui doivent paraître aléatoires ne le paraissent pas"
    "What is properly encrypted cannot be told from numbers drawn by lot. These values can, by the measure that the evidence names. They are not encrypted, or not all of them, or not as they must be."
    "Ce qui est correctement chiffré ne se distingue pas de nombres tirés au sort. Ces valeurs s’en distinguent, par la mesure que les éléments de preuve indiquent. Elles ne sont pas chiffrées, ou pas toutes, ou pas comme elles doivent l’être."

    ClearRun
    "Readable text stands where all must be encrypted"
    "Du texte lisible se trouve là où tout doit être chiffré"
    "This value must be encrypted from beginning to end. Within it stands a run of letters or digits too long to be chance."
    "Cette valeur doit être chiffrée d’un bout à l’autre. Elle contient une suite de lettres ou de chiffres trop longue pour être due au hasard."

    Repeated
    "A value that may occur once occurs again"
    "Une valeur qui ne peut apparaître qu’une fois réapparaît"
    "Each encryption uses values that never return. One of them has returned: the encryption is not used as it must be, or something was copied. Whoever sees both can tell that their contents are related."
    "Chaque chiffrement emploie des valeurs qui ne reviennent jamais. L’une d’elles est revenue : le chiffrement n’est pas employé comme il doit l’être, ou quelque chose a été copié. Qui voit les deux peut savoir que leurs contenus sont liés."

    Correlated
    "A column gives away what is encrypted"
    "Une colonne trahit ce qui est chiffré"
    "The values of this column follow the appointments that were invented for the test: by their length, by their order, or because equal contents give equal values. Whoever reads the column learns something of contents that are sealed."
    "Les valeurs de cette colonne suivent les rendez-vous inventés pour le test : par leur longueur, par leur ordre, ou parce que des contenus égaux donnent des valeurs égales. Qui lit la colonne apprend quelque chose de contenus pourtant scellés."

    TimeTooFine
    "A time is kept more finely than declared"
    "Une heure est conservée plus finement que déclaré"
    "Times are kept only in the steps that the policy names. A finer time helps to tell which request or which visit a stored row belongs to."
    "Les heures ne sont conservées que dans les pas que le référentiel indique. Une heure plus fine aide à savoir à quelle requête ou à quelle visite appartient une ligne enregistrée."

    KeyBeside
    "A secret key lies beside the data"
    "Une clé secrète se trouve à côté des données"
    "A key was found in the same place as what it protects. Whoever takes the data takes the key with them, and the protection is worth nothing."
    "Une clé a été trouvée au même endroit que ce qu’elle protège. Qui emporte les données emporte aussi la clé, et la protection ne vaut plus rien."

    UndeclaredFile
    "A file is not declared"
    "Un fichier n’est pas déclaré"
    "The policy lists the files that a host keeps. This one is not on the list. It need not hold anything readable, but nobody has said what it is for."
    "Le référentiel énumère les fichiers qu’un hébergeur conserve. Celui-ci n’y figure pas. Il ne contient pas forcément quelque chose de lisible, mais personne n’a dit à quoi il sert."

    MemoryDump
    "A copy of a program’s memory lies on the disk"
    "Une copie de la mémoire d’un programme se trouve sur le disque"
    "What a program had in memory was written down here: by a crash, by the system when memory ran short, or on purpose. It can hold addresses, requests and keys that are stored nowhere else."
    "Ce qu’un programme avait en mémoire a été écrit ici : par un arrêt brutal, par le système quand la mémoire manquait, ou exprès. On peut y trouver des adresses, des requêtes et des clés qui ne sont enregistrées nulle part ailleurs."

    Remains
    "What was deleted is still there"
    "Ce qui a été supprimé est encore là"
    "Rows that were deleted can still be read from unused pages of the database, from its journal or from a backup. To delete them was a promise, and it has not been kept here."
    "Des lignes supprimées peuvent encore être lues dans des pages inutilisées de la base de données, dans son journal ou dans une sauvegarde. Les supprimer était une promesse, et elle n’a pas été tenue ici."

    UndeclaredLogField
    "A log says more than it may"
    "Un journal en dit plus qu’il ne doit"
    "Each line of the host’s log may say only what the policy lists. This line says something else, for instance an address, what was asked for, or what a browser tells of itself. Logs are copied more often and kept longer than anything else."
    "Chaque ligne du journal de l’hébergeur ne doit dire que ce que le référentiel énumère. Cette ligne dit autre chose, par exemple une adresse, ce qui a été demandé, ou ce qu’un navigateur dit de lui-même. Les journaux sont copiés plus souvent et gardés plus longtemps que tout le reste."

    UndeclaredTraffic
    "A request or an answer holds something undeclared"
    "Une requête ou une réponse contient un élément non déclaré"
    "The policy lists what the page and the host may say to each other. A request or an answer held something else. It need not be readable, but nobody has said what it is for."
    "Le référentiel énumère ce que la page et l’hébergeur peuvent se dire. Une requête ou une réponse contenait autre chose. Ce n’est pas forcément lisible, mais personne n’a dit à quoi cela sert."

    ThirdParty
    "The page speaks with somebody else"
    "La page communique avec un tiers"
    "A request went to another host than the one examined. That host learns at least the visitor’s address, and that the visitor uses this page."
    "Une requête est partie vers un autre hébergeur que celui qui est examiné. Ce tiers apprend au moins l’adresse du visiteur, et que ce visiteur utilise cette page."

    SizeVaries
    "Lengths differ where all must be equal"
    "Des longueurs diffèrent là où toutes doivent être égales"
    "Requests and answers of one kind must all have the same length. Where they differ, somebody who only watches the line can guess what is inside, although it is encrypted."
    "Les requêtes et les réponses d’une même sorte doivent toutes avoir la même longueur. Là où elles diffèrent, quelqu’un qui ne fait qu’observer la ligne peut deviner ce qu’elles contiennent, bien que ce soit chiffré."

    Tracker
    "Something recognises visitors"
    "Quelque chose reconnaît les visiteurs"
    "A cookie, a lasting number or a fingerprint of the browser was found. With it, several visits of one person can be put together."
    "Un cookie, un numéro durable ou une empreinte du navigateur a été trouvé. Il permet de rapprocher plusieurs visites d’une même personne."

    WrongHeader
    "A safeguard of the page is missing or differs"
    "Une protection de la page manque ou diffère"
    "With each page, the host tells the browser what it must refuse to load or run. One of these orders is missing or is not the declared one, so the page could run code from elsewhere."
    "Avec chaque page, l’hébergeur indique au navigateur ce qu’il doit refuser de charger ou d’exécuter. L’une de ces consignes manque ou n’est pas celle qui est déclarée : la page pourrait exécuter du code venu d’ailleurs."

    WrongAsset
    "The page is not the published one"
    "La page n’est pas celle qui a été publiée"
    "A file of the page differs from the published release. It is on the page that a patient types in clear: a page that was changed can read all of it."
    "Un fichier de la page diffère de la version publiée. C’est sur la page que le patient saisit ses données en clair : une page modifiée peut tout lire."

    UndeclaredMetric
    "A measured figure is not declared"
    "Une mesure n’est pas déclarée"
    "The host counts what it does, for those who run it. The policy lists these figures and how they are divided. This one is not on the list, and could single out a practice or a person."
    "L’hébergeur compte ce qu’il fait, pour ceux qui l’exploitent. Le référentiel énumère ces mesures et leurs subdivisions. Celle-ci n’y figure pas, et pourrait désigner un cabinet ou une personne."

    WeakTransport
    "The way to the host is not protected as it must be"
    "L’accès à l’hébergeur n’est pas protégé comme il le doit"
    "Pages and requests travel through a tunnel (TLS) that nobody on the way can read or change. Here the host accepts an old one that can be broken, or serves its pages without any, so that somebody on the way could put other scripts in their place."
    "Pages et requêtes passent par un tunnel (TLS) que personne en chemin ne peut lire ni modifier. Ici, l’hébergeur en accepte un ancien, qui peut être forcé, ou sert ses pages sans tunnel : quelqu’un en chemin pourrait y substituer d’autres scripts."

    WrongClock
    "The host’s clock is wrong"
    "L’horloge de l’hébergeur n’est pas à l’heure"
    "What the host signs carries the minute of its clock. That clock differs from the auditor’s by more than a few minutes, so deadlines and receipts are off by as much."
    "Ce que signe l’hébergeur porte la minute de son horloge. Elle s’écarte de celle de l’auditeur de plus de quelques minutes : délais et reçus sont décalés d’autant."

    UnloggedRelease
    "The release that is served is not in the public log"
    "La version servie n’est pas au registre public"
    "Each host logs the list of the files that it serves, so that nobody can be served another page without a trace. The list that this host serves is not in its log. A host that was started a moment ago logs it within minutes."
    "Chaque hébergeur inscrit au registre la liste des fichiers qu’il sert, pour que nul ne reçoive une autre page sans trace. La liste que sert cet hébergeur n’y figure pas. Un hébergeur qui vient de démarrer l’inscrit en quelques minutes."

    BadCheckpoint
    "A signed state of the log does not hold"
    "Un état signé du registre public n’est pas valable"
    "The host signs each state of its public log. This signature, or what it is over, is not valid. A log without a valid signature proves nothing."
    "L’hébergeur signe chaque état de son registre public. Cette signature, ou ce sur quoi elle porte, n’est pas valable. Un registre sans signature valable ne prouve rien."

    LogForked
    "The log contradicts itself"
    "Le registre public se contredit"
    "Two states of the log that the host signed cannot belong to one history. It has shown different histories to different people, or has taken something out."
    "Deux états du registre que l’hébergeur a signés ne peuvent appartenir à une même histoire. Il a montré des histoires différentes à des personnes différentes, ou en a retiré quelque chose."

    SmallerTree
    "The log has gone back"
    "Le registre public a reculé"
    "The log shows a smaller tree than one that the host has signed. It has taken entries out, or shows others a log that it does not show here."
    "Le registre montre un arbre plus petit que l’un de ceux que l’hébergeur a signés. Des entrées en ont été retirées, ou d’autres personnes voient un registre qui n’est pas montré ici."

    BadTile
    "The log’s content is not what was signed"
    "Le contenu du registre public n’est pas ce qui a été signé"
    "What the log contains does not give the sum that the host signed. Something was changed, added or lost after the signature."
    "Ce que le registre contient ne donne pas la somme que l’hébergeur a signée. Quelque chose a été modifié, ajouté ou perdu après la signature."

    NoQuorum
    "Too few witnesses have confirmed the log"
    "Trop peu de témoins ont confirmé le registre public"
    "Independent witnesses confirm that everybody is shown the same log. Fewer of them than the policy asks for have confirmed this state."
    "Des témoins indépendants confirment que le même registre est montré à tous. Ceux qui ont confirmé cet état sont moins nombreux que le référentiel ne l’exige."

    LogStale
    "The log is not up to date"
    "Le registre public n’est pas à jour"
    "The newest signed state of the log is older than it may be. What happened since then is not proved by anything yet."
    "Le dernier état signé du registre est plus ancien qu’il ne doit l’être. Rien ne prouve encore ce qui s’est passé depuis."

    NotInLog
    "Something in the database is not in the log"
    "Un élément de la base de données n’est pas dans le registre public"
    "All that the host accepts must be in the public log within the promised time. This is not, though the time is over: it could disappear and nobody would see."
    "Tout ce que l’hébergeur accepte doit figurer dans le registre public dans le délai promis. Cet élément n’y figure pas, bien que le délai soit passé : il pourrait disparaître sans que personne le voie."

    NotInDatabase
    "Something in the history is not in the database"
    "Un élément de l’historique n’est pas dans la base de données"
    "The history of a calendar names something that the database no longer has, though it was not yet to be erased. It was lost, or it is being withheld."
    "L’historique d’un agenda nomme un élément que la base de données n’a plus, alors qu’il ne devait pas encore être effacé. Il a été perdu, ou il est retenu."

    BrokenChain
    "The history of a calendar does not hold together"
    "L’historique d’un agenda ne se tient pas"
    "Each entry in the history of a calendar is tied to the one before it. Here a tie does not hold: an entry was changed, taken out or put in."
    "Chaque entrée de l’historique d’un agenda est liée à la précédente. Ici, un lien ne tient pas : une entrée a été modifiée, retirée ou ajoutée."

    BadReceipt
    "A receipt does not hold"
    "Un reçu n’est pas valable"
    "For all that it accepts, the host gives a signed receipt. The signature on this one is not the host’s, or is not over what the receipt says. The host gave a worthless receipt, or somebody has changed it since."
    "Pour tout ce qu’il accepte, l’hébergeur remet un reçu signé. La signature de celui-ci n’est pas celle de l’hébergeur, ou ne porte pas sur ce que dit le reçu. L’hébergeur a remis un reçu sans valeur, ou quelqu’un l’a modifié depuis."

    BrokenPromise
    "The host has broken a promise that it signed"
    "L’hébergeur n’a pas tenu une promesse signée"
    "With this receipt, the host promised to enter something into the public log within a given time. The time is over, and it is not there."
    "Par ce reçu, l’hébergeur a promis d’inscrire un élément au registre public dans un délai donné. Le délai est passé, et l’élément n’y est pas."

    SignedTwice
    "The host has signed two different histories"
    "L’hébergeur a signé deux histoires différentes"
    "For one and the same place in the history of a calendar, the host has signed two different entries. The two signatures together prove it, and anybody can check them."
    "Pour une seule et même place dans l’historique d’un agenda, l’hébergeur a signé deux entrées différentes. Les deux signatures ensemble le prouvent, et chacun peut les vérifier."

    DoubleClaim
    "One time was given twice"
    "Un même horaire a été donné deux fois"
    "Two appointments hold the same time, and between them the history shows nothing that gave it back. The host must refuse the second one."
    "Deux rendez-vous occupent le même horaire, et l’historique ne montre entre eux rien qui l’ait libéré. L’hébergeur doit refuser le second."

    FalseClaimSet
    "The host has signed a false list of taken times"
    "L’hébergeur a signé une fausse liste d’horaires pris"
    "The list of taken times that the host signed does not agree with the history of the calendar at that moment. It showed a time as taken that was free, or as free that was taken."
    "La liste des horaires pris que l’hébergeur a signée ne concorde pas avec l’historique de l’agenda à ce moment-là. Il a présenté comme pris un horaire libre, ou comme libre un horaire pris."

    NotPurged
    "What had to be erased is still there"
    "Ce qui devait être effacé est encore là"
    "After the promised time, the sealed content of old appointments must be erased. Here it still is."
    "Passé le délai promis, le contenu scellé des anciens rendez-vous doit être effacé. Ici, il est encore présent."

    SkeletonGone
    "The trace of what was erased is gone as well"
    "La trace de ce qui a été effacé a disparu aussi"
    "When content is erased, a number and a hash of it stay, so that erasure can be told from loss. They are missing here: nobody can tell which of the two it was."
    "Quand un contenu est effacé, un numéro et une empreinte en restent, pour distinguer l’effacement de la perte. Ils manquent ici : personne ne peut dire lequel des deux a eu lieu."

    Unreadable
    "Something could not be looked at"
    "Un élément n’a pas pu être examiné"
    "This was to be looked at, and could not be. The report says nothing about it."
    "Cet élément devait être examiné, et n’a pas pu l’être. Le rapport n’en dit rien."
}
