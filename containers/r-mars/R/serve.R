# Rows in, predictions out: text/csv without header (or with one that names the columns), or application/json.

serve_with <- function(paths) {
  loaded <- load_model(paths$model)
  function(body, type, accept) {
    cells <- switch(type,
      "text/csv" = rows_of_csv(body, loaded$schema),
      "application/json" = rows_of_json(body, loaded$schema),
      refuse_request(415L, "content type ", quoted(type), " is not read here: send text/csv or application/json")
    )
    write_predictions(predict_rows(loaded, cells), accept)
  }
}

rows_of_csv <- function(body, schema) {
  cells <- parse_csv(body, "the body")
  columns <- names(schema$columns)
  if (!setequal(cells[1, ], columns)) {
    return(cells)
  }
  if (nrow(cells) == 1L) {
    refuse("the body has no rows below its header")
  }
  cells[-1, match(columns, cells[1, ]), drop = FALSE]
}

rows_of_json <- function(body, schema) {
  request <- tryCatch(
    jsonlite::fromJSON(body, simplifyVector = FALSE, bigint_as_char = FALSE),
    error = function(error) refuse("the body is not JSON")
  )
  instances <- if (is.list(request) && !is.null(names(request))) request$instances
  if (!is.list(instances) || !length(instances) || !is.null(names(instances))) {
    refuse('the body must be {"instances": [...]} with at least one row')
  }
  rows <- lapply(seq_along(instances), function(row) row_of_json(instances[[row]], row, names(schema$columns)))
  matrix(unlist(rows), nrow = length(rows), byrow = TRUE)
}

row_of_json <- function(instance, row, columns) {
  if (!is.list(instance)) {
    refuse("row ", row, " must be a list of values or an object of columns")
  }
  if (!is.null(names(instance))) {
    check_names(names(instance), row, columns)
    instance <- instance[columns]
  } else if (length(instance) != length(columns)) {
    shown <- listed(columns)
    refuse(sprintf("row %d has %d cells, expected %d: %s", row, length(instance), length(columns), shown))
  }
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

cell_of_json <- function(value, row, column) {
  if (is.numeric(value) && length(value) == 1L) {
    return(format_numbers(value))
  }
  if (!is.character(value) || length(value) != 1L) {
    refuse("row ", row, ", column ", column, ": expected a number or a text")
  }
  value
}

write_predictions <- function(values, accept) {
  texts <- format_numbers(values)
  switch(accept,
    "text/csv" = list(body = paste0(paste(texts, collapse = "\n"), "\n"), type = "text/csv"),
    "application/json" = list(
      body = paste0('{"predictions":[', paste(texts, collapse = ","), "]}"), type = "application/json"
    ),
    refuse_request(406L, "accept ", quoted(accept), " is not written here: ask for text/csv or application/json")
  )
}
