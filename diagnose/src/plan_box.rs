//! The box in which Nixpacks prints its plan.

/// The plan that a log shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanBox {
    /// The version of Nixpacks.
    pub version: Option<String>,
    /// The rows, as they are printed: the name of a phase, and its text over one or several rows.
    pub rows: Vec<(String, Vec<String>)>,
    /// The bottom of the box was seen.
    pub complete: bool,
}

/// Rows of a box that are kept, and bytes of one.
const ROWS: usize = 200;
const WIDTH: usize = 400;

impl PlanBox {
    /// Whether a line is a part of a box.
    pub(crate) fn is_part(line: &str) -> bool {
        line.starts_with(['║', '╔', '╚'])
    }

    /// Reads a line of the box.
    pub(crate) fn push(&mut self, line: &str) {
        let line = line.trim();
        if line.starts_with('╔') {
            let version = line.split("Nixpacks ").nth(1).and_then(|rest| rest.split([' ', '═']).next());
            *self = Self { version: version.map(|text| text.chars().take(20).collect()), ..Self::default() };
        } else if line.starts_with('╚') {
            self.complete = true;
        } else if let Some((name, text)) = line.trim_matches('║').split_once('│') {
            let cut = |text: &str| text.trim().chars().take(WIDTH).collect::<String>();
            let (name, text) = (cut(name), cut(text));
            let lines: usize = self.rows.iter().map(|(_, texts)| texts.len()).sum();
            match self.rows.last_mut() {
                _ if lines >= ROWS => {}
                Some((_, texts)) if name.is_empty() => texts.push(text),
                _ => self.rows.push((name.to_ascii_lowercase(), vec![text])),
            }
        }
    }

    /// The text of a row, joined as it was before it was wrapped.
    pub fn row(&self, name: &str) -> Option<String> {
        let (_, texts) = self.rows.iter().find(|(row, _)| row == name)?;
        Some(texts.join(" ").trim().to_owned())
    }

    /// The packages of the setup row; nothing where there is no such row.
    pub fn packages(&self) -> Option<Vec<String>> {
        // Of two boxes that are mixed into each other none can be trusted.
        if self.rows.iter().filter(|(name, _)| name == "setup").count() > 1 {
            return None;
        }
        let row = self.row("setup")?;
        let names = row.trim_start_matches("pkgs:").split(',').map(|name| name.trim().to_owned());
        Some(names.filter(|name| !name.is_empty()).collect())
    }

    /// Whether the box says that no language was recognised and no package is installed.
    pub fn has_no_setup(&self) -> bool {
        self.complete && !self.rows.is_empty() && self.row("setup").is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::PlanBox;

    fn read(text: &str) -> PlanBox {
        let mut found = PlanBox::default();
        text.lines().for_each(|line| found.push(line));
        found
    }

    #[test]
    fn wrapped_rows_are_joined() {
        let found = read(
            "╔═════ Nixpacks v1.38.0 ═════╗\n║ setup      │ python311, gcc ║\n║────║\n║ install    │ python -m venv /opt/venv &&  ║\n\
             ║            │ pip install -r requirements.txt ║\n╚════╝",
        );
        assert_eq!(found.version.as_deref(), Some("v1.38.0"));
        assert_eq!(found.packages(), Some(vec!["python311".to_owned(), "gcc".to_owned()]));
        assert_eq!(
            found.row("install").as_deref(),
            Some("python -m venv /opt/venv && pip install -r requirements.txt")
        );
        assert!(found.complete && !found.has_no_setup());
    }

    #[test]
    fn collapsed_blanks_and_a_missing_setup() {
        let found = read("╔ Nixpacks v1.41.0 ╗\n║ build │ pip install x ║\n║ start │ python bot.py ║\n╚╝");
        assert!(found.has_no_setup());
        assert_eq!(found.row("start").as_deref(), Some("python bot.py"));
    }
}
