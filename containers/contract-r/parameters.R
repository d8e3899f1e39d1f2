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

# Any text that is not blank.
text_value <- function(default, what) {
  list(default = default, allowed = what, parse = function(text) if (nzchar(text)) text)
}

# Several names in one text; none is allowed.
names_value <- function(what) {
  list(
    default = character(),
    allowed = what,
    parse = function(text) {
      names <- trimws(strsplit(text, ",", fixed = TRUE)[[1]])
      if (all(nzchar(names)) && !anyDuplicated(names)) names
    }
  )
}

# Every allowed parameter with its value or default; all that is wrong is reported at once. No default: required.
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
      given <- if (name %in% names(values)) paste0("=", quoted(values[[name]])) else " is missing: it"
      problems <- c(problems, sprintf("hyperparameter %s%s must be %s", name, given, rule$allowed))
    }
    result[[name]] <- value
  }
  if (length(problems)) {
    refuse(paste(problems, collapse = "; "))
  }
  result
}
