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
  structure(answer, joins = if (no_header_is_a_row(loaded$schema)) "text/csv")
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
