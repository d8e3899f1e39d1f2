# R compiles a function the second time that it is called: some 70 ms for all that a request calls. No client waits for
# that: before a worker is ready it answers the examples that the image gives, as it will answer requests. Nor for R's
# first look for garbage, which takes 40 ms since everything is new to it; that is so after a full one, too.

# `answer` may have as attribute `examples` a list of list(type =, body =), a request of each kind that clients send.
warm_up <- function(answer) {
  frames <- do.call(c, lapply(attr(answer, "examples"), request_frame))
  requests <- rawConnection(rep(c(raw(), frames), WARMING_TIMES))
  answers <- rawConnection(raw(), "wb")
  on.exit({
    close(requests)
    close(answers)
  })
  answer_all(answer, requests, answers)
  gc(full = FALSE)
}

WARMING_TIMES <- 3L

request_frame <- function(example) {
  parts <- lapply(c(example$type, "", example$body), charToRaw)
  c(writeBin(lengths(parts), raw()), unlist(parts))
}
