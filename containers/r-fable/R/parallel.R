# All series on all cores: chunks of series, each in a process of its own. Each chunk is a share of what is left, so
# that processes are few (each copies what the collector of garbage touches) and all cores still end at about one time.

CHUNKS_AHEAD_PER_CORE <- 2L
LARGEST_CHUNK <- 256L

cores_of <- function(settings) {
  if (settings$cores > 0L) settings$cores else max(1L, parallel::detectCores(), na.rm = TRUE)
}

# lapply over items. Those whose process ended are tried again, each in a process of its own; the one that ends it again
# becomes on_loss().
on_all_cores <- function(items, work, cores, on_loss) {
  if (cores == 1L || length(items) < 2L) {
    return(lapply(items, work))
  }
  first <- in_processes(items, chunked(seq_along(items), cores), work, cores)
  again <- in_processes(items, as.list(first$lost), work, cores)
  results <- first$results
  results[first$lost] <- again$results[first$lost]
  results[again$lost] <- lapply(again$lost, function(number) on_loss())
  results
}

# `chunks` hold numbers of items; `lost` are those of the chunks whose process ended early.
in_processes <- function(items, chunks, work, cores) {
  done <- suppressWarnings(parallel::mclapply(
    chunks, function(chunk) lapply(items[chunk], work),
    mc.cores = cores, mc.preschedule = FALSE
  ))
  lost <- !vapply(done, is.list, NA)
  results <- vector("list", length(items))
  results[unlist(chunks[!lost])] <- do.call(c, done[!lost])
  list(results = results, lost = unlist(chunks[lost]))
}

chunked <- function(items, cores) {
  sizes <- integer()
  while ((left <- length(items) - sum(sizes)) > 0L) {
    sizes <- c(sizes, min(LARGEST_CHUNK, ceiling(left / (cores * CHUNKS_AHEAD_PER_CORE))))
  }
  unname(split(items, rep(seq_along(sizes), sizes)))
}
