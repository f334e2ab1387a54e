//! Everything that is no table, column, constraint or index.

use sqlx::postgres::PgRow;

use super::super::structure::{FoundColumn, FoundObject, FoundTable, LARGE_OBJECTS, Structure};
use super::catalogue::{filled, text};
use super::session::{Session, said};

/// The catalogues that number what they list. Those whose contents were named already, or belong to what was, are left out.
const CATALOGUES: &str = "
    SELECT c.relname::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'oid'
    WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT c.relisshared
    AND c.relname NOT IN ('pg_constraint', 'pg_attrdef', 'pg_enum', 'pg_amop', 'pg_amproc') ORDER BY c.relname";

/// What of a catalogue belongs to something else that is named.
fn besides(catalogue: &str) -> &'static str {
    match catalogue {
        "pg_class" => "o.relkind IN ('S', 'c')",
        // The row type of a table, and the array type of any type.
        "pg_type" => {
            "NOT EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = o.typrelid AND c.relkind <> 'c')
             AND NOT EXISTS (SELECT 1 FROM pg_type AS e WHERE e.typarray = o.oid)"
        }
        "pg_rewrite" => "o.rulename <> '_RETURN'",
        "pg_trigger" => "NOT o.tgisinternal",
        // Of sessions' temporary tables.
        "pg_namespace" => "o.nspname !~ '^pg_(toast_)?temp_'",
        _ => "true",
    }
}

/// Its text, to be searched.
fn definition(catalogue: &str) -> &'static str {
    match catalogue {
        "pg_proc" => "o.prosrc || E'\\n' || pg_get_function_arguments(o.oid)",
        "pg_trigger" => "pg_get_triggerdef(o.oid)",
        "pg_rewrite" => "pg_get_ruledef(o.oid)",
        "pg_statistic_ext" => "pg_get_statisticsobjdef(o.oid)",
        "pg_policy" => "concat_ws(E'\\n', pg_get_expr(o.polqual, o.polrelid), pg_get_expr(o.polwithcheck, o.polrelid))",
        "pg_type" => {
            "concat_ws(E'\\n', o.typdefault,
             (SELECT string_agg(e.enumlabel, E'\\n') FROM pg_enum AS e WHERE e.enumtypid = o.oid))"
        }
        "pg_foreign_server" => "array_to_string(o.srvoptions, E'\\n')",
        _ => "NULL",
    }
}

/// What has no number of its own, or belongs to the whole server: kind, name, text.
const OTHERS: [(&str, &str); 8] = [
    (
        "comments",
        "SELECT 'comment', coalesce((pg_identify_object(d.classoid, d.objoid, d.objsubid)).identity, d.objoid::text),
         d.description FROM pg_description AS d WHERE d.objoid >= {made}",
    ),
    (
        "the comment on the schema",
        "SELECT 'comment', 'schema public', d.description FROM pg_description AS d
         WHERE d.objoid = 'public'::regnamespace AND d.description <> 'standard public schema'",
    ),
    (
        "the comment on the database",
        "SELECT 'comment', 'database', d.description FROM pg_shdescription AS d JOIN pg_database AS b ON b.oid = d.objoid
         WHERE b.datname = current_database() AND d.classoid = 'pg_database'::regclass AND b.oid >= {made}",
    ),
    (
        "security labels",
        "SELECT 'security label', coalesce((pg_identify_object(l.classoid, l.objoid, l.objsubid)).identity, l.provider),
         l.label FROM pg_seclabel AS l",
    ),
    (
        "settings of the database",
        "SELECT 'setting', split_part(s.line, '=', 1), s.line FROM pg_db_role_setting AS r
         JOIN pg_database AS b ON b.oid = r.setdatabase CROSS JOIN unnest(r.setconfig) AS s (line)
         WHERE b.datname = current_database()",
    ),
    (
        "subscriptions",
        "SELECT 'subscription', s.subname::text, NULL FROM pg_subscription AS s
         JOIN pg_database AS b ON b.oid = s.subdbid WHERE b.datname = current_database()",
    ),
    (
        "transactions that wait to be committed",
        "SELECT 'prepared transaction', p.owner::text, p.gid FROM pg_prepared_xacts AS p
         WHERE p.database = current_database()",
    ),
    (
        "replication slots",
        "SELECT 'replication slot', s.slot_name::text, NULL FROM pg_replication_slots AS s
         WHERE s.database = current_database()",
    ),
];

const VIEWS: &str = "
    SELECT n.nspname::text, c.relname::text, pg_get_viewdef(c.oid)::text FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid >= {made} AND c.relkind IN ('v', 'm')";

/// Adds all of it; what may not be asked is said.
pub(super) async fn read(session: &mut Session, structure: &mut Structure) {
    match session.all(CATALOGUES).await {
        Ok(rows) => {
            for row in rows {
                catalogue(session, &text(&row, 0), structure).await;
            }
        }
        Err(error) => structure.unread.push(("catalogues".to_owned(), said(&error))),
    }
    for (what, sql) in OTHERS {
        match session.all(&filled(sql)).await {
            Ok(rows) => {
                let object = |row: &PgRow| FoundObject::new(text(row, 0), text(row, 1)).text(text(row, 2));
                structure.objects.extend(rows.iter().map(object));
            }
            Err(error) => structure.unread.push((what.to_owned(), said(&error))),
        }
    }
    views(session, structure).await;
    large_objects(structure);
    others_of_the_server(session, structure).await;
}

/// What this audit does not reach.
async fn others_of_the_server(session: &mut Session, structure: &mut Structure) {
    let sql = "SELECT count(*)::text FROM pg_database WHERE NOT datistemplate AND datallowconn
               AND datname NOT IN (current_database(), 'postgres')";
    let count = session.all(sql).await.ok().and_then(|rows| rows.first().map(|row| text(row, 0)));
    structure.elsewhere = count.filter(|count| count != "0").map(|count| format!("it has {count} other databases"));
}

async fn catalogue(session: &mut Session, catalogue: &str, structure: &mut Structure) {
    // Large objects go by the catalogue of their pages.
    let class = if catalogue == "pg_largeobject_metadata" { "pg_largeobject" } else { catalogue };
    let sql = format!(
        "SELECT coalesce(i.type, '{catalogue}'), coalesce(i.identity, o.oid::text), ({})::text
         FROM pg_catalog.{catalogue} AS o
         LEFT JOIN LATERAL pg_identify_object('pg_catalog.{class}'::regclass, o.oid, 0) AS i ON true
         WHERE o.oid >= {{made}} AND {} ORDER BY 1, 2",
        definition(catalogue),
        besides(catalogue)
    );
    match session.all(&filled(&sql)).await {
        Ok(rows) => {
            let object = |row: &PgRow| FoundObject::new(text(row, 0), text(row, 1)).text(text(row, 2));
            structure.objects.extend(rows.iter().map(object));
        }
        Err(error) => structure.unread.push((catalogue.to_owned(), said(&error))),
    }
}

/// Views are named with the tables; their texts are searched with them.
async fn views(session: &mut Session, structure: &mut Structure) {
    for row in session.all(&filled(VIEWS)).await.unwrap_or_default() {
        let (schema, name) = (text(&row, 0), text(&row, 1));
        let name = if schema == "public" { name } else { format!("{schema}.{name}") };
        if let Some(view) = structure.tables.iter_mut().find(|table| table.name == name) {
            view.sql = Some(text(&row, 2));
        }
    }
}

/// Large objects are read like a table.
fn large_objects(structure: &mut Structure) {
    let column = |name: &str, of_type: &str| FoundColumn {
        name: name.to_owned(),
        of_type: of_type.to_owned(),
        not_null: true,
        default: None,
        extras: Vec::new(),
    };
    if structure.objects.iter().any(|object| object.what == "large object") {
        structure.tables.push(FoundTable {
            name: "of the database".to_owned(),
            what: LARGE_OBJECTS,
            from: Some("pg_largeobject_metadata".to_owned()),
            columns: vec![column("data", "bytea")],
            key: Vec::new(),
            options: Vec::new(),
            row_numbers: None,
            sql: None,
        });
    }
}
