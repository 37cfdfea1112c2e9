/// The words of a name without titles, and each given name in one form (N-81, N-82).
enum NameForms {
    /// From the words of a spelling, 1 or more, to words of a name, 1 or more. All are secret.
    static func words(_ spelling: [[UInt8]], isFamilyName: Bool) -> [[UInt8]] {
        let rest = spelling.filter { !titles.contains($0) }
        return NameWords.words(rest.isEmpty ? spelling : rest, isFamilyName: isFamilyName).map { forms[$0] ?? $0 }
    }

    private static let titles = Set(Letters.list(titleList))

    private static let forms = Dictionary(
        Letters.pairs(formList).map { ($0.left, $0.right) }, uniquingKeysWith: { first, _ in first })

    static let titleList = """
        mr mrs ms miss mx sir madam dr doctor prof professor rev esq phd ph dsc msc bsc mba sc jr sr herra rouva
        neiti hra rva nti tohtori professori maisteri maist dosentti insinoori ins dipl herr hr fru froken frk
        doktor docent magister gospodin gospozha grazhdanin grazhdanka gr tovarishch dktur dktura duktur mhnds
        mhndsa muhandis astadh astadha ustadh mudane dhakhtar injineer jaalle
        """

    /// Of our own making. A form that stands for several names, such as `alex` and `sasha`, is in no entry, and neither
    /// are two names that siblings may both have.
    static let formList = """
        bob=robert bobby=robert robbie=robert bill=william jim=james jimmie=james dave=david davey=david joe=joseph
        mike=michael stephen=steven steve=steven greg=gregory matt=matthew vince=vincent walt=walter zach=zachary
        zack=zachary zachery=zachary josh=joshua gabe=gabriel nicolas=nicholas phillip=philip johnathan=jonathan
        jonathon=jonathan geoff=geoffrey liz=elizabeth lizzie=elizabeth elisabeth=elizabeth elisabet=elizabeth
        catherine=katherine katharine=katherine catharine=katherine kathryn=katherine cathryn=katherine
        peggy=margaret maggie=margaret debra=deborah debbie=deborah susie=susan viktoria=victoria viktoriia=victoria
        viktoriya=victoria viktorija=victoria vicky=victoria vicki=victoria vika=victoria barb=barbara
        rebekah=rebecca becky=rebecca trish=patricia penny=penelope dottie=dorothy sarah=sara hannah=hanna pelle=per
        nisse=nils hasse=hans bosse=bo jocke=joakim micke=mikael gurra=gustav gustaf=gustav danne=daniel
        fredde=fredrik henke=henrik thomas=tomas tompa=tomas robban=robert maggan=margareta gittan=birgitta
        carl=karl eric=erik erick=erik christina=kristina christian=kristian kristoffer=kristofer
        christoffer=kristofer christofer=kristofer oscar=oskar victor=viktor matias=mattias matthias=mattias
        mathias=mattias markus=marcus johann=johan hessu=heikki pena=pentti timppa=timo jaska=jaakko jorkka=jorma
        waino=vaino alexander=aleksandr alexandr=aleksandr aleksander=aleksandr oleksandr=aleksandr
        aliaksandr=aleksandr alexandra=aleksandra oleksandra=aleksandra aliaksandra=aleksandra alexei=aleksei
        alexey=aleksei aleksey=aleksei alexej=aleksei aleksej=aleksei oleksii=aleksei oleksiy=aleksei
        oleksij=aleksei aliaksei=aleksei alyosha=aleksei alesha=aleksei lyosha=aleksei lesha=aleksei andrey=andrei
        andrej=andrei andrii=andrei andriy=andrei andrij=andrei andryusha=andrei dmitri=dmitrii dmitry=dmitrii
        dmitriy=dmitrii dmitrij=dmitrii dmytro=dmitrii dmitro=dmitrii dimitri=dmitrii dimitry=dmitrii mitya=dmitrii
        sergey=sergei sergej=sergei serguei=sergei sergii=sergei sergiy=sergei serhii=sergei serhiy=sergei
        serhij=sergei siarhei=sergei seryozha=sergei serezha=sergei serjoza=sergei mihail=mikhail michail=mikhail
        mykhailo=mikhail mikhailo=mikhail mykhaylo=mikhail misha=mikhail nikolay=nikolai nikolaj=nikolai
        nicolai=nikolai mykola=nikolai mikola=nikolai mikalai=nikolai kolya=nikolai volodymyr=vladimir
        volodimir=vladimir uladzimir=vladimir wladimir=vladimir volodya=vladimir vova=vladimir pavlo=pavel
        pyotr=petr pjotr=petr piotr=petr petro=petr petya=petr evgeny=evgenii evgeni=evgenii evgeniy=evgenii
        evgenij=evgenii yevgeni=evgenii yevgeny=evgenii yevgenii=evgenii yevgeniy=evgenii yevgenij=evgenii
        jevgeni=evgenii jevgenij=evgenii jevgenii=evgenii yevhen=evgenii yevhenii=evgenii yevheniy=evgenii
        evgen=evgenii evgenia=evgeniia evgeniya=evgeniia evgenija=evgeniia yevgenia=evgeniia yevgeniya=evgeniia
        yevgeniia=evgeniia jevgenia=evgeniia jevgenija=evgeniia yevheniia=evgeniia yevhenia=evgeniia
        yevheniya=evgeniia yekaterina=ekaterina jekaterina=ekaterina kateryna=ekaterina katerina=ekaterina
        katsiaryna=ekaterina katya=ekaterina katja=ekaterina katia=ekaterina yelena=elena jelena=elena olena=elena
        natalya=natalia natalja=natalia nataliia=natalia nataliya=natalia natalija=natalia natasha=natalia
        natascha=natalia natasja=natalia tatyana=tatiana tatjana=tatiana tetiana=tatiana tetyana=tatiana
        tatsiana=tatiana tanya=tatiana tanja=tatiana tania=tatiana anastasiia=anastasia anastasiya=anastasia
        anastasija=anastasia anastassia=anastasia nastya=anastasia nastja=anastasia mariia=maria mariya=maria
        marija=maria masha=maria mascha=maria sophia=sofia sofiia=sofia sofiya=sofia sofija=sofia sofya=sofia
        sofja=sofia yulia=julia yuliya=julia yuliia=julia iuliia=julia iulia=julia juliia=julia julija=julia
        yuri=juri yury=juri yurii=juri yuriy=juri yurij=juri jurij=juri jurii=juri iurii=juri iouri=juri yura=juri
        iryna=irina olha=olga volha=olga olya=olga olja=olga oleh=oleg aleh=oleg ihor=igor ihar=igor bohdan=bogdan
        halyna=galina halina=galina galya=galina grigory=grigorii grigori=grigorii grigoriy=grigorii
        grigorij=grigorii hryhorii=grigorii hryhoriy=grigorii hryhorij=grigorii grisha=grigorii
        kostiantyn=konstantin kostyantyn=konstantin kostyantin=konstantin constantin=konstantin
        kanstantsin=konstantin kostya=konstantin kostja=konstantin vasily=vasilii vasili=vasilii vasiliy=vasilii
        vasilij=vasilii vasyl=vasilii vasya=vasilii vasja=vasilii valentyna=valentina valentyn=valentin
        ludmila=liudmila lyudmila=liudmila ljudmila=liudmila liudmyla=liudmila lyudmyla=liudmila lyuda=liudmila
        ljuda=liudmila lyubov=liubov ljubov=liubov lubov=liubov lyuba=liubov svitlana=svetlana sviatlana=svetlana
        sveta=svetlana darya=daria darja=daria dariia=daria dariya=daria darija=daria dasha=daria dascha=daria
        ksenia=kseniia kseniya=kseniia ksenija=kseniia ksyusha=kseniia maxim=maksim maksym=maksim artyom=artem
        artjom=artem artiom=artem fyodor=fedor fjodor=fedor fiodor=fedor fedir=fedor fedya=fedor semyon=semen
        semjon=semen kiril=kirill kyrylo=kirill kirilo=kirill ilya=ilia ilja=ilia illia=ilia illya=ilia ilyusha=ilia
        yegor=egor jegor=egor yehor=egor georgy=georgii georgi=georgii georgiy=georgii georgij=georgii
        heorhii=georgii gennady=gennadii gennadi=gennadii gennadiy=gennadii gennadij=gennadii hennadii=gennadii
        anatoly=anatolii anatoli=anatolii anatoliy=anatolii anatolij=anatolii tolya=anatolii tolik=anatolii
        vitaly=vitalii vitali=vitalii vitaliy=vitalii vitalij=vitalii valeri=valerii valeriy=valerii valerij=valerii
        valery=valerii borya=boris vitya=viktor rouslan=ruslan mohammed=mohamed mohammad=mohamed mohamad=mohamed
        muhammad=mohamed muhammed=mohamed muhamed=mohamed muhamad=mohamed mohd=mohamed muhd=mohamed maxamed=mohamed
        mahamed=mohamed mahammed=mohamed mhmd=mohamed ahmad=ahmed axmed=ahmed akhmed=ahmed akhmad=ahmed ahmd=ahmed
        mahmoud=mahmud mahmood=mahmud mahmod=mahmud mehmood=mahmud maxamuud=mahmud maxamud=mahmud mahamud=mahmud
        mohamud=mahmud mohamoud=mahmud moxamuud=mahmud mhmud=mahmud aly=ali cali=ali hassan=hasan xasan=hasan
        hsn=hasan hussein=husein husain=husein hussain=husein hussien=husein hosein=husein hossein=husein
        houssein=husein husayn=husein hussin=husein huseyin=husein xuseen=husein xuseyn=husein hsin=husein umar=omar
        omer=omar umer=omar cumar=omar othman=osman usman=osman uthman=osman athman=osman cusmaan=osman
        cismaan=osman cusman=osman yousef=yusuf yousuf=yusuf yousif=yusuf youssef=yusuf youssuf=yusuf yusef=yusuf
        yusif=yusuf yuusuf=yusuf yusof=yusuf jusuf=yusuf iusf=yusuf ebrahim=ibrahim ibraheem=ibrahim
        ibraahim=ibrahim abrahim=ibrahim esmail=ismail esmaeil=ismail ismaeel=ismail ismaaciil=ismail
        ismaciil=ismail asmaail=ismail sulaiman=suleiman soleiman=suleiman suleyman=suleiman sulayman=suleiman
        sliman=suleiman mostafa=mustafa mustapha=mustafa moustafa=mustafa moustapha=mustafa mstfa=mustafa
        khalid=khaled khaalid=khaled khald=khaled saeed=said saiid=said saciid=said salih=saleh aysha=aisha
        ayesha=aisha aicha=aisha aischa=aisha aishah=aisha caasha=aisha caisha=aisha aaisha=aisha mariam=maryam
        mariyam=maryam maryan=maryam mrim=maryam zaynab=zeinab zainab=zeinab zaineb=zeinab zineb=zeinab
        saynab=zeinab seynab=zeinab zinb=zeinab khadijah=khadija khadiija=khadija khadidja=khadija khadeeja=khadija
        khdija=khadija halimah=halima haleema=halima xaliimo=halima xalimo=halima halimo=halima hlima=halima
        aminah=amina aamina=amina ameena=amina aamino=amina fatimah=fatima fatema=fatima fatimo=fatima nour=nur
        noor=nur nuur=nur moussa=musa mousa=musa moosa=musa muuse=musa muse=musa eissa=issa ciise=issa ameer=amir
        kareem=karim krim=karim raheem=rahim rasheed=rashid rachid=rashid rashiid=rashid hamzah=hamza xamza=hamza
        hmza=hamza jamaal=jamal gamal=jamal jmal=jamal yassin=yasin yaseen=yasin yaasiin=yasin yassine=yasin
        iasin=yasin idriss=idris idrees=idris adris=idris dawood=daud dawud=daud daoud=daud daawuud=daud yahia=yahya
        yehia=yahya yaxye=yahya ihia=yahya faadumo=fadumo faduma=fadumo jaamac=jama jamac=jama cabdi=abdi
        cabdullaahi=abdlahi cabdulahi=abdlahi cabdullahi=abdlahi abdrhmn=abdrahman cabdiraxmaan=abdrahman
        cabdiraxman=abdrahman cabdirahman=abdrahman abdlh=abdlah cabdulqaadir=abdqadir cabdulqadir=abdqadir
        cabdiqaadir=abdqadir cabdiqadir=abdqadir cabdirashiid=abdrashid cabdirashid=abdrashid cabdicasiis=abdlaziz
        cabdicaziz=abdlaziz xaawo=hawa xawo=hawa hawo=hawa ayaan=ayan sagaal=sagal laadan=ladan safiyo=safiya
        safia=safiya ruqiyo=ruqiya ruqayya=ruqiya ruqayyah=ruqiya
        """
}
