print("sidos")
