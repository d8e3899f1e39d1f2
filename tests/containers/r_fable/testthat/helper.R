# The image's code as it is sourced in the image, and a model that needs no fable.

containers <- normalizePath("../../../../containers")
for (folder in c("contract-r", "r-fable/R")) {
  files <- list.files(file.path(containers, folder), "[.]R$", full.names = TRUE)
  for (file in files[basename(files) != "main.R"]) {
    source(file)
  }
}

source("../seasonal_naive.R")

failing <- function(message) function(history, settings) stop(message)

settings_of <- function(...) {
  defaults <- list(
    task = "forecasting", target = "Trips", time = "Quarter", key = c("Region", "Purpose"), frequency = "quarterly",
    horizon = 4L, model = "auto", criterion = "aicc", transform = "none", cores = 1L
  )
  utils::modifyList(defaults, list(...))
}

observed <- function(values, start = 8000L) {
  data.frame(period = start + seq_along(values) - 1L, value = values)
}

wave <- function(length) 100 + 10 * sin(seq_len(length) * pi / 2) + seq_len(length) %% 7

# A base folder with channels (text of CSV files) and hyperparameters.
job_folder <- function(channels, ..., .frame = parent.frame()) {
  base <- withr::local_tempdir(.local_envir = .frame)
  paths <- paths_of(base)
  for (name in names(channels)) {
    folder <- file.path(paths$data, name)
    dir.create(folder, recursive = TRUE)
    writeLines(channels[[name]], file.path(folder, paste0(name, ".csv")))
  }
  dir.create(dirname(paths$hyperparameters), recursive = TRUE, showWarnings = FALSE)
  values <- list(
    task = "forecasting", target = "Trips", time = "Quarter", key = "Region,Purpose", frequency = "quarterly",
    horizon = "4", cores = "1"
  )
  values <- utils::modifyList(values, list(...))
  writeLines(jsonlite::toJSON(values, auto_unbox = TRUE), paths$hyperparameters)
  paths
}

rows_text <- function(region, purpose, values, start = 8000L) {
  paste(values, FREQUENCIES$quarterly$text(start + seq_along(values) - 1L), region, purpose, sep = ",")
}

HEADER <- "Trips,Quarter,Region,Purpose"

# A trained folder: one good series, one constant, one too short.
trained <- function(..., .frame = parent.frame()) {
  values <- wave(24L)
  train <- c(
    HEADER, rows_text("Nord", "Holiday", values[1:20]), rows_text("Nord", "Business", rep(5, 20)),
    rows_text("S\u00fcd", "Holiday", c(1, 2, 3), 8017L)
  )
  validation <- c(
    HEADER, rows_text("Nord", "Holiday", values[21:24], 8020L), rows_text("Nord", "Business", rep(5, 4), 8020L)
  )
  job_folder(list(train = train, validation = validation), ..., .frame = .frame)
}

train_quietly <- function(paths, fitters = list(ets = seasonal_naive, arima = failing("none"))) {
  utils::capture.output(train_with(paths, fitters))
}
