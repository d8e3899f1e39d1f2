# All series on all cores: chunks of series, each in a process of its own, so that one that dies takes few along.
# Each chunk is a share of what is left, so that the last ones are single series and all cores end at about one time.

CHUNKS_AHEAD_PER_CORE <- 8L
LARGEST_CHUNK <- 64L

cores_of <- function(settings) {
  if (settings$cores > 0L) settings$cores else max(1L, parallel::detectCores(), na.rm = TRUE)
}

# lapply over items; an item whose process ended becomes on_loss().
on_all_cores <- function(items, work, cores, on_loss) {
  if (cores == 1L || length(items) < 2L) {
    return(lapply(items, work))
  }
  chunks <- chunked(items, cores)
  done <- suppressWarnings(parallel::mclapply(
    chunks, function(chunk) lapply(chunk, work),
    mc.cores = cores, mc.preschedule = FALSE
  ))
  lost <- !vapply(done, is.list, NA)
  done[lost] <- lapply(chunks[lost], function(chunk) lapply(chunk, function(item) on_loss()))
  do.call(c, done)
}

chunked <- function(items, cores) {
  sizes <- integer()
  while ((left <- length(items) - sum(sizes)) > 0L) {
    sizes <- c(sizes, min(LARGEST_CHUNK, ceiling(left / (cores * CHUNKS_AHEAD_PER_CORE))))
  }
  unname(split(items, rep(seq_along(sizes), sizes)))
}
