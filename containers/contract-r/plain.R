# The same rows as rows.R reads, for bodies that need no care, which is nearly all: then nothing is looked at twice and
# no cell by itself. What is unusual in any way is NULL here, and rows.R reads it or says what is wrong with it.

# Quotes, blanks, control characters, what a byte order mark begins with: rows.R reads these.
CARE <- "[\\x00-\\x09\\x0b-\\x20\"\\x7f\\xef]"
# What as.numeric() takes is what NUMBER takes, or not finite, unless it has one of these, as 0x1A and 1e have.
LETTER <- "(?<=[0-9.])[eExX]"
UNUSUAL <- paste(CARE, LETTER, sep = "|")

# list(numbers =, texts =): matrices with a column for each row of the body, since its cells come in this order, and a
# row for each column of the model. `numeric` says which of them are numbers, by their names.
plain_rows <- function(body, type, numeric) {
  switch(type,
    "text/csv" = plain_csv(body, numeric),
    "application/json" = plain_json(body, numeric)
  )
}

plain_csv <- function(body, numeric) {
  check_lines(body)
  unusual <- has(body, UNUSUAL)
  cells <- if (!(unusual && has(body, CARE)) && validUTF8(body)) cells_of(body, names(numeric))
  if (is.null(cells)) {
    return(NULL)
  }
  parts <- parted(cells, numeric)
  if (!unusual || all(grepl(NUMBER, parts$numbers))) {
    as_rows(suppressWarnings(as.numeric(parts$numbers)), parts$texts, numeric)
  }
}

has <- function(body, what) grepl(what, body, perl = TRUE, useBytes = TRUE)

# NULL where a line has more or fewer cells than columns, or the first one is a header.
cells_of <- function(body, columns) {
  lines <- strsplit(body, "\n", fixed = TRUE)[[1]]
  cells <- strsplit(lines, ",", fixed = TRUE)
  # strsplit forgets an empty last cell.
  if (all(lengths(cells) == length(columns)) && !any(endsWith(lines, ",")) && anyNA(match(cells[[1]], columns))) {
    unlist(cells, use.names = FALSE)
  }
}

plain_json <- function(body, numeric) {
  instances <- tryCatch(instances_of(body), error = function(error) NULL)
  if (is.null(instances) || any(lengths(instances) != length(numeric)) || !all(vapply(instances, is.list, NA))) {
    return(NULL)
  }
  named <- unlist(lapply(instances, names))
  if (!is.null(named) && !identical(named, rep(names(numeric), length(instances)))) {
    return(NULL) # in another order
  }
  parts <- parted(unlist(instances, recursive = FALSE, use.names = FALSE), numeric)
  if (all(vapply(parts$numbers, is.numeric, NA)) && all(vapply(parts$texts, is.character, NA))) {
    as_rows(as.numeric(unlist(parts$numbers)), as.character(unlist(parts$texts)), numeric)
  }
}

parted <- function(cells, numeric) {
  dim(cells) <- c(length(numeric), length(cells) / length(numeric))
  list(numbers = cells[numeric, ], texts = cells[!numeric, ])
}

as_rows <- function(numbers, texts, numeric) {
  if (all(is.finite(numbers))) {
    rows <- (length(numbers) + length(texts)) / length(numeric)
    dim(numbers) <- c(sum(numeric), rows)
    dim(texts) <- c(sum(!numeric), rows)
    list(numbers = numbers, texts = texts)
  }
}
