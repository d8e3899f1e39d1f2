# All series on all cores: one process a core, each of which takes the next series that no other has taken, so that all
# end at about one time, and what a process has to itself (memory that the collector of garbage touches) is had once.

cores_of <- function(settings) {
  if (settings$cores > 0L) settings$cores else max(1L, parallel::detectCores(), na.rm = TRUE)
}

# lapply over items. Those whose process ended are tried again, each in a process of its own; the one that ends it again
# becomes on_loss(). No result may be NULL.
on_all_cores <- function(items, work, cores, on_loss) {
  if (cores == 1L || length(items) < 2L) {
    return(lapply(items, work))
  }
  results <- shared_out(items, work, cores)
  lost <- which(vapply(results, is.null, NA))
  results[lost] <- in_processes(items[lost], work, cores)
  lost <- which(vapply(results, is.null, NA))
  results[lost] <- lapply(lost, function(number) on_loss())
  results
}

# NULL for each item that a process took and did not bring back.
shared_out <- function(items, work, cores) {
  taken <- tempfile("taken")
  dir.create(taken)
  on.exit(unlink(taken, recursive = TRUE))
  takes <- function(number) dir.create(file.path(taken, number), showWarnings = FALSE) # it exists: another took it
  shares <- in_processes(seq_len(min(cores, length(items))), function(core) {
    lapply(seq_along(items), function(number) if (takes(number)) work(items[[number]]))
  }, cores)
  results <- vector("list", length(items))
  for (share in shares) {
    own <- !vapply(share, is.null, NA)
    results[own] <- share[own]
  }
  results
}

# NULL for each item whose process ended early.
in_processes <- function(items, work, cores) {
  done <- suppressWarnings(parallel::mclapply(items, work, mc.cores = cores, mc.preschedule = FALSE))
  lapply(done, function(result) if (is.null(result) || inherits(result, "try-error")) NULL else result)
}
