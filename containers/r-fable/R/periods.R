# Periods as whole numbers, one step a period: what a text in the time column means, and how it is written back.

HORIZON <- "horizon" # the column of a request that says how many periods

# Each: the periods in a season, an example, text -> number (NA for what is no period), number -> text.
FREQUENCIES <- list(
  yearly = list(
    season = 1L, example = "2017",
    number = function(text) year_number(text), text = function(number) sprintf("%04d", number)
  ),
  quarterly = list(
    season = 4L, example = "2017 Q1",
    number = function(text) quarter_number(text),
    text = function(number) sprintf("%04d Q%d", number %/% 4L, number %% 4L + 1L)
  ),
  monthly = list(
    season = 12L, example = "2017-03",
    number = function(text) month_number(text),
    text = function(number) sprintf("%04d-%02d", number %/% 12L, number %% 12L + 1L)
  ),
  weekly = list(
    season = 52L, example = "2017 W05",
    number = function(text) week_number(text), text = function(number) week_text(number)
  ),
  daily = list(
    season = 7L, example = "2017-03-01",
    number = function(text) day_number(text), text = function(number) day_text(number)
  ),
  hourly = list(
    season = 24L, example = "2017-03-01 05:00:00",
    number = function(text) hour_number(text),
    text = function(number) sprintf("%s %02d:00:00", day_text(number %/% 24L), number %% 24L)
  )
)

MIDNIGHT <- "[ T]00:00(:00([.]0+)?)?Z?$"
FIRST_MONDAY <- 4L # 1970-01-05, in days since 1970-01-01

# Texts of one pattern by `number`, the others by `otherwise`.
either <- function(text, pattern, number, otherwise) {
  result <- rep(NA_integer_, length(text))
  fits <- grepl(pattern, text)
  result[fits] <- number(text[fits])
  result[!fits] <- otherwise(text[!fits])
  result
}

day_number <- function(text) {
  text <- sub(MIDNIGHT, "", text)
  text[!grepl("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text)] <- NA
  as.integer(as.Date(text, format = "%Y-%m-%d"))
}

day_text <- function(number) {
  format(as.Date(number, origin = "1970-01-01"), "%Y-%m-%d")
}

year_number <- function(text) {
  either(text, "^[0-9]{4}$", as.integer, function(text) year_of(day_number(text)))
}

year_of <- function(day) {
  as.integer(format(as.Date(day, origin = "1970-01-01"), "%Y"))
}

month_number <- function(text) {
  named <- "^([0-9]{4})[ -]([A-Za-z]{3})$"
  either(text, named, function(text) {
    month <- match(tolower(sub(named, "\\2", text)), tolower(month.abb))
    as.integer(sub(named, "\\1", text)) * 12L + month - 1L
  }, function(text) {
    day <- day_number(ifelse(grepl("^[0-9]{4}-[0-9]{2}$", text), paste0(text, "-01"), text))
    year_of(day) * 12L + as.integer(format(as.Date(day, origin = "1970-01-01"), "%m")) - 1L
  })
}

quarter_number <- function(text) {
  pattern <- "^([0-9]{4})[ -]?Q([1-4])$"
  either(text, pattern, function(text) {
    as.integer(sub(pattern, "\\1", text)) * 4L + as.integer(sub(pattern, "\\2", text)) - 1L
  }, function(text) month_number(text) %/% 3L)
}

# ISO 8601: weeks begin on Monday, and the first of a year has 4 January.
week_number <- function(text) {
  pattern <- "^([0-9]{4})[ -]?W([0-9]{1,2})$"
  either(text, pattern, function(text) {
    year <- as.integer(sub(pattern, "\\1", text))
    week <- as.integer(sub(pattern, "\\2", text))
    number <- first_week(year) + week - 1L
    ifelse(week >= 1L & number < first_week(year + 1L), number, NA_integer_)
  }, function(text) (day_number(text) - FIRST_MONDAY) %/% 7L)
}

first_week <- function(year) {
  (as.integer(as.Date(sprintf("%04d-01-04", year))) - FIRST_MONDAY) %/% 7L
}

week_text <- function(number) {
  year <- year_of(number * 7L + FIRST_MONDAY + 3L) # a week belongs to the year of its Thursday
  sprintf("%04d W%02d", year, number - first_week(year) + 1L)
}

hour_number <- function(text) {
  pattern <- "^(.{10})[ T]([01][0-9]|2[0-3]):00(:00([.]0+)?)?Z?$"
  either(text, pattern, function(text) {
    day_number(sub(pattern, "\\1", text)) * 24L + as.integer(sub(pattern, "\\2", text))
  }, function(text) day_number(text) * 24L)
}
