//! Tables written as they are shown: CSV that a spreadsheet opens without running anything.

use std::path::{Path, PathBuf};

use behalf_engine::ask;
use behalf_engine::model::EdgeError;
use behalf_engine::report::cell;

use super::faults::{defect, refused, unwritable};
use super::open::Bridge;
use super::types::*;

impl Bridge {
    /// All calls of a query, in its order and with the columns shown.
    pub fn export_calls(
        &self,
        query: CallQuery,
        columns: Vec<ExportColumn>,
        to: PathBuf,
    ) -> Result<TableWritten, EdgeError> {
        // A connection of its own: a long table must not keep questions waiting.
        let case = behalf_engine::case::Case::open(&self.path()?)?;
        let words: Vec<String> = columns.iter().map(|c| c.word.clone()).collect();
        let mut table = Table::begin(&to, columns.iter().map(|c| c.name.as_str()))?;
        let mut fault = None;
        ask::call_pages::each_as_cells(&case, &query, &words, |cells| {
            if fault.is_none() {
                fault = table.row(cells.iter().map(String::as_str)).err();
            }
            Ok(())
        })?;
        match fault {
            Some(fault) => Err(fault),
            None => table.end(),
        }
    }

    /// A table that the interface holds whole.
    pub fn write_table(
        &self,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
        to: PathBuf,
    ) -> Result<TableWritten, EdgeError> {
        let mut table = Table::begin(&to, columns.iter().map(String::as_str))?;
        for row in &rows {
            table.row(row.iter().map(String::as_str))?;
        }
        table.end()
    }
}

/// A table under way: it takes its name once it is whole.
struct Table {
    to: PathBuf,
    part: PathBuf,
    out: csv::Writer<std::fs::File>,
    rows: u32,
}

impl Table {
    fn begin<'a>(to: &Path, columns: impl Iterator<Item = &'a str>) -> Result<Table, EdgeError> {
        if !to.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
            let shown = to.display();
            return Err(refused(
                "not_csv",
                format!("{shown} does not end in .csv"),
                "Give the table a name that ends in .csv.",
            ));
        }
        let part = to.with_extension("csv.part");
        let file = std::fs::File::create(&part).map_err(|cause| unwritable(&to.display().to_string(), &cause))?;
        let out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        let mut table = Table { to: to.to_path_buf(), part, out, rows: 0 };
        table.record(columns)?;
        Ok(table)
    }

    fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), EdgeError> {
        self.rows += 1;
        self.record(cells)
    }

    fn record<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), EdgeError> {
        self.out.write_record(cells.map(cell)).map_err(defect)
    }

    fn end(mut self) -> Result<TableWritten, EdgeError> {
        let shown = self.to.display().to_string();
        self.out.flush().map_err(|cause| unwritable(&shown, &cause))?;
        std::fs::rename(&self.part, &self.to).map_err(|cause| unwritable(&shown, &cause))?;
        Ok(TableWritten { path: shown, rows: self.rows })
    }
}
