# The columns a model was trained on: numbers, or categories with their levels; saved with the model, so that a
# server reads a row exactly as training did.

# Learns the columns from tables of text; `tables` are the channels, whose levels the model must all know.
learn_schema <- function(tables, target) {
  first <- tables[[1]]
  features <- setdiff(names(first), target)
  if (!length(features)) {
    refuse("channel train has no column besides the target ", target)
  }
  if (any(!vapply(tables, function(table) identical(names(table), names(first)), NA))) {
    refuse("the channels differ in their columns")
  }
  columns <- lapply(features, function(name) {
    cells <- unlist(lapply(tables, `[[`, name), use.names = FALSE)
    if (any(!nzchar(cells))) {
      refuse("column ", name, " has an empty cell")
    }
    levels <- if (!all(is_number(cells))) sort(unique(cells), method = "radix")
    list(name = name, levels = levels)
  })
  list(target = target, columns = stats::setNames(columns, features))
}

# The model's input: one column a number, one indicator for each level but the first (R's treatment contrasts).
design_matrix <- function(schema, cells) {
  parts <- lapply(seq_along(schema$columns), function(position) {
    column <- schema$columns[[position]]
    values <- cells[, position]
    if (is.null(column$levels)) numbers(column, values) else indicators(column, values)
  })
  do.call(cbind, parts)
}

numbers <- function(column, values) {
  good <- is_number(values)
  if (!all(good)) {
    row <- which(!good)[1]
    refuse(sprintf("row %d, column %s: %s is not a finite number", row, column$name, quoted(values[row])))
  }
  matrix(as.numeric(values), dimnames = list(NULL, column$name))
}

indicators <- function(column, values) {
  code <- match(values, column$levels)
  if (anyNA(code)) {
    row <- which(is.na(code))[1]
    known <- listed(column$levels)
    refuse(sprintf("row %d, column %s: %s is none of %s", row, column$name, quoted(values[row]), known))
  }
  levels <- column$levels[-1]
  result <- outer(code, seq_along(levels) + 1L, `==`) + 0
  dimnames(result) <- list(NULL, sprintf("%s=%s", column$name, levels))
  result
}

# How rows that were read plainly (contract-r/plain.R) become columns of a design matrix that is turned around: which
# of its rows have numbers; of each category its levels, its rows, and what these are for each level.
layout_of <- function(schema) {
  levels <- lapply(schema$columns, `[[`, "levels")
  numeric <- vapply(levels, is.null, NA)
  widths <- ifelse(numeric, 1L, lengths(levels) - 1L)
  place <- split(seq_len(sum(widths)), rep(factor(seq_along(widths)), widths))
  categories <- Map(function(levels, rows) {
    list(levels = levels, rows = rows, indicators = diag(length(levels))[-1L, , drop = FALSE])
  }, levels[!numeric], place[!numeric])
  list(numeric = numeric, numbers = unlist(place[numeric]), categories = unname(categories), height = sum(widths))
}

# NULL where a category is not known.
design_columns <- function(layout, rows) {
  if (!length(layout$categories)) {
    return(rows$numbers)
  }
  design <- matrix(0, layout$height, ncol(rows$texts))
  design[layout$numbers, ] <- rows$numbers
  for (position in seq_along(layout$categories)) {
    category <- layout$categories[[position]]
    code <- match(rows$texts[position, ], category$levels)
    if (anyNA(code)) {
      return(NULL)
    }
    design[category$rows, ] <- category$indicators[, code]
  }
  design
}

# A header among other rows is refused then: some column has none of the names as a value.
no_header_is_a_row <- function(schema) {
  names <- names(schema$columns)
  any(vapply(schema$columns, function(column) {
    !any(if (is.null(column$levels)) is_number(names) else names %in% column$levels)
  }, NA))
}

# A channel as the design matrix and the target's numbers.
labelled <- function(schema, table) {
  cells <- as.matrix(table[names(schema$columns)])
  target <- numbers(list(name = schema$target), table[[schema$target]])
  list(features = design_matrix(schema, unname(cells)), target = target[, 1])
}
