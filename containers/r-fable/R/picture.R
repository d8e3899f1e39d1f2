# forecast-report.png: some series, each with its past, the forecast with its 80 % and 95 % bands, and what came.

MOST_PANELS <- 12L
PANEL_WIDTH <- 480L # pixels
PANEL_HEIGHT <- 320L
PAST_COLOUR <- "grey35"
FORECAST_COLOUR <- "#1f5fa8"
ACTUAL_COLOUR <- "#c8431c"
BANDS <- c("95" = "#d3e2f3", "80" = "#a3c3e6")

draw_forecasts <- function(model, history, actual, scores, path) {
  chosen <- chosen_series(model, scores)
  columns <- min(3L, length(chosen))
  rows <- ceiling(length(chosen) / columns)
  grDevices::png(path, columns * PANEL_WIDTH, rows * PANEL_HEIGHT + 50L, type = "cairo", pointsize = 13)
  on.exit(grDevices::dev.off())
  graphics::par(
    mfrow = c(rows, columns), mar = c(2.4, 3.6, 3, 0.8), mgp = c(2.4, 0.7, 0), las = 1, oma = c(0, 0, 2.4, 0),
    cex = 0.85
  )
  for (number in chosen) {
    past <- history[history$series == number, ]
    draw_panel(model, number, past, actual[number, ], scores[number, "mase"])
  }
  draw_heading(model, length(chosen))
}

# Evenly from the best to the worst by MASE, so that neither is hidden.
chosen_series <- function(model, scores) {
  usable <- which(!is.na(model$first))
  ranked <- usable[order(scores[usable, "mase"], usable)]
  ranked[unique(round(seq(1, length(ranked), length.out = min(MOST_PANELS, length(ranked)))))]
}

draw_panel <- function(model, number, past, actual, mase) {
  forecasts <- forecasts_of(model, number)
  before <- FREQUENCIES[[model$frequency]]$number(past$period) - model$end
  values <- as.numeric(past$value)
  ahead <- seq_along(model$periods)
  graphics::plot(
    range(before, ahead, 0), shown_range(values, actual, forecasts),
    type = "n", xlab = "", ylab = "", xaxt = "n", frame.plot = FALSE
  )
  draw_axis(model, range(before, ahead, 0))
  draw_bands(ahead, forecasts)
  draw_past(before, values)
  graphics::lines(ahead, forecasts[, "mean"], col = FORECAST_COLOUR, lwd = 2)
  graphics::lines(ahead, actual, col = ACTUAL_COLOUR, lwd = 1.4)
  graphics::points(ahead, actual, col = ACTUAL_COLOUR, pch = 19, cex = 0.55)
  title <- paste(c(model$keys[number, ], if (!length(model$key)) model$target), collapse = " / ")
  graphics::title(main = clipped(title), line = 1.6, cex.main = 1)
  graphics::mtext(sprintf("%s   MASE %s", model$series[[number]]$model, rounded(mase)), line = 0.3, cex = 0.75)
}

# The bands, but not where they would make the values themselves a flat line.
shown_range <- function(values, actual, forecasts) {
  lines <- range(values, actual, forecasts[, "mean"], na.rm = TRUE)
  most <- lines + c(-1, 1) * max(diff(lines), abs(lines[1]) * 0.01, 1e-9)
  bands <- range(lines, forecasts)
  c(max(bands[1], most[1]), min(bands[2], most[2]))
}

draw_axis <- function(model, span) {
  at <- pretty(span, n = 4L)
  at <- at[at == round(at) & at >= span[1] & at <= span[2]]
  graphics::axis(1L, at = at, labels = FREQUENCIES[[model$frequency]]$text(as.integer(model$end + at)), cex.axis = 0.85)
}

draw_bands <- function(ahead, forecasts) {
  for (level in names(BANDS)) {
    lower <- forecasts[, paste0("lower_", level)]
    upper <- forecasts[, paste0("upper_", level)]
    graphics::polygon(c(ahead, rev(ahead)), c(lower, rev(upper)), col = BANDS[[level]], border = NA)
  }
}

# With holes where periods are missing.
draw_past <- function(before, values) {
  if (!length(before)) {
    return(invisible())
  }
  steps <- seq(min(before), max(before))
  graphics::lines(steps, values[match(steps, before)], col = PAST_COLOUR, lwd = 1.3)
}

draw_heading <- function(model, panels) {
  order <- "series, from the lowest to the highest MASE"
  heading <- sprintf("%s: %d of %d %s", model$target, panels, length(model$series), order)
  graphics::mtext(heading, outer = TRUE, side = 3, line = 1.2, adj = 0.01, cex = 1.05, font = 2)
  graphics::par(fig = c(0, 1, 0, 1), mar = c(0, 0, 0.2, 0.5), oma = c(0, 0, 0, 0), new = TRUE)
  graphics::plot.new()
  graphics::legend(
    "topright",
    horiz = TRUE, bty = "n", cex = 0.95, legend = c("past", "forecast", "80 %", "95 %", "what came"),
    col = c(PAST_COLOUR, FORECAST_COLOUR, BANDS[["80"]], BANDS[["95"]], ACTUAL_COLOUR),
    lwd = c(1.3, 2, NA, NA, 1.4), pch = c(NA, NA, 15, 15, 19), pt.cex = c(1, 1, 2, 2, 0.8)
  )
}

clipped <- function(text, most = 52L) {
  if (nchar(text) > most) paste0(substr(text, 1L, most - 3L), "...") else text
}

rounded <- function(value) if (is.na(value)) "unknown" else sprintf("%.2f", value)
