# Rows in, predictions out, in the media type that was sent unless another is asked for.

serve_with <- function(paths) {
  loaded <- load_model(paths$model)
  layout <- layout_of(loaded$schema)
  vectors <- vectors_of(loaded$terms)
  function(body, type, accept) {
    rows <- plain_rows(body, type, layout$numeric)
    columns <- if (!is.null(rows)) design_columns(layout, rows)
    if (is.null(columns)) {
      columns <- t(design_matrix(loaded$schema, rows_of(body, type, names(loaded$schema$columns))))
    }
    write_predictions(predict_columns(vectors, columns), chosen_type(accept, c("text/csv", "application/json"), type))
  }
}

write_predictions <- function(values, type) {
  texts <- format_numbers(values)
  body <- switch(type,
    "text/csv" = paste0(paste(texts, collapse = "\n"), "\n"),
    "application/json" = paste0('{"predictions":[', paste(texts, collapse = ","), "]}")
  )
  list(body = body, type = type)
}
