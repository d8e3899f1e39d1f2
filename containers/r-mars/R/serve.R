# Rows in, predictions out, in the media type that was sent unless another is asked for.

serve_with <- function(paths) {
  loaded <- load_model(paths$model)
  layout <- layout_of(loaded$schema)
  vectors <- vectors_of(loaded$terms)
  answer <- function(body, type, accept) {
    rows <- plain_rows(body, type, layout$numeric)
    columns <- if (!is.null(rows)) design_columns(layout, rows)
    if (is.null(columns)) {
      columns <- t(design_matrix(loaded$schema, rows_of(body, type, names(loaded$schema$columns))))
    }
    write_predictions(predict_columns(vectors, columns), chosen_type(accept, c("text/csv", "application/json"), type))
  }
  joins <- if (no_header_is_a_row(loaded$schema)) "text/csv"
  structure(answer, joins = joins, examples = examples_of(loaded$schema))
}

# A row, rows that were joined, and JSON: zeros, and the first level of each category.
examples_of <- function(schema) {
  row <- lapply(unname(schema$columns), function(column) if (is.null(column$levels)) 0 else column$levels[1])
  line <- paste0(paste(unlist(row), collapse = ","), "\n")
  list(
    list(type = "text/csv", body = line), list(type = "text/csv", body = strrep(line, 2L)),
    list(type = "application/json", body = jsonlite::toJSON(list(instances = list(row)), auto_unbox = TRUE))
  )
}

# With 15 digits, the most that R itself shows of a number.
write_predictions <- function(values, type) {
  if (!all(finite <- is.finite(values))) {
    refuse("row ", which(!finite)[1], ": the numbers are too large for the model")
  }
  texts <- sprintf("%.15g", values)
  body <- switch(type,
    "text/csv" = paste0(paste(texts, collapse = "\n"), "\n"),
    "application/json" = paste0('{"predictions":[', paste(texts, collapse = ","), "]}")
  )
  list(body = body, type = type)
}
