//! `--name value` and `--switch`, the same in all peers.

use std::collections::HashMap;

const SWITCHES: [&str; 2] = ["echo", "ping"];
const VALUES: [&str; 10] = [
    "bytes",
    "connect",
    "control",
    "go-away-after",
    "listen",
    "local",
    "parallel",
    "scenario",
    "streams",
    "timeout",
];

pub struct Options(HashMap<String, String>);

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut values = HashMap::new();
        while let Some(argument) = arguments.next() {
            let name = argument.trim_start_matches('-').to_owned();
            if SWITCHES.contains(&name.as_str()) {
                values.insert(name, String::new());
            } else if VALUES.contains(&name.as_str()) {
                let value = arguments.next().ok_or(format!("{argument}: no value"))?;
                values.insert(name, value);
            } else {
                return Err(format!("{argument}: unknown"));
            }
        }
        Ok(Options(values))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn required(&self, name: &str) -> &str {
        self.get(name)
            .unwrap_or_else(|| crate::fail(&format!("--{name} is missing")))
    }

    pub fn number(&self, name: &str, default: u64) -> u64 {
        match self.get(name) {
            Some(text) => text
                .parse()
                .unwrap_or_else(|_| crate::fail(&format!("--{name} {text}: not a number"))),
            None => default,
        }
    }
}
