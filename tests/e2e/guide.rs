//! The guide to ingest, as a reader would follow it: every command runs, and every answer is what the guide shows.

use std::path::Path;
use std::process::Command;

use heimdall_tests::{Database, Server};

const GUIDE: &str = include_str!("../../docs/guides/ingest.md");

/// A block of the guide: what it is marked as, and its text.
type Block<'a> = (&'a str, &'a str);

fn blocks(guide: &str) -> Vec<Block<'_>> {
    let fenced = guide.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// Runs a block in a folder of its own instead of /tmp; gives what it has written.
fn run(server: &Server, database: &str, folder: &Path, (language, text): Block<'_>) -> String {
    let text = text.replace("/tmp/", &format!("{}/", folder.display()));
    let file = folder.join("block");
    std::fs::write(&file, text).expect("a file");
    let mut command = match language {
        "sql" => server.program("psql", database),
        _ => Command::new("sh"),
    };
    match language {
        "sql" => command.args(["-X", "-v", "ON_ERROR_STOP=1", "-f"]),
        _ => command.arg("-e"),
    };
    let done = command.arg(&file).current_dir(folder).output().expect("a program of the guide");
    let written =
        format!("{}{}", String::from_utf8_lossy(&done.stderr), String::from_utf8_lossy(&done.stdout));
    assert!(
        done.status.success(),
        "{written}\nof the block\n{}",
        std::fs::read_to_string(&file).expect("it")
    );
    written
}

/// Lines without what depends on widths of columns, and without the file and line that psql names before a message.
fn lines(text: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = |line: String| {
        let at = ["NOTICE:", "ERROR:"].iter().find_map(|severity| line.find(severity));
        at.map_or(line.clone(), |at| line[at..].to_owned())
    };
    let all = text.lines().map(words).map(said);
    all.filter(|line| !line.is_empty() && !line.starts_with("--") && !line.ends_with("rows)")).collect()
}

#[test]
fn the_guide_to_ingest_holds() {
    let database = Database::new();
    let folder = std::env::temp_dir().join(database.name());
    std::fs::create_dir(&folder).expect("a folder");
    let server = database.server();
    let mut written = String::new();
    let mut answers = 0;
    for block in blocks(GUIDE) {
        match block.0 {
            "sh" | "sql" => written = run(server, database.name(), &folder, block),
            "" => {
                let (shown, given) = (lines(block.1), lines(&written));
                for line in &shown {
                    assert!(given.contains(line), "the guide shows\n{line}\nand what comes is\n{written}");
                }
                answers += 1;
            }
            _ => {}
        }
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert!(answers > 5, "the guide shows answers");
}
