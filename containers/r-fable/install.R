# Installs fable and what it needs beyond Debian's packages into a folder, at exactly these versions.
# Arguments: a CRAN repository (https://..., file://...), the folder.

VERSIONS <- c(anytime = "0.3.9", tsibble = "1.1.3", fabletools = "0.3.4", fable = "0.3.3", feasts = "0.3.1")

versions_of <- function(packages) {
  stats::setNames(packages[, "Version"], packages[, "Package"])
}

check_versions <- function(found, where) {
  wrong <- names(VERSIONS)[!names(VERSIONS) %in% names(found) | found[names(VERSIONS)] != VERSIONS]
  if (length(wrong)) {
    has <- ifelse(is.na(found[wrong]), "none", found[wrong])
    wanted <- paste(wrong, VERSIONS[wrong], collapse = ", ")
    stop(where, " has ", paste(wrong, has, collapse = ", "), "; wanted ", wanted)
  }
}

install <- function(repository, folder) {
  options(warn = 2L) # a download that fails is only a warning otherwise
  check_versions(versions_of(utils::available.packages(repos = repository, type = "source")), repository)
  dir.create(folder, recursive = TRUE)
  .libPaths(c(folder, .libPaths()))
  # In this order each finds what it needs installed: nothing else is taken from the repository.
  for (package in names(VERSIONS)) {
    utils::install.packages(
      package, folder,
      repos = repository, type = "source", dependencies = FALSE,
      INSTALL_opts = c("--no-docs", "--no-multiarch", "--strip")
    )
  }
  check_versions(versions_of(utils::installed.packages(folder)), folder)
}

arguments <- commandArgs(trailingOnly = TRUE)
install(arguments[1], arguments[2])
