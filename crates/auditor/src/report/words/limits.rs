//! What no audit can show: `docs/threat-model.md`, "What is not solved", as a reader of a report must know it.

use crate::report::Language;

/// Something that no audit can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// In a few words.
    pub title: &'static str,
    /// In a few sentences.
    pub text: &'static str,
}

/// What no audit can show, the most important first.
pub fn limits(language: Language) -> Vec<Limit> {
    LIMITS
        .iter()
        .map(|[title, titre, text, texte]| Limit { title: language.of(title, titre), text: language.of(text, texte) })
        .collect()
}

const LIMITS: &[[&str; 4]] = &[
    [
        "What nobody handed over",
        "Ce que personne n’a remis",
        "The audit looks at what it is given: this database, these files, these records of traffic. Whoever runs the host may have kept something else apart. An audit that the host did not prepare for is worth more than one that it did.",
        "L’audit examine ce qu’on lui remet : cette base de données, ces fichiers, ces relevés de trafic. Qui exploite l’hébergeur a pu garder autre chose à part. Un audit que l’hébergeur n’a pas préparé vaut mieux qu’un audit qu’il a préparé.",
    ],
    [
        "Copies kept elsewhere",
        "Des copies gardées ailleurs",
        "A host may archive what it stores and what passes over its lines. Such copies are as sealed as what was examined, but nobody can show that they were erased.",
        "Un hébergeur peut archiver ce qu’il enregistre et ce qui passe sur ses lignes. Ces copies sont aussi scellées que ce qui a été examiné, mais personne ne peut montrer qu’elles ont été effacées.",
    ],
    [
        "Who connects, and when",
        "Qui se connecte, et quand",
        "While a request is under way, whoever runs the host sees the address that it comes from and the moment. The audit can show that neither is stored in what it looked at. It cannot show that nobody was watching.",
        "Pendant qu’une requête est en cours, qui exploite l’hébergeur voit l’adresse d’où elle vient et l’instant. L’audit peut montrer que ni l’une ni l’autre n’est conservée dans ce qu’il a examiné. Il ne peut pas montrer que personne n’observait.",
    ],
    [
        "What was in memory",
        "Ce qui était en mémoire",
        "The audit looks at what lies on disks and passes over lines, not into the memory of the running host. What is sealed stays sealed there too; addresses and moments do pass through it.",
        "L’audit examine ce qui se trouve sur les disques et passe sur les lignes, non la mémoire de l’hébergeur en marche. Ce qui est scellé le reste là aussi ; les adresses et les instants, eux, y passent.",
    ],
    [
        "A page changed for one person",
        "Une page modifiée pour une seule personne",
        "The page was compared as the auditor received it, if this report says so. A host may once serve another page to one person. Checks from several places and at unexpected times make that dangerous for the host; they do not make it impossible.",
        "La page a été comparée telle que l’auditeur l’a reçue, si ce rapport l’indique. Un hébergeur peut servir une fois une autre page à une seule personne. Des contrôles depuis plusieurs lieux et à des moments inattendus rendent cela dangereux pour lui ; ils ne le rendent pas impossible.",
    ],
    [
        "An event that is being held back",
        "Un événement retenu",
        "A host can act for a while as if the newest booking or answer had not yet arrived. The patient sees that the appointment is not confirmed yet and, after the deadline, is told to call. The audit sees only what the host has accepted.",
        "Un hébergeur peut faire un temps comme si la dernière réservation ou la dernière réponse n’était pas encore arrivée. Le patient voit que le rendez-vous n’est pas encore confirmé et, passé le délai, est invité à téléphoner. L’audit ne voit que ce que l’hébergeur a accepté.",
    ],
    [
        "What a former member has copied",
        "Ce qu’un ancien membre a copié",
        "Whoever belonged to a practice could read what that practice was allowed to read, and may have copied it. Removing a member protects what comes after.",
        "Qui a fait partie d’un cabinet a pu lire ce que ce cabinet avait le droit de lire, et a pu le copier. Le retrait d’un membre protège ce qui vient après.",
    ],
    [
        "The devices of patients and practices",
        "Les appareils des patients et des cabinets",
        "Appointments are readable on the devices of those whom they concern. The audit does not examine these devices.",
        "Les rendez-vous sont lisibles sur les appareils de ceux qu’ils concernent. L’audit n’examine pas ces appareils.",
    ],
    [
        "What a booking link shows",
        "Ce que montre un lien de rendez-vous",
        "Whoever has the booking link of a practice sees its profile and its hours, as any patient does. A host that has the link sees them too, and so the times that are taken; never who booked, how to reach them, or why.",
        "Qui possède le lien de rendez-vous d’un cabinet en voit le profil et les horaires, comme tout patient. Un hébergeur qui possède ce lien les voit aussi, et donc les horaires pris ; jamais qui a réservé, comment joindre cette personne, ni pourquoi.",
    ],
    [
        "What comes before and after",
        "Ce qui vient avant et après",
        "This report is about what was there between its beginning and its end. What was erased before, or is changed after, it cannot show.",
        "Ce rapport porte sur ce qui était là entre son début et sa fin. Ce qui a été effacé avant, ou sera modifié après, il ne peut pas le montrer.",
    ],
];
