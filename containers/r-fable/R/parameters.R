# What a training job may be told.

forecasting_parameters <- function() {
  list(
    task = choice("forecasting", "forecasting"),
    target = text_value(NULL, "the name of the column to forecast"),
    time = text_value(NULL, "the name of the column with the period"),
    key = names_value("names of columns that tell one series from another, joined by commas"),
    frequency = choice(NULL, names(FREQUENCIES)),
    horizon = whole_number(NULL, 1L, 1000L), # forecasts reach twice as far
    model = choice("auto", c("auto", "ets", "arima")), # auto: for each series the one with the lower criterion
    criterion = choice("aicc", c("aicc", "aic", "bic")),
    transform = choice("none", c("none", "log1p")), # log1p: forecasts above -1, for counts and sales
    cores = whole_number(0L, 0L, 1024L) # 0: all
  )
}

read_settings <- function(path) {
  settings <- typed_parameters(read_parameters(path), forecasting_parameters())
  columns <- c(settings$target, settings$time, settings$key)
  if (anyDuplicated(columns)) {
    refuse("target, time and key must name different columns; ", quoted(columns[duplicated(columns)][1]), " is twice")
  }
  if (HORIZON %in% settings$key) {
    refuse("no key may be named ", HORIZON, ": requests have a column of that name")
  }
  settings
}
