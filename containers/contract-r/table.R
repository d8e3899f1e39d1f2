# CSV in and out: UTF-8, comma, double quotes; what is not a table is refused by row and column.

NUMBER <- "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"

# Finite numbers as people write them: as.numeric alone also takes 0x1A, Inf and NaN.
is_number <- function(cells) {
  # 1e999 is written as a number and is none.
  grepl(NUMBER, cells) & is.finite(suppressWarnings(as.numeric(cells)))
}

# All cells of a text as a character matrix, one row a record. `name` says what the text is.
parse_csv <- function(text, name) {
  if (!validUTF8(text)) {
    refuse(name, " is not UTF-8")
  }
  text <- sub("^\ufeff", "", text)
  cells <- if (grepl('"', text, fixed = TRUE)) quoted_cells(text, name) else plain_cells(text)
  widths <- lengths(cells)
  if (!length(cells)) {
    refuse(name, " is empty")
  }
  if (any(odd <- widths != widths[1])) {
    row <- which(odd)[1]
    refuse(sprintf("%s, row %d has %d cells, row 1 has %d", name, row, widths[row], widths[1]))
  }
  matrix(trimws(unlist(cells, use.names = FALSE)), nrow = length(cells), byrow = TRUE)
}

plain_cells <- function(text) {
  lines <- strsplit(text, "\r?\n")[[1]]
  lines <- lines[nzchar(lines)]
  if (!length(lines)) {
    return(list())
  }
  # strsplit forgets an empty last cell; the comma before it must not be lost.
  cells <- strsplit(paste0(lines, ",."), ",", fixed = TRUE)
  lapply(cells, function(row) row[-length(row)])
}

quoted_cells <- function(text, name) {
  tryCatch(
    {
      table <- utils::read.csv(
        text = text, header = FALSE, colClasses = "character", na.strings = character(), fill = FALSE,
        blank.lines.skip = TRUE, check.names = FALSE, encoding = "UTF-8"
      )
      cells <- unname(as.matrix(table))
      lapply(seq_len(nrow(cells)), function(row) cells[row, ])
    },
    warning = function(warning) refuse(name, " is not valid CSV: ", conditionMessage(warning)),
    error = function(error) refuse(name, " is not valid CSV: ", conditionMessage(error))
  )
}

read_text <- function(path) {
  readChar(path, file.info(path)$size, useBytes = TRUE)
}

# A channel's CSV files as one data frame of text, columns by their names; every file has the same header.
read_channel <- function(folder) {
  files <- sort(list.files(folder, pattern = "[.]csv$", full.names = TRUE))
  if (!length(files)) {
    refuse("channel ", basename(folder), " has no .csv file")
  }
  tables <- lapply(files, function(file) {
    cells <- parse_csv(read_text(file), basename(file))
    if (nrow(cells) < 2L) {
      refuse(basename(file), " has no rows below its header")
    }
    if (anyDuplicated(cells[1, ]) || any(!nzchar(cells[1, ]))) {
      refuse(basename(file), ": its header has an empty name or the same name twice")
    }
    stats::setNames(as.data.frame(cells[-1, , drop = FALSE]), cells[1, ])
  })
  headers <- unique(lapply(tables, names))
  if (length(headers) > 1L) {
    refuse("channel ", basename(folder), ": its files differ in their headers")
  }
  do.call(rbind, tables)
}

# Shortest text that reads back as the same number.
format_numbers <- function(values) {
  short <- sprintf("%.15g", values)
  inexact <- as.numeric(short) != values
  short[inexact] <- sprintf("%.17g", values[inexact])
  short
}
