# What a person reads after training: the model of each series, and how good it was on validation.

write_tables <- function(data, results, settings, folder) {
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  finals <- lapply(results, `[[`, "final")
  keys <- named_keys(data$keys, settings$key)
  models <- cbind(keys, data.frame(
    model = column_of(finals, "model", ""), criterion = rep(settings$criterion, length(finals)),
    value = column_of(finals, "criterion", ""), values = column_of(finals, "values", ""),
    gaps = column_of(finals, "gaps", ""), reason = column_of(finals, "error", "")
  ))
  checks <- do.call(rbind, lapply(results, `[[`, "check"))
  write_csv(models, file.path(folder, "models.csv"))
  write_csv(cbind(keys, accuracy_columns(checks)), file.path(folder, "accuracy.csv"))
}

named_keys <- function(keys, names) {
  result <- as.data.frame(keys)
  names(result) <- names
  result
}

accuracy_columns <- function(rows) {
  as.data.frame(rows[, c("periods", SCORES), drop = FALSE])
}

# One field of many results; numbers with all their digits.
column_of <- function(results, field, absent) {
  vapply(results, function(result) {
    value <- result[[field]]
    if (is.null(value)) absent else if (is.numeric(value)) format_number(value) else value
  }, "")
}

format_number <- function(value) if (is.finite(value)) format_numbers(value) else as.character(value)

# Empty where a number is unknown.
number_cells <- function(values) {
  cells <- rep("", length(values))
  cells[!is.na(values)] <- format_numbers(values[!is.na(values)])
  cells
}

write_csv <- function(table, path) {
  numeric <- vapply(table, is.numeric, NA)
  table[numeric] <- lapply(table[numeric], number_cells)
  table[!numeric] <- lapply(table[!numeric], function(cells) {
    ifelse(grepl('[",\r\n]', cells), paste0('"', gsub('"', '""', cells), '"'), cells)
  })
  names <- gsub('"', '""', names(table))
  header <- ifelse(grepl('[",\r\n]', names), paste0('"', names, '"'), names)
  lines <- c(paste(header, collapse = ","), if (nrow(table)) do.call(paste, c(unname(table), sep = ",")))
  writeLines(enc2utf8(lines), path, useBytes = TRUE)
}
