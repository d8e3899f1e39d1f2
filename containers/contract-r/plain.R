# The same rows as rows.R reads, for bodies that need no care, which is nearly all: then nothing is looked at twice and
# no cell by itself. What is unusual in any way is NULL here, and rows.R reads it or says what is wrong with it.

# What a byte of a body is, or asks for.
SEPARATOR <- -1L
DIGITS <- 0L # nothing: it may be of a number
LETTERS <- 1L # a look at each number
CARE <- 2L # quotes, blanks, a byte order mark, control characters
BYTES <- local({
  kinds <- rep(LETTERS, 256L)
  kinds[utf8ToInt("0123456789+-.") + 1L] <- DIGITS
  kinds[utf8ToInt(",\n") + 1L] <- SEPARATOR
  kinds[c(0:9, 11:32, utf8ToInt('"'), 127L, 239L) + 1L] <- CARE
  kinds
})
NEWLINE <- utf8ToInt("\n")

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
  codes <- as.integer(charToRaw(body))
  kinds <- BYTES[codes + 1L]
  cells <- if (max(kinds) < CARE) cells_between(body, codes[kinds == SEPARATOR], names(numeric))
  if (is.null(cells)) {
    return(NULL)
  }
  parts <- parted(cells, numeric)
  if (max(kinds) <= DIGITS || are_numbers(parts$numbers)) {
    as_rows(suppressWarnings(as.numeric(parts$numbers)), parts$texts, numeric)
  }
}

# NULL where a line has more or fewer cells than columns, or the first one is a header.
cells_between <- function(body, separators, columns) {
  width <- length(columns)
  # The last line may have no end; its cells are counted below.
  whole <- identical(which(separators == NEWLINE), seq_len(length(separators) %/% width) * width)
  if (whole && validUTF8(body)) {
    cells <- strsplit(gsub("\n", ",", body, fixed = TRUE), ",", fixed = TRUE)[[1]]
    if (length(cells) %% width == 0L && anyNA(match(cells[seq_len(width)], columns))) cells
  }
}

# Of digits, signs and points as.numeric() takes what NUMBER takes, and this look costs a third of that one.
are_numbers <- function(cells) {
  !any(grepl("[^0-9+.-]", cells, perl = TRUE)) || all(grepl(NUMBER, cells))
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
  if (all(numeric)) {
    return(list(numbers = cells, texts = character()))
  }
  numbers <- rep_len(numeric, length(cells))
  list(numbers = cells[numbers], texts = cells[!numbers])
}

as_rows <- function(numbers, texts, numeric) {
  if (all(is.finite(numbers))) {
    rows <- (length(numbers) + length(texts)) / length(numeric)
    dim(numbers) <- c(sum(numeric), rows)
    dim(texts) <- c(sum(!numeric), rows)
    list(numbers = numbers, texts = texts)
  }
}
