//! A line chart as SVG: linear across, names beside the lines.

use std::fmt::Write;

/// One line.
pub struct Line {
    /// Written beside its last point.
    pub name: &'static str,
    /// Where each point is, left to right.
    pub values: Vec<f64>,
}

/// How values go upwards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// By powers of ten; every value is above 0.
    Logarithmic,
    /// From 0.
    Linear,
}

/// Charts side by side, with the same axes.
pub struct Chart {
    /// Above the whole.
    pub title: String,
    /// Below the horizontal axis.
    pub across: &'static str,
    /// Above the vertical axis, with the unit.
    pub upward: &'static str,
    /// How they go upwards.
    pub axis: Axis,
    /// Where the points are on the horizontal axis, from 0, and what is written there.
    pub places: Vec<(f64, String)>,
    /// Title and lines of each.
    pub panels: Vec<(&'static str, Vec<Line>)>,
}

const PANEL: f64 = 460.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = HEIGHT - 56.0;
/// Where the last place is; beside it, the names.
const RIGHT: f64 = PANEL - 168.0;
/// The least distance of two names.
const NAME_HEIGHT: f64 = 16.0;

/// Colours that are told apart by those who do not see red from green, on white and on black.
const STYLE: &str = "<style>\
    .ground{fill:#ffffff}text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:15px;font-weight:600}.panel{font-weight:600}\
    .axis{stroke:#8c959f;stroke-width:1}.grid{stroke:#8c959f;stroke-opacity:.3;stroke-width:1}.small{font-size:12px}\
    .line{fill:none;stroke-width:2.5}.c0{stroke:#0969da}.c1{stroke:#bc4c00}.c2{stroke:#6e7781}\
    .f0{fill:#0969da}.f1{fill:#bc4c00}.f2{fill:#57606a}\
    @media(prefers-color-scheme:dark){.ground{fill:#0d1117}text{fill:#e6edf3}.c0{stroke:#58a6ff}.c1{stroke:#f0883e}.c2{stroke:#9ea7b3}\
    .f0{fill:#58a6ff}.f1{fill:#f0883e}.f2{fill:#9ea7b3}}</style>";

/// The whole picture.
pub fn svg(chart: &Chart) -> String {
    let width = PANEL * chart.panels.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-label=\"{}\">\n{STYLE}\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n<text class=\"title\" x=\"16\" y=\"26\">{}</text>\n",
        chart.title, chart.title
    );
    let all = chart.panels.iter().flat_map(|(_, lines)| lines).flat_map(|line| &line.values);
    let scale = Scale::of(chart.axis, all.copied());
    for (at, (title, lines)) in chart.panels.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate({},0)\">", PANEL * at as f64);
        frame(&mut out, chart, title, &scale);
        draw(&mut out, chart, lines, &scale);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn frame(out: &mut String, chart: &Chart, title: &str, scale: &Scale) {
    let _ = writeln!(out, "<text class=\"panel\" x=\"{LEFT}\" y=\"54\">{title}</text>");
    let _ = writeln!(out, "<text class=\"small\" x=\"{LEFT}\" y=\"72\">{}</text>", chart.upward);
    for value in scale.lines() {
        let y = scale.y(value);
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>\
             <text class=\"small\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 4.0,
            crate::table::count(value as u64)
        );
    }
    let _ =
        writeln!(out, "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{BOTTOM}\"/>");
    for (place, label) in &chart.places {
        let x = across(chart, *place);
        let _ = writeln!(
            out,
            "<line class=\"axis\" x1=\"{x:.1}\" y1=\"{BOTTOM}\" x2=\"{x:.1}\" y2=\"{}\"/>\
             <text class=\"small\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            BOTTOM + 5.0,
            BOTTOM + 20.0
        );
    }
    let _ = writeln!(
        out,
        "<text class=\"small\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        f64::midpoint(LEFT, RIGHT),
        BOTTOM + 42.0,
        chart.across
    );
}

fn draw(out: &mut String, chart: &Chart, lines: &[Line], scale: &Scale) {
    for (colour, line) in lines.iter().enumerate() {
        let points: Vec<(f64, f64)> = line
            .values
            .iter()
            .zip(&chart.places)
            .map(|(value, (place, _))| (across(chart, *place), scale.y(*value)))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(out, "<polyline class=\"line c{colour}\" points=\"{}\"/>", path.join(" "));
        for (x, y) in &points {
            let _ = writeln!(out, "<circle class=\"f{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
        }
    }
    for (colour, y) in name_places(lines, scale).into_iter().enumerate() {
        let Line { name, values } = &lines[colour];
        let last = crate::table::round(values.last().copied().unwrap_or_default());
        let _ = writeln!(
            out,
            "<text class=\"f{colour}\" x=\"{}\" y=\"{y:.1}\">{name}, {last}</text>",
            RIGHT + 8.0
        );
    }
}

/// Beside the last point of each line, moved down where two would overlap.
fn name_places(lines: &[Line], scale: &Scale) -> Vec<f64> {
    let mut places: Vec<(usize, f64)> = lines
        .iter()
        .map(|line| scale.y(line.values.last().copied().unwrap_or(1.0)) + 4.0)
        .enumerate()
        .collect();
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free = f64::NEG_INFINITY;
    for (_, y) in &mut places {
        *y = y.max(free);
        free = *y + NAME_HEIGHT;
    }
    places.sort_by_key(|(line, _)| *line);
    places.into_iter().map(|(_, y)| y).collect()
}

fn across(chart: &Chart, place: f64) -> f64 {
    let last = chart.places.last().map_or(1.0, |(place, _)| *place);
    LEFT + 16.0 + (RIGHT - LEFT - 32.0) * place / last
}

/// What stands at the bottom and at the top.
enum Scale {
    /// Powers of ten.
    Logarithmic { low: i32, high: i32 },
    /// From 0, so much a line.
    Linear { step: f64, top: f64 },
}

impl Scale {
    fn of(axis: Axis, values: impl Iterator<Item = f64> + Clone) -> Scale {
        let most = values.clone().fold(1.0, f64::max);
        match axis {
            Axis::Logarithmic => {
                let low = (values.fold(f64::INFINITY, f64::min).log10().floor() as i32).max(0);
                Scale::Logarithmic { low, high: (most.log10().ceil() as i32).max(low + 1) }
            }
            Axis::Linear => {
                // Four lines or five, at a multiple of a power of two.
                let step = 2f64.powf((most / 5.0).log2().ceil());
                Scale::Linear { step, top: (most / step).ceil() * step }
            }
        }
    }

    fn lines(&self) -> Vec<f64> {
        match *self {
            Scale::Logarithmic { low, high } => (low..=high).map(|power| 10f64.powi(power)).collect(),
            Scale::Linear { step, top } => (0..=(top / step) as u32).map(|at| f64::from(at) * step).collect(),
        }
    }

    fn y(&self, value: f64) -> f64 {
        let share = match *self {
            Scale::Logarithmic { low, high } => (value.log10() - f64::from(low)) / f64::from(high - low),
            Scale::Linear { top, .. } => value / top,
        };
        BOTTOM - share * (BOTTOM - TOP - 8.0)
    }
}
