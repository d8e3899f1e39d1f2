# The table of a channel as series: per combination of keys the periods that were observed, in order, and their
# values. What is wrong with one series is kept as its reason and concerns no other.

LONGEST <- 200000L # periods from first to last; more is a wrong date rather than a series
SHORTEST <- 8L # observed values; information criteria mean nothing below

# A channel's rows: series (its keys joined), period as a number, value or NA; `keys` keeps the keys apart.
observations <- function(table, settings, channel) {
  missing <- setdiff(c(settings$target, settings$time, settings$key), names(table))
  if (length(missing)) {
    refuse("channel ", channel, " has no column ", listed(missing), "; it has ", listed(names(table)))
  }
  frequency <- FREQUENCIES[[settings$frequency]]
  period <- frequency$number(table[[settings$time]])
  check_cells(!is.na(period), table[[settings$time]], channel, settings$time, paste(
    "is no", settings$frequency, "period like", frequency$example
  ))
  keys <- unname(as.matrix(table[settings$key]))
  values <- values_of(table[[settings$target]], channel, settings$target)
  list(rows = data.frame(id = joined(keys), period = period, value = values), keys = keys)
}

check_cells <- function(good, cells, channel, column, problem) {
  if (!all(good)) {
    row <- which(!good)[1]
    refuse(sprintf("channel %s, row %d, column %s: %s %s", channel, row, column, quoted(cells[row]), problem))
  }
}

# Empty and NA are missing values.
values_of <- function(cells, channel, column) {
  missing <- cells %in% c("", "NA", "NaN", "nan")
  check_cells(missing | is_number(cells), cells, channel, column, "is not a finite number")
  values <- rep(NA_real_, length(cells))
  values[!missing] <- as.numeric(cells[!missing])
  values
}

# Rows of keys as one text each; the separator is no printable character.
joined <- function(keys) {
  if (!ncol(keys)) {
    return(rep("", nrow(keys)))
  }
  do.call(paste, c(lapply(seq_len(ncol(keys)), function(column) keys[, column]), sep = "\x1f"))
}

# Ends the work on one series with the reason.
give_up <- function(...) {
  stop(structure(class = c("series_error", "error", "condition"), list(message = paste0(...), call = NULL)))
}

# The observations of one series from its first to its last value, gaps as NA.
regular <- function(rows, frequency) {
  rows <- rows[!is.na(rows$value), ]
  if (!nrow(rows)) {
    give_up("it has no values")
  }
  if (length(twice <- rows$period[duplicated(rows$period)])) {
    give_up("period ", FREQUENCIES[[frequency]]$text(twice[1]), " occurs more than once")
  }
  start <- min(rows$period)
  length <- max(rows$period) - start + 1L
  if (length > LONGEST) {
    give_up(sprintf("it spans %d periods, more than %d", length, LONGEST))
  }
  if (nrow(rows) < SHORTEST) {
    give_up(sprintf("it is too short: %d values, at least %d are needed", nrow(rows), SHORTEST))
  }
  values <- rep(NA_real_, length)
  values[rows$period - start + 1L] <- rows$value
  list(start = start, values = values, frequency = frequency)
}
