# An image that does as it is told: the word of a body, and a number where it needs one.

serve_with <- function(paths) {
  Sys.sleep(as.numeric(Sys.getenv("LOADING_SECONDS", "0")))
  asked <- 0L
  answer <- function(body, type, accept) {
    asked <<- asked + 1L
    words <- strsplit(body, "[ \n]")[[1]]
    answer <- switch(words[1],
      asked = asked,
      pid = Sys.getpid(),
      sleep = Sys.sleep(as.numeric(words[2])),
      hang = repeat {},
      die = quit("no", 3L),
      lines = strrep(paste0(asked, "\n"), lengths(gregexpr("\n", body, fixed = TRUE))),
      long = strrep("x", as.integer(words[2])),
      noise = {
        print("printed")
        message("told")
        system("echo by a child")
      },
      paste(nchar(body), type, accept)
    )
    list(body = paste0(answer, ""), type = "text/plain")
  }
  if (nzchar(Sys.getenv("JOINS"))) structure(answer, joins = Sys.getenv("JOINS")) else answer
}
