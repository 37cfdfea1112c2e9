/// `load.R`: reads every table of the dataset into data frames with declared types and labels, in base R.
enum RScript {
    static func text(_ codebook: Codebook) -> String {
        let title = ScriptText.comment(codebook.study.title)
        let remark = codebook.madeUp.map { "message(\(ScriptText.r($0)))\n\n" } ?? ""
        return """
            # \(title): loads the dataset's tables with their types and labels. Needs R 4.0 or newer, no packages.
            #
            #   source("load.R")
            #   data <- load_dataset()             # a list of data frames; of another directory: load_dataset("/path")
            #   data$persons
            #   table(with_labels(data$some_register$some_column))
            #
            # From a shell, `Rscript load.R` says what is there.

            \(remark).sidos_tables <- list(
            \(codebook.tables.map(table).joined(separator: ",\n"))
            )

            """ + code
    }

    private static func table(_ table: Codebook.Table) -> String {
        let columns = table.columns.map { column in
            let values = column.kind == .membership ? [] : column.values
            let labels =
                "c(" + values.map { ScriptText.r($0.value) }.joined(separator: ", ") + "), c("
                + values.map { ScriptText.r($0.label) }.joined(separator: ", ") + ")"
            return "      list(\(ScriptText.r(column.name)), \(ScriptText.r(column.kind.rawValue)), "
                + "\(ScriptText.r(column.label)), \(labels))"
        }
        return """
              list(id = \(ScriptText.r(table.id)), title = \(ScriptText.r(table.title)),
                   rows = \(table.rowCount), columns = list(
            \(columns.joined(separator: ",\n"))
              ))
            """
    }

    private static let code = #"""

        # Reads a CSV file of the dataset as text: a list of columns. An unquoted empty field is NA, a quoted one "".
        # Byte 0xFF, which UTF-8 never has, takes the place of the separators outside quotes.
        .sidos_read <- function(path, width, block_bytes = 8388608) {
          connection <- file(path, "rb")
          on.exit(close(connection))
          rest <- raw(0)
          blocks <- list()
          repeat {
            block <- readBin(connection, "raw", block_bytes)
            bytes <- c(rest, block)
            outside <- cumsum(bytes == as.raw(0x22)) %% 2L == 0L
            ends <- which(bytes == as.raw(0x0a) & outside)
            if (length(ends) == 0L) {
              if (length(block) == 0L) break
              rest <- bytes
              next
            }
            last <- ends[length(ends)]
            rest <- if (last < length(bytes)) bytes[(last + 1L):length(bytes)] else raw(0)
            bytes <- bytes[seq_len(last)]
            bytes[which(bytes == as.raw(0x2c) & outside[seq_len(last)])] <- as.raw(0xff)
            bytes[ends] <- as.raw(0xff)
            bytes <- bytes[-(ends - 1L)]
            fields <- strsplit(rawToChar(bytes), rawToChar(as.raw(0xff)), fixed = TRUE, useBytes = TRUE)[[1L]]
            if (length(fields) %% width != 0L) stop(path, " has rows of unequal length", call. = FALSE)
            blocks[[length(blocks) + 1L]] <- fields
          }
          if (length(rest) > 0L || length(blocks) == 0L) stop(path, " ends within a row", call. = FALSE)
          fields <- unlist(blocks)
          lapply(seq_len(width), function(i) {
            text <- fields[seq.int(i, length(fields), by = width)]
            Encoding(text) <- "UTF-8"
            text[!nzchar(text)] <- NA_character_
            quoted <- which(startsWith(text, "\""))
            inner <- substr(text[quoted], 2L, nchar(text[quoted], "chars") - 1L)
            text[quoted] <- gsub("\"\"", "\"", inner, fixed = TRUE)
            text
          })
        }

        # A whole number is an integer of R if all fit, else a double if all are below 2^53, else text.
        .sidos_integer <- function(text, name) {
          number <- as.numeric(text)
          if (all(abs(number) <= 2147483647, na.rm = TRUE)) return(as.integer(text))
          if (all(abs(number) < 9007199254740992, na.rm = TRUE)) return(number)
          warning("column ", name, " has integers that a double cannot hold exactly; it is left as text", call. = FALSE)
          text
        }

        .sidos_decimal <- function(text, name, decimals) {
          if (decimals == "text") return(text)
          digits <- nchar(gsub("^0+", "", gsub("[-.]", "", text)))
          if (any(digits > 15L, na.rm = TRUE)) {
            warning("column ", name, " has decimals of more than 15 digits; decimals = \"text\" keeps them",
                    call. = FALSE)
          }
          as.numeric(text)
        }

        # A factor of codes: those with labels in the agreement's order, then all others that occur.
        .sidos_factor <- function(text, values) {
          factor(text, levels = c(values, sort(setdiff(unique(text[!is.na(text)]), values), method = "radix")))
        }

        .sidos_column <- function(text, column, decimals) {
          values <- as.character(column[[4L]])
          value <- switch(column[[2L]],
            person = text, text = text,
            membership = , boolean = text == "true",
            link = , code = .sidos_factor(text, values),
            integer = .sidos_integer(text, column[[1L]]),
            decimal = .sidos_decimal(text, column[[1L]], decimals),
            date = as.Date(text, format = "%Y-%m-%d"))
          if (anyNA(value[!is.na(text)])) {
            stop("column ", column[[1L]], " holds a value that is no ", column[[2L]], call. = FALSE)
          }
          if (length(values) > 0L && column[[2L]] != "link") {
            attr(value, "labels") <- setNames(if (is.numeric(value)) as.numeric(values) else values, column[[5L]])
          }
          attr(value, "label") <- column[[3L]]
          value
        }

        # Every table of the dataset as a data frame. Each column has the attribute "label", and "labels" where its
        # values have labels: the values, named by what they mean.
        load_dataset <- function(directory = .sidos_directory, decimals = c("double", "text")) {
          decimals <- match.arg(decimals)
          tables <- lapply(.sidos_tables, function(table) {
            path <- file.path(directory, paste0(table$id, ".csv"))
            width <- length(table$columns)
            names <- vapply(table$columns, function(column) column[[1L]], "")
            text <- .sidos_read(path, width)
            if (!identical(vapply(text, `[`, "", 1L), names)) {
              stop(path, " has other columns than the dataset was written with", call. = FALSE)
            }
            count <- length(text[[1L]]) - 1L
            if (count != table$rows) {
              stop(path, " has ", count, " rows instead of ", table$rows, ": the copy is not whole", call. = FALSE)
            }
            frame <- Map(function(text, column) .sidos_column(text[-1L], column, decimals), text, table$columns)
            attributes(frame) <- list(names = names, row.names = .set_row_names(count), class = "data.frame")
            attr(frame, "label") <- table$title
            frame
          })
          setNames(tables, vapply(.sidos_tables, function(table) table$id, ""))
        }

        # A column as a factor of its values' labels; values without a label stand for themselves.
        with_labels <- function(column) {
          labels <- attr(column, "labels")
          # Not as.character, which makes 1e+05 of the number 100000.
          plain <- function(value) if (is.numeric(value)) sprintf("%.0f", value) else as.character(value)
          found <- if (is.factor(column)) levels(column) else plain(sort(unique(column)))
          values <- unique(c(plain(labels), found))
          named <- match(values, plain(labels))
          words <- ifelse(is.na(named), values, names(labels)[named])
          factor(plain(column), levels = values, labels = make.unique(words))
        }

        # Where this file is: source() and Rscript tell.
        .sidos_directory <- local({
          sourced <- Filter(Negate(is.null), lapply(sys.frames(), function(frame) frame$ofile))
          argument <- grep("^--file=", commandArgs(FALSE), value = TRUE)
          sourced <- Filter(file.exists, sourced)
          if (length(sourced) > 0L) dirname(normalizePath(sourced[[length(sourced)]]))
          else if (length(argument) > 0L) dirname(normalizePath(sub("^--file=", "", argument[[1L]])))
          else "."
        })

        if (sys.nframe() == 0L && !interactive()) {
          for (table in load_dataset()) {
            cat(sprintf("%s: %d rows\n", attr(table, "label"), nrow(table)))
            for (name in names(table)) {
              cat(sprintf("  %-24s %-10s %s\n", name, class(table[[name]])[1L], attr(table[[name]], "label")))
            }
          }
        }

        """#
}
