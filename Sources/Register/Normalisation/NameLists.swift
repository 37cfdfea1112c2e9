/// The lists of N-21…N-25.
enum NameLists {
    static let abdStem = Array("abd".utf8)
    static let ou = Array("ou".utf8)
    static let articles = Set(Letters.list("al el ul"))
    static let abd = Set(Letters.list(abdList))
    static let abdArticles = Set(Letters.list(abdArticleList))
    static let stems = Set(Letters.list(stemList))
    static let particles = Set(Letters.list(particleList))
    static let patronymicEndings = Letters.list(patronymicEndingList)
    static let patronymics = Set(Letters.list(patronymicList))

    static let abdList = """
        abd abdul abdel abdal abdur abdoul
        """

    static let abdArticleList = """
        al el ul ar as ad at an az ash
        """

    static let stemList = """
        abadi abbas abbasi ahmad ahmadi ahmed ali amin amiri ansari asadi aziz azizi azzawi baghdadi basri bayati
        dulaimi farsi haddad hadi hakim hamad hamid hammadi hamdani hasan hasani hashemi hashimi hassan hassani
        hussain hussaini hussein husseini ibrahim issa jabiri jabouri jaburi janabi jubouri kaabi karim khafaji khalid
        khalidi khalil khatib kurdi maliki masri mohammed mousawi moussawi musawi muhammad najjar nasser nasseri
        obaidi omari qadi qaisi rahman rashid rawi rikabi rubaie saadi sadi sadr saedi saeed said saleh salem salim
        samarrai sayed shammari sheikh sudani taie tamimi tikriti turki ubaidi yasiri zaidi zubaidi
        """

    static let particleList = """
        af av von van vom zu zur zum der den de del della des di da das do dos du la le ibn bin bint ben
        """

    static let patronymicEndingList = """
        ovich evich avich ovych evych ovitch evitch ovitsh evitsh ovits evits ovitj evitj ovitsch evitsch owitsch
        ewitsch ovna evna ivna owna ewna ichna itshna initsna
        """

    static let patronymicList = """
        ilich ilyich iljits ilyitch kuzmich kuzmits lukich lukits nikitich nikitits fomich fomits
        """
}
