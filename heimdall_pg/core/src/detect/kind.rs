//! What detectors look for.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $token:literal;)*) => {
        /// A kind of personal data or of secrets.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: [Kind; [$($name),*].len()] = [$(Kind::$kind),*];

            /// Its name, in lower case.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name,)* }
            }

            /// What [`scrub`](super::scrub) puts in the place of a value.
            pub const fn token(self) -> &'static str {
                match self { $(Kind::$kind => $token,)* }
            }
        }
    };
}

kinds! {
    /// An e-mail address.
    Email = "email", "[EMAIL]";
    /// A telephone number.
    Phone = "phone", "[PHONE]";
    /// The number of a payment card.
    Card = "card", "[CARD]";
    /// An international bank account number.
    Iban = "iban", "[IBAN]";
    /// A password, a key for an API, a private key, a session.
    Credential = "credential", "[CREDENTIAL]";
    /// The name of a person, where its title or the words before it tell.
    Person = "person", "[PERSON]";
    /// A street with a number, or a post-office box.
    Address = "address", "[ADDRESS]";
    /// A date of birth, where the words before it tell.
    BirthDate = "birth_date", "[BIRTH_DATE]";
    /// The address of a Bitcoin wallet.
    Wallet = "wallet", "[WALLET]";
    /// A passport of any country.
    Passport = "passport", "[PASSPORT]";
    /// A driving licence of any country.
    DrivingLicence = "driving_licence", "[DRIVING_LICENCE]";
    /// An identity card of any country.
    IdCard = "id_card", "[ID_CARD]";
    /// A bank account in the form of its country, where the words before it tell.
    BankAccount = "bank_account", "[BANK_ACCOUNT]";
    /// A bank of the United States (ABA routing number).
    UsRouting = "us_routing", "[US_ROUTING]";
    /// United States: social security number.
    UsSsn = "us_ssn", "[US_SSN]";
    /// United States: individual taxpayer identification number.
    UsItin = "us_itin", "[US_ITIN]";
    /// United States: national provider identifier of a health professional.
    UsNpi = "us_npi", "[US_NPI]";
    /// United States: Medicare beneficiary identifier.
    UsMbi = "us_mbi", "[US_MBI]";
    /// United States: registration of a prescriber with the DEA.
    UsDea = "us_dea", "[US_DEA]";
    /// Canada: social insurance number.
    CaSin = "ca_sin", "[CA_SIN]";
    /// Brazil: CPF.
    BrCpf = "br_cpf", "[BR_CPF]";
    /// Mexico: CURP.
    MxCurp = "mx_curp", "[MX_CURP]";
    /// United Kingdom: national insurance number.
    UkNino = "uk_nino", "[UK_NINO]";
    /// United Kingdom: number of the National Health Service.
    UkNhs = "uk_nhs", "[UK_NHS]";
    /// Germany: Steuer-Identifikationsnummer.
    DeTaxId = "de_tax_id", "[DE_TAX_ID]";
    /// Germany: Steuernummer.
    DeTaxNumber = "de_tax_number", "[DE_TAX_NUMBER]";
    /// Germany: Rentenversicherungsnummer.
    DePension = "de_pension", "[DE_PENSION]";
    /// Germany: Krankenversichertennummer.
    DeHealth = "de_health", "[DE_HEALTH]";
    /// France: NIR, the number of social security.
    FrNir = "fr_nir", "[FR_NIR]";
    /// Spain: NIF.
    EsNif = "es_nif", "[ES_NIF]";
    /// Spain: NIE.
    EsNie = "es_nie", "[ES_NIE]";
    /// Italy: codice fiscale.
    ItFiscalCode = "it_fiscal_code", "[IT_FISCAL_CODE]";
    /// Poland: PESEL.
    PlPesel = "pl_pesel", "[PL_PESEL]";
    /// Sweden: personnummer.
    SePersonnummer = "se_personnummer", "[SE_PERSONNUMMER]";
    /// Finland: henkilötunnus.
    FiHetu = "fi_hetu", "[FI_HETU]";
    /// Netherlands: burgerservicenummer.
    NlBsn = "nl_bsn", "[NL_BSN]";
    /// Belgium: rijksregisternummer.
    BeRrn = "be_rrn", "[BE_RRN]";
    /// Switzerland: AHV number.
    ChAhv = "ch_ahv", "[CH_AHV]";
    /// Turkey: T.C. kimlik numarası.
    TrId = "tr_id", "[TR_ID]";
    /// India: Aadhaar.
    InAadhaar = "in_aadhaar", "[IN_AADHAAR]";
    /// India: permanent account number.
    InPan = "in_pan", "[IN_PAN]";
    /// India: number on the electoral roll.
    InVoter = "in_voter", "[IN_VOTER]";
    /// Korea: resident registration number, and that of foreigners.
    KrRrn = "kr_rrn", "[KR_RRN]";
    /// Thailand: national identification number.
    ThId = "th_id", "[TH_ID]";
    /// Singapore: NRIC and FIN.
    SgNric = "sg_nric", "[SG_NRIC]";
    /// China: resident identity number.
    CnId = "cn_id", "[CN_ID]";
    /// Philippines: taxpayer identification number.
    PhTin = "ph_tin", "[PH_TIN]";
    /// Australia: tax file number.
    AuTfn = "au_tfn", "[AU_TFN]";
    /// Australia: business number, which sole traders have as well.
    AuAbn = "au_abn", "[AU_ABN]";
    /// Australia: Medicare card.
    AuMedicare = "au_medicare", "[AU_MEDICARE]";
    /// South Africa: identity number.
    ZaId = "za_id", "[ZA_ID]";
    /// Nigeria: national identification number.
    NgNin = "ng_nin", "[NG_NIN]";
    /// An IP address.
    Ip = "ip", "[IP]";
    /// A hardware address.
    Mac = "mac", "[MAC]";
}

impl Kind {
    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// False for what telemetry is about: it is looked for on request.
    pub const fn by_default(self) -> bool {
        !matches!(self, Kind::Ip | Kind::Mac)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Kind::from_name(&name).ok_or_else(|| D::Error::custom("there is no detector of that name"))
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u64);

impl Kinds {
    pub(super) fn of(kinds: impl IntoIterator<Item = Kind>) -> Kinds {
        Kinds(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u32))
    }

    pub(super) const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u32 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_names_in_capitals() {
        for kind in Kind::ALL {
            assert_eq!(kind.token(), format!("[{}]", kind.name().to_uppercase()));
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
        assert!(Kind::ALL.len() <= u64::BITS as usize);
    }
}
