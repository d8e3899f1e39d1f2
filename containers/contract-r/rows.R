# Rows of a request as a character matrix in the order of the model's columns: text/csv without header (or with one
# that names the columns), or application/json with {"instances": [[...] or {...}, ...]}.

# Of one request: what is made of a body is several times its text.
MOST_ROWS <- 1000000L

check_count <- function(rows) {
  if (rows > MOST_ROWS) {
    refuse_request(413L, sprintf("the body has more than %d rows; send fewer at a time", MOST_ROWS))
  }
}

# Before anything is made of them.
check_lines <- function(body) {
  if (nchar(body, "bytes") > MOST_ROWS) {
    check_count(sum(charToRaw(body) == charToRaw("\n")))
  }
}

rows_of <- function(body, type, columns) {
  switch(type,
    "text/csv" = rows_of_csv(body, columns),
    "application/json" = rows_of_json(body, columns),
    refuse_request(415L, "content type ", quoted(type), " is not read here: send text/csv or application/json")
  )
}

rows_of_csv <- function(body, columns) {
  check_lines(body)
  cells <- parse_csv(body, "the body")
  if (setequal(cells[1, ], columns)) {
    if (nrow(cells) == 1L) {
      refuse("the body has no rows below its header")
    }
    cells <- cells[-1, match(columns, cells[1, ]), drop = FALSE]
  }
  check_width(ncol(cells), 1L, columns)
  cells
}

rows_of_json <- function(body, columns) {
  instances <- instances_of(body)
  rows <- lapply(seq_along(instances), function(row) row_of_json(instances[[row]], row, columns))
  matrix(unlist(rows), nrow = length(rows), byrow = TRUE)
}

instances_of <- function(body) {
  request <- tryCatch(
    jsonlite::parse_json(body), # fromJSON() would fetch a body that is a URL, and read one that names a file
    error = function(error) refuse("the body is not JSON")
  )
  instances <- if (is.list(request) && !is.null(names(request))) request[["instances"]]
  if (!is.list(instances) || !length(instances) || !is.null(names(instances))) {
    refuse('the body must be {"instances": [...]} with at least one row')
  }
  check_count(length(instances))
  instances
}

row_of_json <- function(instance, row, columns) {
  if (!is.list(instance)) {
    refuse("row ", row, " must be a list of values or an object of columns")
  }
  if (!is.null(names(instance))) {
    check_names(names(instance), row, columns)
    instance <- instance[columns]
  }
  check_width(length(instance), row, columns)
  vapply(seq_along(columns), function(position) cell_of_json(instance[[position]], row, columns[position]), "")
}

check_names <- function(given, row, columns) {
  if (length(missing <- setdiff(columns, given))) {
    refuse("row ", row, " has no ", listed(missing))
  }
  if (length(unknown <- setdiff(given, columns))) {
    refuse("row ", row, " has unknown columns: ", listed(unknown))
  }
}

check_width <- function(width, row, columns) {
  if (width != length(columns)) {
    refuse(sprintf("row %d has %d cells, expected %d: %s", row, width, length(columns), listed(columns)))
  }
}

cell_of_json <- function(value, row, column) {
  if (is.numeric(value) && length(value) == 1L) {
    return(format_numbers(value))
  }
  if (!is.character(value) || length(value) != 1L) {
    refuse("row ", row, ", column ", column, ": expected a number or a text")
  }
  value
}
