//! Personal data in text, and the functions that protect single values.

use heimdall_tests::Database;

#[test]
fn finds_are_where_it_says() {
    let database = Database::new();
    let text = "Größe 7: Mail ada@example.org or call +1 (415) 555-0123";
    let rows = database.rows(&format!(
        "SELECT kind, substr(t, start, \"end\" - start), (confidence BETWEEN 0.5 AND 1)::text \
         FROM (VALUES ($t${text}$t$)) AS v (t), heimdall.detect_pii(t) ORDER BY start"
    ));
    assert_eq!(rows, [["email", "ada@example.org", "true"], ["phone", "+1 (415) 555-0123", "true"]]);
    assert_eq!(
        database.value(&format!("SELECT heimdall.scrub($t${text}$t$)")),
        "Größe 7: Mail [EMAIL] or call [PHONE]"
    );
    assert_eq!(database.value("SELECT heimdall.scrub('nothing of note')"), "nothing of note");
}

#[test]
fn options_choose_and_others_are_refused() {
    let database = Database::new();
    let scrubbed = |options: &str| {
        database.value(&format!("SELECT heimdall.scrub('ada@example.org from 192.0.2.1', '{options}')"))
    };
    assert_eq!(scrubbed("{}"), "[EMAIL] from 192.0.2.1");
    assert_eq!(scrubbed(r#"{"ip": true}"#), "[EMAIL] from [IP]");
    assert_eq!(scrubbed(r#"{"except": ["email"]}"#), "ada@example.org from 192.0.2.1");
    for options in [r#"{"kind": "email"}"#, r#"{"kinds": ["nonesuch"]}"#, "[]", r#"{"min_confidence": 7}"#] {
        let failure = database.failure(&format!("SELECT heimdall.scrub('x', '{options}')"));
        assert_eq!(failure.code, "22023", "{options}");
        assert!(failure.hint.contains("min_confidence") && failure.hint.contains("email"), "{options}");
    }
    // The options of one row are not those of the next.
    assert_eq!(
        database.value(
            "SELECT string_agg(heimdall.scrub('a@b.org 192.0.2.1', o), ' ' ORDER BY n) \
             FROM (VALUES (1, '{}'::jsonb), (2, '{\"ip\": true}'), (3, '{}')) AS v (n, o)"
        ),
        "[EMAIL] 192.0.2.1 [EMAIL] [IP] [EMAIL] 192.0.2.1"
    );
}

#[test]
fn a_hash_is_the_one_of_the_key() {
    let database = Database::new();
    assert_eq!(
        database.value(
            "SELECT heimdall.canonical_key('email', 'ADA@example.org') = 'Email:' || heimdall.pii_hash('email', 'ada@EXAMPLE.org')"
        ),
        "t"
    );
    assert_eq!(database.failure("SELECT heimdall.pii_hash('nonesuch', 'x')").code, "22023");
    let failure = database.failure("SELECT heimdall.pii_hash('email', 'no address')");
    assert_eq!(failure.code, "22P02");
    assert!(!failure.message.contains("no address"));
}

#[test]
fn a_value_opens_where_it_was_sealed_for() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('notes', 'csv')");
    let opened = |record: &str| {
        format!(
            "SELECT heimdall._unseal('{record}', 'note', heimdall.pii_encrypt('notes', 'Email:1', 'note', 'a secret'))"
        )
    };
    assert_eq!(database.value(&opened("Email:1")), "a secret");
    assert_eq!(database.failure(&opened("Email:2")).code, "XX001");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.data_key"), "1");
    assert_eq!(database.failure("SELECT heimdall.pii_encrypt('nonesuch', 'r', 'f', 'v')").code, "42704");
}

/// A data key that is made in a subtransaction which fails seals nothing that stays.
#[test]
fn a_key_that_was_rolled_back_is_not_used_again() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('notes', 'csv')");
    database.run("CREATE TABLE kept (sealed text)");
    database.run(
        "DO $do$ BEGIN \
           BEGIN PERFORM heimdall.pii_encrypt('notes', 'r', 'f', 'lost'); RAISE division_by_zero; \
           EXCEPTION WHEN division_by_zero THEN NULL; END; \
           INSERT INTO kept SELECT heimdall.pii_encrypt('notes', 'r', 'f', 'kept'); END $do$",
    );
    assert_eq!(database.value("SELECT heimdall._unseal('r', 'f', sealed) FROM kept"), "kept");
}

#[test]
fn who_may_call_them() {
    let database = Database::new();
    let may = |role: &str, function: &str| {
        database.value(&format!("SELECT has_function_privilege('{role}', 'heimdall.{function}', 'EXECUTE')"))
    };
    for role in ["heimdall_ingest", "heimdall_analyst"] {
        for function in ["detect_pii(text, jsonb)", "scrub(text, jsonb)", "pii_hash(text, text)"] {
            assert_eq!(may(role, function), "t", "{role} {function}");
        }
    }
    assert_eq!(may("heimdall_ingest", "pii_encrypt(text, text, text, text)"), "t");
    assert_eq!(may("heimdall_analyst", "pii_encrypt(text, text, text, text)"), "f");
}
