# Fits on channel train, prints a metric line for each channel, keeps the model.

train <- function(paths) {
  parameters <- typed_parameters(read_parameters(paths$hyperparameters), PARAMETERS)
  channels <- Filter(function(name) length(list.files(file.path(paths$data, name))), c("train", "validation"))
  if (!"train" %in% channels) {
    refuse("channel train has no .csv file")
  }
  tables <- lapply(stats::setNames(channels, channels), function(name) read_channel(file.path(paths$data, name)))
  schema <- learn_schema(tables, names(tables$train)[1]) # the label comes first
  data <- lapply(tables, labelled, schema = schema)
  model <- fit_mars(data$train, parameters)
  for (name in channels) {
    report(name, data[[name]], terms_of(model))
  }
  save_model(model, schema, paths$model)
}

report <- function(channel, data, terms) {
  errors <- predict_terms(terms, data$features) - data$target
  spread <- sum((data$target - mean(data$target))^2)
  cat(sprintf("%s:rmse=%.6f;\n", channel, sqrt(mean(errors^2))))
  cat(sprintf("%s:mae=%.6f;\n", channel, mean(abs(errors))))
  if (spread > 0) cat(sprintf("%s:r2=%.6f;\n", channel, 1 - sum(errors^2) / spread))
}
