# What all R images share, as it is sourced in an image.
contract <- normalizePath("../../../../containers/contract-r")
for (file in setdiff(list.files(contract, "[.]R$"), "main.R")) {
  source(file.path(contract, file))
}

refusal <- function(expression) conditionMessage(testthat::expect_error(expression, class = "user_error"))
