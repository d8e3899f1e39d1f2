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

# The terms as vectors, so that a model of any size is a handful of operations: the hinges of all terms in a row, and
# for the first, second, ... factor of each term its hinge. Terms with fewer factors have the one behind the last, 1.
vectors_of <- function(terms) {
  all_of <- function(field) as.numeric(unlist(lapply(terms, `[[`, field)))
  degrees <- lengths(lapply(terms, `[[`, "columns"))
  before <- cumsum(degrees) - degrees
  factors <- lapply(seq_len(max(degrees, 1L)), function(factor) {
    ifelse(factor <= degrees, before + factor, sum(degrees) + 1L)
  })
  list(
    coefficients = all_of("coefficient"), columns = all_of("columns") + 1, signs = all_of("signs"),
    cuts = all_of("cuts"), factors = factors
  )
}

# `columns` has a row for each column of the design matrix, and a column for each row to predict.
predict_columns <- function(vectors, columns) {
  hinges <- vectors$signs * (columns[vectors$columns, , drop = FALSE] - vectors$cuts)
  hinges[hinges < 0] <- 0
  hinges <- rbind(hinges, 1)
  values <- vectors$coefficients
  for (factor in vectors$factors) {
    values <- values * hinges[factor, , drop = FALSE]
  }
  .colSums(values, nrow(values), ncol(values))
}

predict_terms <- function(terms, features) predict_columns(vectors_of(terms), t(features))
