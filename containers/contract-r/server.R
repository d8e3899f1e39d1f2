# One R worker: a plumber router over a Unix socket. The image supplies serve_with(paths), which loads the model
# once and returns a function of body, content type and accepted type ("" leaves it to the image) that answers
# list(body =, type =).

# Signals bad input: the status and the reason go to the caller.
refuse_request <- function(status, ...) {
  stop(structure(
    class = c("request_error", "error", "condition"),
    list(message = paste0(...), call = NULL, status = status)
  ))
}

problem <- function(res, status, reason) {
  res$status <- status
  res$setHeader("Content-Type", "application/json")
  res$body <- as.character(jsonlite::toJSON(list(error = reason), auto_unbox = TRUE))
  res
}

# `*/*` and a missing header leave the choice to the server.
media_type <- function(header, default) {
  type <- tolower(trimws(sub(";.*$", "", if (is.null(header)) "" else header)))
  if (type %in% c("", "*/*")) default else type
}

body_text <- function(bytes) {
  if (any(bytes == 0L)) {
    refuse("the body is not text")
  }
  text <- rawToChar(bytes)
  if (!grepl("[^[:space:]]", text, useBytes = TRUE)) {
    refuse("the body is empty")
  }
  Encoding(text) <- "UTF-8"
  text
}

invocation <- function(answer) {
  function(req, res) {
    tryCatch(
      {
        type <- media_type(req$HTTP_CONTENT_TYPE, "text/csv")
        accept <- media_type(sub(",.*$", "", if (is.null(req$HTTP_ACCEPT)) "" else req$HTTP_ACCEPT), "")
        body <- body_text(req$rook.input$read())
        result <- answer(body, type, accept)
        res$setHeader("Content-Type", result$type)
        res$body <- result$body
        res
      },
      request_error = function(error) problem(res, error$status, conditionMessage(error)),
      user_error = function(error) problem(res, 400L, conditionMessage(error)),
      error = function(error) {
        message("error while answering: ", conditionMessage(error))
        problem(res, 500L, "the model failed on this input; see the log")
      }
    )
  }
}

router <- function(answer) {
  # Only raw bodies: plumber's own parsers and serializers would cost more than the prediction.
  endpoints <- plumber::Plumber$new(filters = NULL)
  endpoints$handle("POST", "/invocations", invocation(answer), parsers = character())
  endpoints
}

# Serves as long as the process that started it lives; the socket appears when the model is loaded.
work <- function(paths, socket, supervisor) {
  tryCatch(
    {
      answer <- serve_with(paths) # loaded here, not at the first request: R evaluates arguments when they are used
      httpuv::startPipeServer(socket, strtoi("077", 8L), router(answer))
      while (tools::pskill(supervisor, 0L)) {
        httpuv::service(1000)
      }
      0L
    },
    error = function(error) {
      message("cannot serve: ", conditionMessage(error))
      1L
    }
  )
}
