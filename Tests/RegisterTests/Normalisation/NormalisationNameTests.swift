import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// Spellings that one person's name has in different registers, and names that must stay apart.
@Suite("Normalisation of names")
struct NormalisationNameTests {
    /// The phonetic keys of a name's words, `_` standing for a space.
    private func keys(_ name: Substring, _ kind: MatchFieldKind) throws -> [[UInt8]] {
        let text = Array(name.utf8).map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }
        let field = try #require(NormalisationProfile.sidos1.normalise(text[...], as: kind), "\(name)")
        return field.words.map { NormalisationProfile.sidos1.phonetic($0, as: kind) }
    }

    // N-21, N-30, N-31
    @Test(
        "Given names fall together",
        arguments: [
            "Sergei Sergey Sergej Serguei Сергей", "Aleksandr Alexander Aleksander Александр",
            "Yekaterina Ekaterina Jekaterina Екатерина", "Mikhail Mihail Michail Михаил", "Yuri Juri Iouri Юрий",
            "Natalya Natalia Natalja Наталья", "Dmitri Dmitry Dmitrij Дмитрий", "Andrei Andrey Andrej Андрей",
            "Yevgeni Evgeny Jevgeni Евгений", "Tatiana Tatyana Tatjana Татьяна", "Olga Olha Ol'ga Ольга",
            "Fyodor Fedor Fjodor Фёдор", "Pyotr Pjotr Petr Пётр", "Sofia Sophia Sofya Sofja",
            "Mohammed Muhammad Mohamed Mohamad Muhammed Mahamed Maxamed محمد",
            "Hussein Husain Hussain Huseyin حسين", "Ahmed Ahmad Ahmet أحمد", "Ali Aly Cali علي",
            "Abdulrahman Abdirahman Abdelrahman Abd_al-Rahman Abdul_Rahman Abdurrahman عبد_الرحمن عبدالرحمن",
            "Abdullah Abdallah Abdalla Abd_Allah عبد_الله عبدالله", "Abdulaziz Abdiaziz Abdul_Aziz",
            "Faadumo Fadumo", "Omar Umar Omer", "Yusuf Yousuf Yousef Youssef يوسف", "Saeed Said سعيد",
            "Mahmoud Mahmood Mahmud محمود", "Khaled Khalid خالد", "Matthias Mathias Matias", "Kristina Christina",
            "Philip Filip Phillip", "Carl Karl", "Väinö Vaino Wainö", "Björn Bjorn Bjoern", "Zoë Zoe", "Marja Maria",
            "Sergei_Ivanovich Сергей_Иванович Sergei", "Peter Petr", "Eric Erik", "Thomas Tomas",
            "Kristina Khrystyna Krystyna",
            "Ljudmila Ludmila Lyudmila Liudmyla Людмила", "Serhii Serhiy Сергій", "Oleh Oleg Олег", "Yevheniia Євгенія",
            "Yegor Yehor Егор Jegor",
        ])
    func givenNames(_ names: String) throws {
        let found = try names.split(separator: " ").map { try keys($0, .givenNames) }
        #expect(Set(found).count == 1, "\(found.map { $0.map { String(decoding: $0, as: UTF8.self) } })")
    }

    // N-13, N-22, N-23, N-31
    @Test(
        "Family names fall together",
        arguments: [
            "Ivanova Ivanov Ivanoff Иванова Иванов", "Pushkina Pushkin Пушкина", "Medvedeva Medvedev Медведева",
            "Tchaikovskaya Tchaikovskaja Tchaikovskiy Tchaikovsky Tchaikovski Tchaikovskij Чайковский Чайковская",
            "Kowalska Kowalski", "Soloviev Solovyev Соловьёв", "Gorbachev Gorbatšov Горбачёв", "Petrović Petrovich",
            "Hruštšov Хрущёв Khrushchev", "Tkachenko Tkaczenko Ткаченко", "Szymański Shymanski",
            "Eriksson Ericsson Erikson", "Åkerlund Akerlund Aakerlund",
            "Häkkinen Hakkinen Haekkinen", "Köhler Kohler Koehler", "Wirtanen Virtanen", "Mattsson Matsson Mattson",
            "Al-Hassan Alhassan El_Hassan Hassan الحسن", "von_Essen Essen", "O'Brien OBrien O’Brien",
        ])
    func familyNames(_ names: String) throws {
        let found = try names.split(separator: " ").map { try keys($0, .familyName) }
        #expect(Set(found).count == 1, "\(found.map { $0.map { String(decoding: $0, as: UTF8.self) } })")
    }

    // N-31
    @Test(
        "Different names stay apart",
        arguments: [
            "Virtanen Vartiainen", "Korhonen Karhunen", "Johan Juhani", "Anna Anne", "Ali Ola", "Nguyen Nygren",
            "Mehmet Mohammed", "Hassan Hussein", "Michael Mikhail", "Martin Martina", "Kristina Kristin", "Eva Ova",
            "Jenni Enni", "Fatma Fatima", "Hamed Hamid", "Matti Mauri", "Kari Kaarlo", "Timo Tommi", "Nieminen Niemi",
            "Hanna Anna", "Liukkonen Lukkonen",
        ])
    func apart(_ names: String) throws {
        let found = try names.split(separator: " ").map { try keys($0, .givenNames) }
        #expect(Set(found).count == 2)
    }

    // N-32
    @Test("Slavic endings count in family names only")
    func endings() throws {
        #expect(try keys("Kristina", .familyName) == keys("Kristin", .familyName))
        #expect(try keys("Ivanova", .givenNames) != keys("Ivanov", .givenNames))
    }

    // N-22…N-25
    @Test(
        "What would leave no word is kept",
        arguments: ["Al", "El Al", "Le Van", "Do", "J", "J M", "Van", "Ivanovich", "Petrovich Ivanovich", "Bin"])
    func notEmptied(_ name: String) throws {
        for kind in [MatchFieldKind.givenNames, .familyName] {
            let field = NormalisationProfile.sidos1.normalise(Array(name.utf8)[...], as: kind)
            #expect(field?.words.count == name.split(separator: " ").count)
        }
    }

    /// The words of a name under `sidos-3`, `_` standing for a space.
    private func words(_ name: Substring, _ kind: MatchFieldKind = .givenNames) throws -> [String] {
        let text = Array(name.utf8).map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }
        let field = try #require(NormalisationProfile.sidos3.normalise(text[...], as: kind), "\(name)")
        return field.words.map { String(decoding: $0, as: UTF8.self) }
    }

    // N-81, N-82
    @Test(
        "Short and foreign forms of one name are one name",
        arguments: [
            "Bob Robert Robban Dr._Bob", "Catherine Kathryn Katherine", "Hasse Hans", "Timppa Timo rouva_Timo",
            "Alexander Александр Олександр Aliaksandr", "Katya Катя Kateryna Jekaterina Yekaterina",
            "Volodymyr Vladimir Вова", "Mohammed Muhammad محمد Maxamed", "Hussein Xuseen حسين الدكتور_حسين",
            "Cabdiraxmaan Abdirahman Abd_al-Rahman عبد_الرحمن", "Caasha Aisha عائشة", "Dmytro Dmitri Дмитрий",
        ])
    func oneForm(_ names: String) throws {
        for kind in [MatchFieldKind.givenNames, .familyName] {
            let found = try names.split(separator: " ").map { try words($0, kind) }
            #expect(Set(found).count == 1, "\(found)")
        }
    }

    // N-82: each of these is short for several names, so it stays as it is.
    @Test(
        "What stands for several names stands for none of them",
        arguments: [
            "Alex", "Sasha", "Саша", "Zhenya", "Slava", "Valya", "Lena", "Sam", "Chris", "Pat", "Kim", "Jack", "Harry",
            "Tony", "Beth", "Rob", "Nick", "Kalle", "Lasse", "Jussi", "Asha", "Dima", "Pasha", "Md", "Mehmet",
        ])
    func severalNames(_ name: String) throws {
        #expect(
            try words(name[...]) == Spelling.words(Array(name.utf8)[...])?.map { String(decoding: $0, as: UTF8.self) })
    }

    // N-82: twins have all the rest in common.
    @Test(
        "Names that siblings may both have stay apart",
        arguments: [
            "Johan Juhani", "Anna Anne", "Maria Marja", "Hanna Anna", "Elena Alena", "Sara Sahra", "Sofia Sonja",
            "Hassan Hussein", "Mohamed Mahmoud", "Mohamed Ahmed", "Fatma Fatima", "Fadumo Fatima", "Amina Amna",
            "Michael Mikhail", "Martin Martina", "Aleksandr Aleksandra", "Viktor Viktoria", "Valentin Valentina",
            "Evgeni Evgenia", "Omar Amr", "Salah Saleh", "Jamal Jamil", "Hamed Hamid", "Leila Laila", "Timo Tommi",
            "Matti Matias", "Kaarina Katariina", "Liisa Elisa", "Per Peter", "Jan Johan", "Erik Erkki",
        ])
    func siblings(_ names: String) throws {
        #expect(try Set(names.split(separator: " ").map { try words($0) }).count == 2)
    }
}
