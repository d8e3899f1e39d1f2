# Multivariate adaptive regression splines: fitted by mda, kept as JSON, computed from it.

MODEL_FILE <- "mars.json"

PARAMETERS <- list(
  degree = whole_number(1L, 1L, 10L), # of interactions between columns
  nk = whole_number(0L, 0L, 1000L), # most terms before pruning; 0 is mda's own choice
  penalty = real_number(0, 0, 100), # cost of a knot; 0 is mda's own: 2, or 3 with interactions
  thresh = real_number(0.001, 1e-10, 1),
  prune = choice("true", c("true", "false")),
  task = choice("regression", c("regression"))
)

fit_mars <- function(data, parameters) {
  arguments <- list(
    x = data$features, y = data$target, degree = parameters$degree, thresh = parameters$thresh,
    prune = parameters$prune == "true"
  )
  if (parameters$nk > 0L) arguments$nk <- parameters$nk
  if (parameters$penalty > 0) arguments$penalty <- parameters$penalty
  do.call(mda::mars, arguments)
}

# The fitted model as data: a sum of terms, each a coefficient times hinges max(0, sign * (column - cut)).
# Not an R object: reading one may run code, and an archive comes from outside. Any language can compute it.
terms_of <- function(fitted) {
  lapply(seq_along(fitted$selected.terms), function(position) {
    row <- fitted$selected.terms[position]
    used <- which(fitted$factor[row, ] != 0)
    list(
      coefficient = fitted$coefficients[position, 1],
      columns = used - 1L,
      signs = unname(fitted$factor[row, used]),
      cuts = unname(fitted$cuts[row, used])
    )
  })
}

save_model <- function(fitted, schema, folder) {
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  columns <- lapply(unname(schema$columns), function(column) {
    c(list(name = column$name), if (!is.null(column$levels)) list(levels = I(column$levels)))
  })
  terms <- lapply(terms_of(fitted), function(term) {
    # As text, since jsonlite rounds numbers to 15 digits and these must come back the same.
    list(
      coefficient = format_numbers(term$coefficient), columns = I(term$columns),
      signs = I(term$signs), cuts = I(format_numbers(term$cuts))
    )
  })
  model <- list(version = 1L, target = schema$target, columns = columns, terms = terms)
  cat(jsonlite::toJSON(model, auto_unbox = TRUE), file = file.path(folder, MODEL_FILE))
}

load_model <- function(folder) {
  file <- file.path(folder, MODEL_FILE)
  if (!file.exists(file)) {
    refuse("there is no ", MODEL_FILE, " in ", folder)
  }
  model <- tryCatch(
    jsonlite::fromJSON(file, simplifyDataFrame = FALSE, simplifyMatrix = FALSE),
    error = function(error) refuse(MODEL_FILE, " is not a model: it is not JSON")
  )
  if (!is.list(model) || !identical(model$version, 1L) || !length(model$terms) || !length(model$columns)) {
    refuse(MODEL_FILE, " is not a model of this image")
  }
  names(model$columns) <- vapply(model$columns, `[[`, "", "name")
  list(schema = model[c("target", "columns")], terms = lapply(model$terms, read_term))
}

read_term <- function(term) {
  list(
    coefficient = as.numeric(term$coefficient), columns = as.integer(term$columns),
    signs = as.numeric(term$signs), cuts = as.numeric(term$cuts)
  )
}

predict_rows <- function(loaded, cells) {
  predict_terms(loaded$terms, design_matrix(loaded$schema, cells))
}

predict_terms <- function(terms, features) {
  result <- numeric(nrow(features))
  for (term in terms) {
    value <- rep(term$coefficient, nrow(features))
    for (hinge in seq_along(term$columns)) {
      distance <- term$signs[hinge] * (features[, term$columns[hinge] + 1L] - term$cuts[hinge])
      value <- value * pmax(distance, 0)
    }
    result <- result + value
  }
  result
}
