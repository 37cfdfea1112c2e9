/// Which record is being read, for errors.
enum CSVPlace {
    case header(String)
    case row(Int, String)
}
