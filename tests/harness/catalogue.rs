//! What the catalogue says of the extension's objects, in a form that can be compared.

use std::collections::BTreeMap;

use crate::Database;

/// Every object by kind and name, with what is to be said of it.
pub type Catalogue = BTreeMap<String, String>;

/// The extension's members.
const MEMBERS: &str = "
    WITH member AS (
        SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
        WHERE e.extname = 'heimdall' AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
    ), relation AS (
        SELECT c.*, c.oid::regclass::text AS name
        FROM pg_class AS c JOIN member AS m ON m.objid = c.oid AND m.classid = 'pg_class'::regclass
    )";

/// Kinds of what belongs to the extension: name, and what a fresh install and an upgrade have to agree in.
const KINDS: [&str; 10] = [
    // Whatever it is: that it is there, its first rights, its comment.
    "SELECT i.type || ' ' || i.identity,
            concat_ws(' ', (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.initprivs) AS a),
                      obj_description(m.objid, m.classid::regclass::name))
     FROM member AS m CROSS JOIN LATERAL pg_identify_object(m.classid, m.objid, 0) AS i
     LEFT JOIN pg_init_privs AS p ON (p.classoid, p.objoid, p.objsubid) = (m.classid, m.objid, 0)",
    "SELECT 'definition of function ' || p.oid::regprocedure,
            concat_ws(' ', pg_get_functiondef(p.oid), p.proowner::regrole,
                      (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) AS a))
     FROM pg_proc AS p JOIN member AS m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass
     WHERE p.prokind <> 'a'",
    "SELECT 'relation ' || r.name,
            concat_ws(' ', r.relkind, r.relpersistence, r.relrowsecurity, r.relforcerowsecurity, r.reloptions,
                      (SELECT t.reloptions FROM pg_class AS t WHERE t.oid = r.reltoastrelid), r.relowner::regrole,
                      (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(r.relacl) AS a),
                      CASE WHEN r.relkind = 'v' THEN pg_get_viewdef(r.oid) END,
                      (SELECT array_agg(i.inhparent::regclass::text) FROM pg_inherits AS i WHERE i.inhrelid = r.oid))
     FROM relation AS r",
    // In their order: INSERT and SELECT * go by it.
    "SELECT 'columns of ' || r.name,
            string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                                 a.attgenerated, a.attstorage, a.attcompression, a.attcollation::regcollation,
                                 a.attstattarget, a.attacl, a.attoptions, pg_get_expr(d.adbin, d.adrelid),
                                 col_description(r.oid, a.attnum)), ', ' ORDER BY a.attnum)
     FROM relation AS r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
     GROUP BY r.name",
    "SELECT 'index ' || i.indexrelid::regclass, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisclustered, i.indisvalid)
     FROM pg_index AS i JOIN relation AS r ON r.oid = i.indrelid",
    "SELECT 'constraint ' || c.conname || ' of ' || r.name, pg_get_constraintdef(c.oid)
     FROM pg_constraint AS c JOIN relation AS r ON r.oid = c.conrelid",
    "SELECT 'trigger ' || t.tgname || ' of ' || r.name, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
     FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal",
    "SELECT 'policy ' || p.polname || ' of ' || r.name,
            concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid),
                      pg_get_expr(p.polwithcheck, p.polrelid))
     FROM pg_policy AS p JOIN relation AS r ON r.oid = p.polrelid",
    "SELECT 'sequence ' || r.name,
            concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
                      (SELECT concat_ws(' ', d.refobjid::regclass, d.refobjsubid, d.deptype) FROM pg_depend AS d
                       WHERE d.objid = r.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
     FROM pg_sequence AS s JOIN relation AS r ON r.oid = s.seqrelid",
    // What pg_dump takes along.
    "SELECT 'dump of ' || c.relation::regclass, c.condition
     FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS c (relation, condition)
     WHERE e.extname = 'heimdall'",
];

/// Policies of the graph, and functions of AGE that an index serves where rows are hidden.
const PROTECTIONS: &str = "
    SELECT c.oid::regclass::text, concat_ws(' ', c.relrowsecurity, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid))
    FROM pg_class AS c LEFT JOIN pg_policy AS p ON p.polrelid = c.oid
    WHERE c.relnamespace = 'heimdall_graph'::regnamespace AND c.relkind = 'r'
    UNION ALL
    SELECT p.oid::regprocedure::text, 'leakproof' FROM pg_proc AS p
    WHERE p.pronamespace = 'ag_catalog'::regnamespace AND p.proleakproof
    ORDER BY 1";

impl Database {
    /// What protects the graph, which is no member of the extension.
    pub fn protections(&self) -> Catalogue {
        self.rows(PROTECTIONS).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    }

    /// The extension's objects as the catalogue has them now.
    pub fn catalogue(&self) -> Catalogue {
        KINDS
            .iter()
            .flat_map(|kind| self.rows(&format!("{MEMBERS} {kind}")))
            .map(|row| (row[0].clone(), row[1].clone()))
            .collect()
    }
}
