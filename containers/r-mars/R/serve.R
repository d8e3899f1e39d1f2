# Rows in, predictions out, in the media type that was sent unless another is asked for.

serve_with <- function(paths) {
  loaded <- load_model(paths$model)
  function(body, type, accept) {
    cells <- rows_of(body, type, names(loaded$schema$columns))
    write_predictions(predict_rows(loaded, cells), if (nzchar(accept)) accept else type)
  }
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
