//! Results: a table in Markdown, and a plot of the ratios.

use std::fmt::Write as _;

/// One result beside its limit.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was measured.
    pub what: &'static str,
    /// What dotdo does.
    pub ours: f64,
    /// What the machine does.
    pub limit: f64,
    /// What the limit is.
    pub beside: &'static str,
    /// A time (less is better) or a rate (more is better).
    pub unit: Unit,
    /// What is aimed at: at least this part of a rate, at most this multiple of a time.
    pub target: Option<f64>,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A second; more is better.
    Rate,
    /// Microseconds; less is better.
    Micros,
    /// Kilobytes; less is better.
    Kilobytes,
}

impl Line {
    fn ratio(&self) -> f64 {
        self.ours / self.limit
    }

    fn number(&self, value: f64) -> String {
        match self.unit {
            Unit::Rate => format!("{}/s", thousands(value)),
            Unit::Micros => format!("{} µs", thousands(value)),
            Unit::Kilobytes => format!("{value:.1} KB"),
        }
    }

    fn shown(&self) -> String {
        match self.unit {
            Unit::Rate => format!("{:.0} %", self.ratio() * 100.0),
            _ => format!("{:.2} ×", self.ratio()),
        }
    }

    fn aim(&self) -> String {
        let (Some(target), unit) = (self.target, self.unit) else {
            return "–".to_owned();
        };
        let (aim, met) = match unit {
            Unit::Rate => (format!("≥ {:.0} %", target * 100.0), self.ratio() >= target),
            _ => (format!("≤ {target} ×"), self.ratio() <= target),
        };
        format!("{aim}, {}", if met { "met" } else { "missed" })
    }
}

/// A whole number with commas.
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The table.
pub fn markdown(lines: &[Line]) -> String {
    let mut text = String::from(
        "| | dotdo | limit | what the limit is | ratio | aim |\n| --- | ---: | ---: | --- | ---: | --- |\n",
    );
    for line in lines {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            line.what,
            line.number(line.ours),
            line.number(line.limit),
            line.beside,
            line.shown(),
            line.aim()
        );
    }
    text
}

/// The plot: how near each result is to its limit, 1 being the limit itself.
pub fn svg(lines: &[Line]) -> String {
    const ROW: usize = 26;
    const LEFT: f64 = 330.0;
    const WIDTH: f64 = 420.0;
    let height = lines.len() * ROW + 40;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"820\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"820\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let near = match line.unit {
            Unit::Rate => line.ratio(),
            _ => 1.0 / line.ratio(),
        };
        let y = number * ROW + 12;
        let width = near.clamp(0.0, 1.0) * WIDTH;
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect x=\"{LEFT}\" y=\"{y}\" width=\"{width:.0}\" height=\"18\" fill=\"#3b7dd8\"/><text x=\"{:.0}\" y=\"{}\">{:.0} %</text>",
            LEFT - 8.0,
            y + 13,
            line.what,
            LEFT + width + 6.0,
            y + 13,
            near * 100.0
        );
    }
    let _ = writeln!(
        text,
        "<line x1=\"{0}\" x2=\"{0}\" y1=\"6\" y2=\"{1}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/><text x=\"{0}\" y=\"{2}\" text-anchor=\"middle\" fill=\"#555\">the limit</text>\n</svg>",
        LEFT + WIDTH,
        height - 24,
        height - 8
    );
    text
}

#[cfg(test)]
mod tests {
    use super::{Line, Unit, markdown, svg, thousands};

    #[test]
    fn a_ratio_says_whether_the_aim_was_met() {
        let line = |ours, unit, target| Line {
            what: "call",
            ours,
            limit: 1000.0,
            beside: "ceiling",
            unit,
            target: Some(target),
        };
        let table = markdown(&[
            line(600.0, Unit::Rate, 0.6),
            line(1600.0, Unit::Micros, 1.5),
        ]);
        assert!(
            table.contains("| 600/s | 1,000/s | ceiling | 60 % | ≥ 60 %, met |"),
            "{table}"
        );
        assert!(table.contains("| 1.60 × | ≤ 1.5 ×, missed |"), "{table}");
        assert!(svg(&[line(500.0, Unit::Rate, 0.6)]).contains("width=\"210\""));
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }
}
