# The image's code as it is sourced in the image.
containers <- normalizePath("../../../../containers")
for (folder in c("contract-r", "r-mars/R")) {
  files <- list.files(file.path(containers, folder), "[.]R$", full.names = TRUE)
  for (file in files[basename(files) != "main.R"]) {
    source(file)
  }
}
