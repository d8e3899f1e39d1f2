test_that("only the wanted files are taken out of an archive, and they go away", {
  source <- withr::local_tempdir()
  for (name in c("model.json", "other.txt")) writeLines(name, file.path(source, name))
  folder <- withr::local_tempdir()
  withr::with_dir(source, utils::tar(file.path(folder, "model.tar.gz"), ".", compression = "gzip", tar = "internal"))
  seen <- with_unpacked(folder, "model.json", function(unpacked) c(unpacked, list.files(unpacked)))
  expect_identical(seen[-1], "model.json")
  expect_false(dir.exists(seen[1]))
})

test_that("files without an archive are used where they are", {
  folder <- withr::local_tempdir()
  expect_identical(with_unpacked(folder, "model.json", identity), folder)
})

test_that("a broken archive holds no files", {
  folder <- withr::local_tempdir()
  writeLines("no archive", file.path(folder, "model.tar.gz"))
  expect_length(with_unpacked(folder, "model.json", list.files), 0L)
})
