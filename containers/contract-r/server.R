# One R worker: requests come in by one pipe and answers go out by another, in frames (r_front/worker.py has the other
# ends), so what the image prints is log and nothing else. The image supplies serve_with(paths), which loads the model
# once and returns a function of body, content type and accepted types ("" leaves them to the image) that answers
# list(body =, type =).
# Requests of the media type that the function has as attribute `joins` may be joined: for bodies without quotes, with a
# line each, the answer is a line for each line, in this type; a body's lines among others are answered as alone, or not
# all of them are answered.

# Signals bad input: the status and the reason go to the caller.
refuse_request <- function(status, ...) {
  stop(structure(
    class = c("request_error", "error", "condition"),
    list(message = paste0(...), call = NULL, status = status)
  ))
}

problem <- function(status, reason) {
  body <- as.character(jsonlite::toJSON(list(error = reason), auto_unbox = TRUE))
  list(status = status, type = "application/json", body = body)
}

# The media type of an answer: the first one accepted that can be written; `accept` is a list with commas.
chosen_type <- function(accept, written, default) {
  if (accept == "" || accept %in% written) {
    return(if (accept == "") default else accept)
  }
  wanted <- strsplit(accept, ",", fixed = TRUE)[[1]]
  known <- wanted[wanted %in% c(written, "*/*")]
  if (!length(known)) {
    refuse_request(406L, "accept ", quoted(accept), " is not written here: ask for ", paste(written, collapse = " or "))
  }
  if (known[1] == "*/*") default else known[1]
}

body_text <- function(bytes) {
  if (!length(bytes) || bytes[1] <= BLANK && all(bytes <= BLANK)) {
    refuse("the body is empty")
  }
  if (length(grepRaw(NUL, bytes, fixed = TRUE))) {
    refuse("the body is not text")
  }
  text <- rawToChar(bytes)
  Encoding(text) <- "UTF-8"
  text
}

BLANK <- charToRaw(" ") # and what is below: tabs, ends of lines
NUL <- as.raw(0L)

answered <- function(answer, body, type, accept) {
  tryCatch(c(answer(body_text(body), type, accept), status = 200L), error = function(error) {
    if (inherits(error, "user_error")) {
      return(problem(400L, conditionMessage(error)))
    }
    if (inherits(error, "request_error")) {
      return(problem(error$status, conditionMessage(error)))
    }
    message("error while answering: ", conditionMessage(error))
    problem(500L, "the model failed on this input; see the log")
  })
}

# A frame has three numbers of 32 bits in the machine's order. A request: the bytes of content type, accepted types and
# body, which follow. An answer: its status, the bytes of media type and body, which follow.
read_frame <- function(requests) {
  lengths <- readBin(requests, "integer", 3L)
  if (length(lengths) == 3L) {
    types <- readChar(requests, lengths[1:2], useBytes = TRUE)
    list(type = types[1], accept = types[2], body = readBin(requests, "raw", lengths[3]))
  }
}

write_frame <- function(answers, answer) {
  type <- charToRaw(answer$type)
  body <- charToRaw(enc2utf8(answer$body))
  head <- writeBin(c(answer$status, length(type), length(body)), raw())
  writeBin(c(head, type, body), answers)
  flush(answers)
}

# Ends when the front closes its pipe, as it does when it is gone.
answer_all <- function(answer, requests, answers) {
  while (!is.null(frame <- read_frame(requests))) {
    write_frame(answers, answered(answer, frame$body, frame$type, frame$accept))
  }
}

# `requests` and `answers` are numbers of open files. The first frame, of status 0, says that the model is loaded; its
# type is the one whose requests may be joined, or "".
work <- function(paths, requests, answers) {
  tryCatch(
    {
      answer <- serve_with(paths) # loaded here, not at the first request: R evaluates arguments when they are used
      warm_up(answer)
      requests <- file(paste0("/dev/fd/", requests), "rb", raw = TRUE)
      answers <- file(paste0("/dev/fd/", answers), "wb", raw = TRUE)
      write_frame(answers, list(status = 0L, type = c(attr(answer, "joins"), "")[1], body = ""))
      answer_all(answer, requests, answers)
      0L
    },
    error = function(error) {
      message("cannot serve: ", conditionMessage(error))
      1L
    }
  )
}
