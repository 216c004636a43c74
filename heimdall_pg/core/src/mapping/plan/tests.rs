use super::*;

fn plan(json: &str, columns: &[&str]) -> Result<Plan, PlanError> {
    let mut plan = Plan::new(&Mapping::parse(json).unwrap());
    plan.add_columns(&columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
    Ok(plan)
}

const LOG: &str = r#"{"entities": {"who": {"label": "User", "key": "user"},
                                   "src": {"label": "Ip", "key": "addr", "properties": {"port": "port"}}},
                      "relations": [{"from": "who", "type": "USED", "to": "src", "properties": {"how": "how"}}],
                      "time": "ts", "fields": {"noise": {"rule": "drop"}, "how": {"rule": "keep"}}}"#;

#[test]
fn every_column_has_its_place() {
    let plan = plan(LOG, &["ts", "user", "addr", "port", "how", "noise", "password"]).unwrap();
    let place = |source: Source| plan.place(plan.input_of(source));
    assert_eq!(plan.time_column(), Some(0));
    assert_eq!(plan.entities[0].source.and_then(place), Some(Place::Column(1)));
    assert_eq!(plan.entities[0].key_rule, KeyRule::Hash);
    assert_eq!(plan.entities[1].key_rule, KeyRule::Keep);
    let property = |position: u16| &plan.properties[usize::from(position)];
    assert_eq!(place(property(plan.entities[1].properties[0]).source), Some(Place::Column(3)));
    assert_eq!(property(plan.entities[1].properties[0]).rule.rule, Rule::Encrypt);
    assert_eq!(property(plan.relations[0].properties[0]).rule.rule, Rule::Keep);
    let leftovers: Vec<_> = plan
        .leftovers
        .iter()
        .map(|left| (property(*left).name.as_str(), property(*left).rule.clone()))
        .collect();
    assert_eq!(leftovers, [("password", FieldRule::of(Rule::Encrypt))]);
    assert_eq!(plan.labels[0], RECORD);
    assert_eq!(plan.edge_types[0], OBSERVED_IN);
    assert_eq!(plan.check_complete(), Ok(()));
}

#[test]
fn a_missing_column_is_named() {
    let plan = plan(LOG, &["user", "addr"]).unwrap();
    let missing = PlanError::NoSuchColumn { column: "port".to_owned(), columns: 2 };
    assert_eq!(plan.check_complete(), Err(missing));
    assert_eq!(plan.check_any(), Ok(()));
}

#[test]
fn a_row_of_data_is_no_header() {
    let error = plan(LOG, &["ts", "user", "addr", "port", "how", "a@example.com"]).unwrap_err();
    assert_eq!(error, PlanError::HeaderIsData { column: 6 });
    assert!(!error.to_string().contains("example"));
}
