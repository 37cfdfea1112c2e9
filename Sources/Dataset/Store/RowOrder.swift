internal import Values

/// The order of a person's rows in the dataset: by their own values from the first column on, so that it says nothing
/// of the order in which the register keeps or sent them.
enum RowOrder {
    static func precedes(_ left: [FieldValue], _ right: [FieldValue]) -> Bool {
        for (leftValue, rightValue) in zip(left, right) {
            let order = ValueOrder.compare(leftValue, rightValue)
            if order != 0 { return order < 0 }
        }
        return false
    }
}
