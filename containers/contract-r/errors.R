# What may go wrong in a way that a person can mend, and where SageMaker looks for the reason of a failed job.

MESSAGE_BYTES <- 1024L

# Data or parameters are wrong; the message says which and what is allowed.
refuse <- function(...) {
  stop(structure(
    class = c("user_error", "error", "condition"),
    list(message = paste0(...), call = NULL)
  ))
}

# As AWS counts: bytes, and never half a character.
shortened <- function(text, bytes = MESSAGE_BYTES) {
  if (nchar(text, "bytes") <= bytes) {
    return(text)
  }
  ends <- cumsum(nchar(strsplit(text, "")[[1]], "bytes"))
  paste0(substr(text, 1L, sum(ends <= bytes - 3L)), "...")
}

# Does the work; on failure writes the reason and returns 1.
job <- function(work, reason_file) {
  tryCatch(
    {
      work()
      0L
    },
    error = function(error) {
      reason <- conditionMessage(error)
      if (!inherits(error, "user_error")) {
        reason <- paste0("error in the image: ", reason)
      }
      message(reason)
      dir.create(dirname(reason_file), recursive = TRUE, showWarnings = FALSE)
      cat(shortened(reason), file = reason_file)
      1L
    }
  )
}

# A value as a message shows it: quoted, on one line, not longer than a person reads.
quoted <- function(value) {
  text <- gsub("[[:cntrl:]]", " ", as.character(value))
  if (nchar(text) > 60L) {
    text <- paste0(substr(text, 1L, 57L), "...")
  }
  paste0("'", text, "'")
}

# A few names as a message lists them.
listed <- function(names, most = 10L) {
  shown <- paste(utils::head(names, most), collapse = ", ")
  if (length(names) > most) paste0(shown, ", ...") else shown
}
