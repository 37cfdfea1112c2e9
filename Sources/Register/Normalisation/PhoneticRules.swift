/// The lists of N-30 and N-31.
enum PhoneticRules {
    /// The rules in their order.
    static let rules = Letters.list(ruleList).compactMap(PhoneticRule.init)

    /// Other forms of words that rules cannot reach: variants of Arabic names, Arabic script without vowels, Somali
    /// letters, Russian ё, Ukrainian г.
    static let forms = Dictionary(
        Letters.pairs(formList).map { ($0.left, $0.right) }, uniquingKeysWith: { first, _ in first })

    static let ruleList = """
        (ee)C$=i (oo)C$=u %
        (dzh)=j ^(dj)=j ^(ye)=e ^(je)[fgklv]=e ^(ie)[fgklv]=e
        (qu)=kv (q)=k
        (shch)=sq (tsch)=q (tch)=q (tsh)=q (sch)=s (ts)=q (tz)=q (cz)=q
        (michai)=mihai (ch)[rl]=k (ch)ae=k (ch)[bdfgkmnpstv]=h (kh)r[iy]=k (kh)=h (ch)=q f:[eo]v(ic)$=iq
        (c)[eiy]=s (c)=k (ph)=f (th)=t (dh)=d (gh)=g (bh)=b (sh)=s (zh)=s (z)=s (x)=ks (w)=v
        (gu)[ei]=g (ou)=u (ae)=a (oe)=o (ue)=u (ain)$=ein (y)=i (j)=i % l(iu)[bd]=u
        ^(muha)=moha ^(maha)=moha .m(ad)$=ed .m(at)$=ed .m(et)$=ed V(h)$= C(er)$=r
        f:..o(f)$=v f:..e(f)$=v f:..(ova)$=ov f:..(eva)$=ev f:..(ina)$=in f:..s(kaia)$=ki f:..s(ka)$=ki
        f:..(iov)$=ev f:..(iev)$=ev f:..q(ov)$=ev
        %
        """

    static let formList = """
        mhmd=mohamed mohd=mohamed muhd=mohamed mhmud=mahmud ahmd=ahmed hsn=hasan hsin=husein hmid=hamid hamd=hamed
        mstfa=mustafa abrahim=ibrahim mrim=mariam zinb=zeinab iusf=yusef krim=karim khald=khaled hidr=haidar rda=reza
        mhdi=mahdi abdrhmn=abdrahman abdlh=abdlah slman=salman jafr=jafar salh=saleh tarq=tarek kazm=kazem jasm=jasem
        omar=umar omer=umar umer=umar yusuf=yusef youssuf=yusef yousuf=yusef usman=osman othman=osman uthman=osman
        ebrahim=ibrahim mostafa=mustafa khalid=khaled salih=saleh sulaiman=suleiman soleiman=suleiman
        suleyman=suleiman sulayman=suleiman ismail=ismael esmail=ismael ismaeel=ismael maxamed=mohamed axmed=ahmed
        xasan=hasan xuseen=husein cali=ali cumar=umar fyodor=fedor fjodor=fedor fiodor=fedor pyotr=petr pjotr=petr
        piotr=petr artyom=artem artjom=artem artiom=artem semyon=semen semjon=semen alyona=alena aljona=alena
        olha=olga ihor=igor oleh=oleg bohdan=bogdan halyna=galina yehor=egor yevhen=evgen yevhenii=evgenii
        yevheniia=evgenia yevhenia=evgenia yevheniya=evgenia serhii=sergii serhiy=sergii serhij=sergii
        hryhorii=grigorii hryhoriy=grigorii marharyta=margarita hennadii=gennadii heorhii=georgii
        """
}
