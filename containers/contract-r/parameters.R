# Hyperparameters arrive as strings: type them, bound them, and name the one that is wrong.

PLATFORM_PREFIXES <- "^(sagemaker_|_tuning_)"

# The job's own hyperparameters as a named character vector; what the platform adds for itself is left out.
read_parameters <- function(path) {
  if (!file.exists(path)) {
    return(character())
  }
  values <- tryCatch(
    jsonlite::fromJSON(path, simplifyVector = FALSE),
    error = function(error) refuse("hyperparameters.json is not JSON")
  )
  values <- values[!grepl(PLATFORM_PREFIXES, names(values))]
  # The SageMaker SDK puts a second layer of JSON around strings.
  vapply(values, function(value) sub('^"(.*)"$', "\\1", as.character(value)), "")
}

whole_number <- function(default, low, high) {
  list(
    default = default,
    allowed = sprintf("a whole number from %d to %d", low, high),
    parse = function(text) {
      value <- if (is_number(text)) as.numeric(text) else NA_real_
      if (!is.na(value) && value == round(value) && value >= low && value <= high) as.integer(value)
    }
  )
}

real_number <- function(default, low, high) {
  list(
    default = default,
    allowed = sprintf("a number from %g to %g", low, high),
    parse = function(text) {
      value <- if (is_number(text)) as.numeric(text) else NA_real_
      if (!is.na(value) && value >= low && value <= high) value
    }
  )
}

choice <- function(default, words) {
  list(
    default = default,
    allowed = paste("one of", paste(words, collapse = ", ")),
    parse = function(text) if (text %in% words) text
  )
}

# Every allowed parameter with its value or default; all that is wrong is reported at once.
typed_parameters <- function(values, allowed) {
  unknown <- setdiff(names(values), names(allowed))
  problems <- if (length(unknown)) {
    sprintf("unknown hyperparameter %s; known: %s", sapply(unknown, quoted), paste(names(allowed), collapse = ", "))
  }
  result <- list()
  for (name in names(allowed)) {
    rule <- allowed[[name]]
    value <- if (name %in% names(values)) rule$parse(trimws(values[[name]])) else rule$default
    if (is.null(value)) {
      problem <- sprintf("hyperparameter %s=%s must be %s", name, quoted(values[[name]]), rule$allowed)
      problems <- c(problems, problem)
    }
    result[[name]] <- value
  }
  if (length(problems)) {
    refuse(paste(problems, collapse = "; "))
  }
  result
}
