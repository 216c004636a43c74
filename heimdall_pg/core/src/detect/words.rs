//! What is looked for by its letters: words that speak for a kind, and signs with which a value begins.
//!
//! All of them are found in one pass over the text, by an automaton that looks at each byte once.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Kind;
use super::key::PREFIXES;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A word that speaks for these kinds.
    Context(&'static [Kind]),
    /// What scrubbing leaves.
    Token(Kind),
    /// `@`.
    At,
    /// `://`.
    Scheme,
    /// The beginning of a key, at that place of its table.
    Prefix(usize),
    /// The name of a password: whatever is given to it.
    Password,
    /// The name of a key or a token: what is given to it, where it looks like one.
    Secret,
    /// The name of a scheme of HTTP authentication.
    Authentication(Authentication),
    /// The first line of a private key.
    PrivateKey,
    /// The title of a person.
    Title,
    /// Words behind which a name stands.
    NameIs,
    /// A name of a form's field in which two words are a name.
    NameField,
    /// Post-office boxes.
    PostBox,
}

/// Schemes of HTTP authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authentication {
    /// RFC 7617.
    Basic,
    /// RFC 6750.
    Bearer,
}

use Kind::*;

const TAX: &[Kind] =
    &[UsItin, UsSsn, DeTaxId, DeTaxNumber, PhTin, AuTfn, EsNif, EsNie, ItFiscalCode, BrCpf, InPan, CaSin];
const IDENTITY: &[Kind] = &[
    IdCard,
    EsNif,
    EsNie,
    PlPesel,
    SePersonnummer,
    FiHetu,
    NlBsn,
    BeRrn,
    TrId,
    InAadhaar,
    KrRrn,
    ThId,
    SgNric,
    CnId,
    ZaId,
    NgNin,
    BrCpf,
    MxCurp,
    ChAhv,
    UkNino,
];
const SOCIAL: &[Kind] = &[UsSsn, CaSin, FrNir, UkNino, DePension, ChAhv, BeRrn];

/// Words that speak for kinds. They count where a word begins.
const CONTEXTS: &[(&[Kind], &[&str])] = &[
    (
        &[Phone],
        &[
            "phone",
            "telephone",
            "telefon",
            "teléfono",
            "téléphone",
            "tel.",
            "tel:",
            "tel ",
            "tel=",
            "mobile",
            "mobil:",
            "cell:",
            "cellphone",
            "handy:",
            "msisdn",
            "whatsapp",
            "fax",
            "call me",
            "call us",
            "call him",
            "call her",
            "reach me",
            "text me",
            "sms",
            "answering at",
            "messages to",
            "desk:",
            "office:",
            "hotline",
            "phones",
            "contact number",
        ],
    ),
    (
        &[Card],
        &[
            "card",
            "credit",
            "debit",
            "cc ",
            "cc:",
            "ccnum",
            "visa",
            "mastercard",
            "amex",
            "maestro",
            "kreditkarte",
            "carte bancaire",
            "tarjeta",
            "card_number",
            "cardnumber",
        ],
    ),
    (&[Iban], &["iban"]),
    (
        &[BankAccount],
        &[
            "bank account",
            "account number",
            "acct no",
            "account no",
            "banking account",
            "kontonummer",
            "bank acct",
        ],
    ),
    (&[UsRouting], &["routing", "aba"]),
    (
        &[Passport],
        &[
            "passport",
            "reisepass",
            "pass-nr",
            "pasaporte",
            "passeport",
            "passaporto",
            "passnummer",
            "paspoort",
            "여권",
        ],
    ),
    (
        &[DrivingLicence],
        &[
            "driver",
            "driving",
            "licence",
            "license",
            "permit",
            "führerschein",
            "fahrerlaubnis",
            "fuehrerschein",
            "patente",
            "permis de conduire",
            "운전면허",
        ],
    ),
    (
        &[IdCard],
        &[
            "id card",
            "identity card",
            "personalausweis",
            "ausweis",
            "carta d'identità",
            "carta identita",
            "ausweisnummer",
        ],
    ),
    (
        IDENTITY,
        &[
            "national id",
            "identity number",
            "identity no",
            "id number",
            "id no",
            "identification number",
            "identification no",
            "national identity",
            "personal number",
            "personal id",
        ],
    ),
    (
        SOCIAL,
        &[
            "social security",
            "social insurance",
            "sécurité sociale",
            "securite sociale",
            "sozialversicherung",
            "nir ",
            "nir:",
        ],
    ),
    (TAX, &["tax id", "tax number", "taxpayer", "tax no", "tax file", "tin ", "tin:", "taxid"]),
    (&[UsSsn], &["ssn", "ssns", "ssid", "soc sec"]),
    (&[UsItin], &["itin"]),
    (&[UsNpi], &["npi", "provider identifier", "national provider"]),
    (&[UsMbi], &["mbi", "beneficiary"]),
    (&[UsDea], &["dea", "certificate number", "prescriber"]),
    (&[CaSin], &["sin ", "sin:", "nas:", "nas ", "assurance sociale"]),
    (&[BrCpf], &["cpf"]),
    (&[MxCurp], &["curp"]),
    (&[UkNino], &["nino", "national insurance", "ni number"]),
    (&[UkNhs], &["nhs"]),
    (
        &[DeTaxId],
        &[
            "steuer-id",
            "steueridentifikationsnummer",
            "steuerliche identifikationsnummer",
            "idnr",
            "steuer-identifikationsnummer",
            "steuerid",
        ],
    ),
    (&[DeTaxNumber], &["steuernummer", "st.-nr", "st-nr", "steuer-nr"]),
    (
        &[DePension],
        &["rentenversicherung", "rvnr", "versicherungsnummer", "sv-nummer", "sozialversicherungsnummer"],
    ),
    (&[DeHealth], &["krankenversicher", "kvnr", "krankenkasse", "versichertennummer", "gesundheitskarte"]),
    (&[EsNif], &["nif", "dni"]),
    (&[EsNie], &["nie:", "nie "]),
    (&[ItFiscalCode], &["codice fiscale"]),
    (&[PlPesel], &["pesel"]),
    (&[SePersonnummer], &["personnummer", "personal identity", "samordningsnummer"]),
    (&[FiHetu], &["hetu", "henkilötunnus", "henkilotunnus"]),
    (&[NlBsn], &["bsn", "burgerservicenummer", "sofinummer"]),
    (&[BeRrn], &["rijksregister", "registre national", "insz"]),
    (&[ChAhv], &["ahv", "avs"]),
    (&[TrId], &["kimlik", "tckn", "tc no"]),
    (&[InAadhaar], &["aadhaar", "aadhar", "uidai"]),
    (&[InPan], &["pan ", "pan:", "permanent account"]),
    (&[InVoter], &["voter", "epic no", "elector", "vote "]),
    (&[KrRrn], &["resident registration", "rrn", "주민등록", "alien registration", "foreign registration"]),
    (&[ThId], &["thai national", "thai id", "บัตรประชาชน"]),
    (&[SgNric], &["nric", "fin ", "fin:"]),
    (&[CnId], &["身份证", "resident identity"]),
    (&[AuTfn], &["tfn", "tax file number"]),
    (&[AuAbn], &["abn", "business number"]),
    (&[AuMedicare, UsMbi], &["medicare"]),
    (&[ZaId], &["rsa id", "sa id", "south african id"]),
    (&[NgNin], &["nin ", "nin:"]),
    (
        &[BirthDate],
        &[
            "date of birth",
            "born on",
            "born:",
            "birthday",
            "birthdate",
            "birth date",
            "dob",
            "date_of_birth",
            "geburtsdatum",
            "geboren am",
            "né le",
            "née le",
            "date de naissance",
            "fecha de nacimiento",
            "data di nascita",
            "nato il",
            "nata il",
        ],
    ),
    (&[Wallet], &["wallet", "bitcoin", "btc", "ethereum"]),
];

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "passwort",
    "kennwort",
    "contraseña",
    "mot de passe",
    "passcode",
    "userpass",
    "dbpass",
    "db_pass",
    "pgpassword",
    "mysql_pwd",
];
const SECRETS: &[&str] = &[
    "secret",
    "client_secret",
    "clientsecret",
    "secret_key",
    "secretkey",
    "secret_access_key",
    "secretaccesskey",
    "api_key",
    "apikey",
    "api-key",
    "api key",
    "access_token",
    "accesstoken",
    "auth_token",
    "authtoken",
    "refresh_token",
   
    "session_token",
    "x-auth-token",
    "private_token",
    "private_key",
    "access_key",
    "accountkey",
    "sharedaccesskey",
    "sessionid",
    "session_id",
    "phpsessid",
    "jsessionid",
    "asp.net_sessionid",
    "connect.sid",
    "csrftoken",
    "xsrf-token",
    "token",
    "credentials",
    "x-api-key",
    "authorization",
   
   
   
    "encryption_key",
    "signing_key",
    "webhook_secret",
    "otp",
    "x-amz-signature",
    "x-amz-security-token",
    "x-goog-signature",
    "&sig",
    "?sig",
    "id_token",
];
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "professor",
    "doctor",
    "herr",
    "frau",
    "herrn",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "señor",
    "señora",
    "signor",
    "signora",
    "signore",
    "sra",
    "dhr",
    "mevr",
    "mister",
    "dear",
];
const NAME_IS: &[&str] = &[
    "my name is",
    "his name is",
    "her name is",
    "name's",
    "i am called",
    "ich heiße",
    "mein name ist",
    "je m'appelle",
    "me llamo",
    "mi chiamo",
    "this is dr",
    "sincerely,",
    "regards,",
    "directed by:",
    "invented by",
    "written by",
    "signed by",
];
const NAME_FIELDS: &[&str] = &[
    "name:",
    "full name:",
    "full_name:",
    "fullname:",
    "customer:",
    "patient:",
    "client name:",
    "contact:",
    "cardholder:",
    "account holder:",
    "employee:",
    "attn:",
    "address:",
    "nombre:",
    "vorname:",
    "nachname:",
];

/// The automaton and what its patterns mean.
pub(super) struct Words {
    automaton: Option<AhoCorasick>,
    signs: Vec<Sign>,
}

/// One of them in a text.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    pub(super) sign: Sign,
    pub(super) start: usize,
    pub(super) end: usize,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut patterns: Vec<&str> = Vec::new();
    let mut signs: Vec<Sign> = Vec::new();
    let mut add = |sign: Sign, texts: &[&'static str]| {
        for text in texts {
            patterns.push(text);
            signs.push(sign);
        }
    };
    add(Sign::At, &["@"]);
    add(Sign::Scheme, &["://"]);
    add(Sign::PrivateKey, &["-----begin"]);
    add(Sign::Authentication(Authentication::Basic), &["basic "]);
    add(Sign::Authentication(Authentication::Bearer), &["bearer "]);
    add(Sign::PostBox, &["po box", "p.o. box", "psc ", "postfach", "apartado", "unit "]);
    Kind::ALL.into_iter().for_each(|kind| add(Sign::Token(kind), &[kind.token()]));
    CONTEXTS.iter().for_each(|(kinds, words)| add(Sign::Context(kinds), words));
    for (sign, words) in [
        (Sign::Password, PASSWORDS),
        (Sign::Secret, SECRETS),
        (Sign::Title, TITLES),
        (Sign::NameIs, NAME_IS),
        (Sign::NameField, NAME_FIELDS),
    ] {
        add(sign, words);
    }
    for (at, prefix) in PREFIXES.iter().enumerate() {
        add(Sign::Prefix(at), &[prefix.text]);
    }
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(patterns);
    // Some thousand states, of which an automaton has room for millions.
    Words { automaton: automaton.ok(), signs }
});

/// The signs of a text, in order and without overlaps; the longest where several begin.
pub(super) fn signs(text: &str) -> impl Iterator<Item = Hit> {
    let words = &*WORDS;
    words.automaton.iter().flat_map(move |automaton| automaton.find_iter(text)).filter_map(|found| {
        let sign = *words.signs.get(found.pattern().as_usize())?;
        Some(Hit { sign, start: found.start(), end: found.end() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_automaton_is_there() {
        assert!(WORDS.automaton.is_some());
        let found: Vec<Sign> = signs("My SSN and [EMAIL] @").map(|hit| hit.sign).collect();
        assert_eq!(found, [Sign::Context(&[UsSsn]), Sign::Token(Email), Sign::At]);
    }

    /// A pattern that comes twice would be found under its first meaning only.
    #[test]
    fn no_word_has_two_meanings() {
        let mut words: Vec<&str> = CONTEXTS.iter().flat_map(|(_, words)| *words).copied().collect();
        words.extend([PASSWORDS, SECRETS, TITLES, NAME_IS, NAME_FIELDS].concat());
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
