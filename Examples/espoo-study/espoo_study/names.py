"""Names for the invented people: DVV's statistics for natives, lists of this example for immigrants."""

import csv
import itertools
import os
import re
from bisect import bisect

NAMES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "names")

# Left out of the population, because they are words of the software or of English too: then finding any name of the
# population in a file means that it leaked.
NOT_NAMES = frozenset(
    """ada aalto alma ana angel ann any art asp ava back bell ben berg bill bond brand carl christian con dan data dean
    del den dick digi dot else end eve fin ford forest frank fried gene grace grand guy harry hope ian ida ina into iris
    ira isa ivy jack jan jean joe john jon joy kela ken key kim koski lars lea leo long lund manner mark marker max may
    md mio mode monica noa nod note ola old ole olga out ove page pat per pet peter porter ray rex rich rita rob robin
    roi ron rose roy ruth said sam set sid sidos site son song stone sue sun taika tag tea ted teo term tim token tom
    tor tua two udd van via victor virta ward wall well west will win wolf works young arena bank blom case close
    column count digit exit export field file group hash head hop import item join land level link list log match
    merge min mix node open order pack path pool proof read ring role root round row run salt seal seed self serve
    share sign sort stage state suite table text time trap type union unit value vault verify view wait write year
    ami april august can chaum diffie edit edwards elif ella hang hellman june kaski kent lamport len lind merkle mai
    ninja pedersen penny repo roman ruby schnorr summer swift thi tilde vento wagner winter yen
    oma omnia tapiola kilo soukka olari kauklahti matinkylä espoo esbo palvelu koulutus""".split())

# language: men's given names; women's given names; family names. Russian and Ukrainian family names are men's.
IMMIGRANT_NAMES = {
    "RU": ("Aleksandr Aleksei Andrei Anton Artjom Boris Denis Dmitri Evgeni Grigori Igor Ilja Kirill Konstantin Maksim"
           " Mihail Nikita Nikolai Oleg Pavel Roman Sergei Stanislav Valeri Viktor Vitali Vladimir Vladislav",
           "Aleksandra Alina Anastasia Darja Ekaterina Elena Galina Irina Julia Ksenia Larisa Ljudmila Marina Nadezhda"
           " Natalia Oksana Polina Svetlana Tatjana Valentina Vera Viktoria Zinaida",
           "Ivanov Smirnov Kuznetsov Popov Vasiljev Petrov Sokolov Mihailov Novikov Fedorov Morozov Volkov Aleksejev"
           " Lebedev Semjonov Egorov Pavlov Kozlov Stepanov Nikolajev Orlov Andrejev Makarov Zaitsev Solovjov Borisov"),
    "UK": ("Andrij Bohdan Dmytro Ihor Ivan Maksym Mykhailo Mykola Oleksandr Oleksii Ostap Petro Serhii Taras Vasyl"
           " Viktor Volodymyr Yaroslav Yurii",
           "Anastasiia Daryna Halyna Hanna Inna Iryna Kateryna Khrystyna Larysa Liudmyla Mariia Nataliia Oksana"
           " Oleksandra Olena Solomiia Svitlana Tetiana Viktoriia Yuliia Zoriana",
           "Shevchenko Kovalenko Bondarenko Tkachenko Kravchenko Oliinyk Shevchuk Koval Polishchuk Bondar Moroz"
           " Marchenko Lysenko Rudenko Savchenko Petrenko Kravchuk Klymenko Pavlenko Kuzmenko"),
    "ET": ("Aivar Andres Ants Indrek Jaan Jaanus Kristjan Madis Margus Meelis Priit Raivo Rein Sander Siim Taavi Tarmo"
           " Tiit Toomas Urmas Villu",
           "Anneli Eha Ene Helle Kadri Kaie Katrin Kersti Kristiina Külli Liis Maarika Merle Piret Pille Riina Signe"
           " Siiri Tiina Triin Ülle",
           "Tamm Saar Sepp Mägi Kask Kukk Rebane Ilves Pärn Koppel Lepik Oja Raudsepp Kuusk Karu Luik Kaasik Lepp"
           " Vaher Kallas Jõgi Pukk Roos Laas Teder"),
    "SO": ("Abdi Abdikarim Abdirahman Abdullahi Adan Bashir Cabdi Farah Guled Hassan Ibrahim Ismail Jama Liban Mahad"
           " Mohamud Mukhtar Nuur Omar Warsame Yusuf Zakaria",
           "Amina Asha Ayaan Deeqa Fadumo Faduma Halimo Hawa Hibo Hodan Ifrah Khadija Ladan Leyla Maryan Nasra Saado"
           " Safiya Sagal Ubah Zahra",
           "Abdulle Abshir Aden Barre Dahir Dirie Duale Elmi Egal Gedi Hersi Hirsi Isse Jimale Mire Muse Osman Roble"
           " Samatar Shire Warfa Yassin"),
    "AR": ("Abdallah Ahmad Ammar Bilal Firas Haidar Hussein Jamal Karim Khaled Laith Mahmoud Majid Mustafa Nabil Omar"
           " Qasim Rami Salim Samir Tariq Walid Yasser Ziad",
           "Alia Dalal Dina Fatima Ghada Hanan Huda Inas Lamia Layla Maha Mariam Nadia Noor Rana Rasha Reem Salma"
           " Samar Suad Yasmin Zainab",
           "Al-Azzawi Al-Bayati Al-Dulaimi Al-Hashimi Al-Jabouri Al-Janabi Al-Khafaji Al-Obaidi Al-Saadi Al-Tamimi"
           " Abboud Darwish Haddad Hamdan Jaber Kassem Khalil Mansour Naser Odeh Saleh Shami Taha Zeidan"),
    "FA": ("Ali-Reza Amir Arash Babak Behrouz Dariush Ehsan Farhad Hamid Hossein Javad Kamran Mehdi Mohsen Nader Navid"
           " Omid Parviz Reza Saeed Siamak Vahid",
           "Azadeh Azar Bahar Farzaneh Fereshteh Golnaz Leila Mahsa Maryam Mina Mojgan Nasrin Nazanin Parisa Roya Sahar"
           " Shirin Soraya Tahereh Zahra Zohreh",
           "Ahmadi Akbari Amiri Ebrahimi Ghorbani Haidari Hosseini Jafari Karimi Kazemi Mohammadi Moradi Mousavi Naderi"
           " Noori Rahimi Rezaei Sadeghi Safari Sharifi Tajik Yousefi"),
    "KU": ("Aram Azad Baran Botan Dara Diyar Goran Hawre Hiwa Karwan Kawa Nechirvan Rebin Rojhat Sardar Serhat Sherko"
           " Shwan Soran Zana",
           "Avin Bahar Berivan Chiman Delal Evin Gulistan Hana Hero Jiyan Kazhal Nazdar Rojin Rozerin Shilan Shno Sozan"
           " Tara Zelal Zilan",
           "Abdulla Amedi Barzani Barwari Bozani Duhoki Fattah Garmiani Hawrami Jaf Kurdi Majeed Mirza Qadir Rashid"
           " Rasul Sindi Surchi Talabani Zangana Zebari"),
    "HI": ("Abhishek Ajay Amit Anand Arjun Deepak Ganesh Harish Karthik Manish Mohan Naveen Pradeep Rahul Rajesh Rakesh"
           " Sanjay Srinivas Suresh Venkat Vijay",
           "Anjali Deepa Divya Kavita Lakshmi Meena Neha Nisha Pooja Priya Radha Rekha Sangeeta Shreya Sita"
           " Sneha Sunita Swati Vidya",
           "Bhat Chatterjee Chauhan Desai Gupta Iyer Jain Joshi Kapoor Kulkarni Kumar Mehta Mishra Nair Patel"
           " Rao Reddy Sharma Shetty Singh Srinivasan Subramanian Verma"),
    "ZH": ("Bowen Chenglong Guowei Haoran Jianguo Jianhua Jiawei Junjie Mingze Peng Qiang Shaoqi Weijie Xiaoming Yifan"
           " Yuchen Zhihao Zhiqiang Zhongwei Zixuan",
           "Chunhua Fangfang Huilin Jiayi Jingyi Lijuan Lihua Meiling Qiuyue Ruoxi Shuyi Wenjing Xiaoli Xinyi Xiuying"
           " Yanan Yawen Yuhan Yuting Ziyi",
           "Chen Deng Feng Guo Huang Jiang Liang Liao Luo Peng Shen Tang Wang Xiao Xie Yang Zeng Zhang Zhao Zheng"
           " Zhou"),
    "VI": ("Anh-Tuan Chien Cuong Dung Duong Hieu Hoang Hung Huynh Khoa Kien Minh Nam Nghia Phong Quang Quoc Thanh Thang"
           " Trung Tuan Vinh",
           "Chau Diep Giang Hang Hanh Hoa Hong Huong Khanh Lien Loan Ngoc Nhung Phuong Quynh Thao Thuy Trang Tuyet"
           " Uyen Xuan Yen",
           "Nguyen Tran Pham Huynh Phan Dang Bui Duong Dinh Luong Truong Trinh Doan Mai Lam Vuong Nghiem Quach"),
    "TR": ("Ahmet Ayhan Burak Cem Cengiz Emre Engin Erdal Fatih Gökhan Hakan Hasan Kemal Mehmet Murat Mustafa Orhan"
           " Osman Serkan Tolga Ufuk Yavuz",
           "Ayla Aysel Ceren Derya Ebru Elif Emine Esra Fatma Filiz Gamze Gül Hatice Nilgün Nurcan Özlem Pelin Selin"
           " Sevda Tülay Zeynep",
           "Aksoy Aslan Aydin Bulut Can Celik Demir Dogan Erdem Güler Günes Karaca Kaya Kilic Koc Korkmaz Kurt Özdemir"
           " Öztürk Polat Sahin Simsek Tekin Yildirim Yildiz Yilmaz"),
    "NE": ("Anil Bikash Binod Bishnu Dipak Gopal Kiran Krishna Nabin Prakash Prem Ramesh Sagar Santosh Sunil Suraj",
           "Anita Bimala Gita Kabita Laxmi Manju Mina Pabitra Puja Rama Sabina Sabita Sarita Sharmila Sushila",
           "Adhikari Basnet Bhandari Bhattarai Chaudhary Gurung Karki Khadka Lama Magar Pandey Poudel Rai Shrestha"
           " Tamang Thapa"),
    "BN": ("Abul Arif Ashraful Faisal Habib Iqbal Jahangir Kamal Mahfuz Masud Nazrul Rafiq Rashed Sajjad Shafiq Tanvir",
           "Afroza Farhana Ferdousi Jannat Kohinoor Mahbuba Nahida Nasima Rokeya Rumana Sabrina Shahnaz Sultana"
           " Tahmina",
           "Akter Alam Begum Bhuiyan Chowdhury Haque Hossain Islam Kabir Khatun Mahmud Miah Molla Rahman Sarkar"
           " Talukder"),
    "SI": ("Asanka Chaminda Dinesh Gayan Indika Janaka Kasun Lahiru Nuwan Pradeep Roshan Ruwan Saman Thilina Upul",
           "Chamari Dilani Dilrukshi Gayani Inoka Iresha Kumari Madhavi Nadeeka Nilmini Ruwani Sandya Shanika Thilini",
           "Bandara Dissanayake Fernando Gamage Gunawardena Herath Jayasinghe Karunaratne Mendis Perera Rajapaksha"
           " Ranasinghe Silva Wijesinghe"),
    "UR": ("Adnan Asif Bilal Farooq Hamza Imran Junaid Kashif Nadeem Naveed Rizwan Shahid Tahir Usman Waqas Zubair",
           "Ayesha Bushra Fouzia Humaira Iqra Kiran Mehwish Naila Rabia Saima Samina Shazia Sumaira Tayyaba Uzma",
           "Abbasi Akhtar Anwar Ashraf Baig Bhatti Butt Chaudhry Hussain Iqbal Javed Malik Mughal Nawaz Qureshi Raza"
           " Sheikh Siddiqui"),
    "TL": ("Arnel Benjie Crisanto Danilo Edgardo Ernesto Ferdinand Jayson Jerome Joselito Marlon Reynaldo Rodel"
           " Rogelio",
           "Analyn Cherry Corazon Imelda Jocelyn Josefina Lorna Maricel Marilou Marites Rowena Rosalie Teresita Vilma",
           "Aquino Bautista Cabrera Castillo Cruz Domingo Flores Garcia Mendoza Pascual Ramos Reyes Rivera Salazar"
           " Santiago Santos Villanueva"),
    "EN": ("Brian Chinedu Colin Emeka Gareth Ifeanyi Kwabena Kwame Malcolm Nigel Obinna Stuart Tunde Wanjiru-Kamau",
           "Abena Adaeze Akosua Amara Bridget Chioma Folake Gillian Heather Ngozi Njeri Shannon Tracey Wambui",
           "Abiodun Adeyemi Asante Boateng Campbell Eze Gallagher Kamau Kariuki Mensah Mwangi Nwosu Okafor Okeke"
           " Owusu Robertson Wairimu"),
    "SQ": ("Agim Arben Bekim Besnik Dritan Fatmir Gezim Ilir Kushtrim Valon Visar Zef",
           "Albana Arta Besa Drita Fatime Flutura Lindita Mimoza Shpresa Teuta Valbona Vjosa",
           "Berisha Bytyqi Gashi Hoti Hoxha Krasniqi Kryeziu Rexhepi Rexha Shala Thaci Zogaj"),
    "TH": ("Anan Chaiwat Kittisak Narong Nattapong Prasit Somchai Somsak Surachai Thanakorn Wichai",
           "Araya Chanida Kanya Malee Nittaya Orawan Pornthip Ratana Siriporn Somjai Supaporn Wilai",
           "Boonmee Chaiyasit Intharat Kaewmanee Phromma Saetang Saelim Srisuk Suksawat Thongdee Wongsa"),
    "PL": ("Andrzej Bartosz Grzegorz Jacek Jerzy Krzysztof Maciej Marcin Piotr Tomasz Wojciech Zbigniew",
           "Agnieszka Barbara Beata Dorota Ewa Joanna Katarzyna Magdalena Malgorzata Monika Urszula Zofia",
           "Dudek Kaminski Kowalczyk Kowalski Lewandowski Mazur Nowak Pawlak Piotrowski Szymanski Wieczorek Wojcik"
           " Wozniak Zielinski"),
}
IMMIGRANT_NAMES["PS"] = IMMIGRANT_NAMES["FA"]
IMMIGRANT_NAMES["TA"] = IMMIGRANT_NAMES["TE"] = IMMIGRANT_NAMES["HI"]

_STREET_STEMS = ("Ahomansikka Haukka Heinä Honka Huuhkaja Joutsen Kaisla Kanerva Karhu Kataja Kelo Kettu Kielo Kivi"
                 " Kuusi Käpy Lehmus Lumme Metso Mustikka Neilikka Pihlaja Pikkulepinkäinen Puro Pöllö Rantakäärme"
                 " Rauduskoivu Ruusu Saarni Sammal Sinivuokko Suopursu Telkkä Tuomi Tähti Vaahtera Vadelma Viklo"
                 " Ylämäki Äyriäis Ämmässuo").split()
_STREET_ENDINGS = "tie kuja polku katu rinne kaari".split()
STREETS = tuple(stem + ending for stem in _STREET_STEMS for ending in _STREET_ENDINGS)


def usable(name: str) -> bool:
    """Three letters or more, in Latin-1, and no word that the software uses itself."""
    return (re.fullmatch(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(-[A-Za-zÀ-ÖØ-öø-ÿ]+)?", name) is not None
            and all(len(part) >= 3 and part.lower() not in NOT_NAMES for part in name.split("-")))


class Weighted:
    """Draws items as often as their counts say."""

    def __init__(self, counted):
        counted = list(counted)
        if not counted:
            raise ValueError("a list of names or areas is empty; restore the files of the names folder")
        self.items = [item for item, _ in counted]
        self.bounds = list(itertools.accumulate(int(count) for _, count in counted))

    def draw(self, random):
        return self.items[bisect(self.bounds, random() * self.bounds[-1])]


def postcodes() -> Weighted:
    return Weighted((row["postcode"], row["population_2022"]) for row in _rows("espoo_postcode_areas.csv"))


class Names:
    def __init__(self):
        given = {"M": [], "F": []}
        for row in _rows("given_names_dvv2023.csv"):
            if usable(row["name"]):
                given[row["sex"]].append((row["name"], row["count"]))
        self.given = {"1": Weighted(given["M"]), "2": Weighted(given["F"])}
        self.surnames = Weighted((row["surname"], row["count"]) for row in _rows("surnames_dvv2023.csv")
                                 if usable(row["surname"]))
        self.immigrants = {language: [[name for name in names.split() if _parts_usable(name)] for names in lists]
                           for language, lists in IMMIGRANT_NAMES.items()}

    def native(self, sex: str, random):
        """Family name, given names, call name."""
        given = [self.given[sex].draw(random) for _ in range(2 if random() < 0.8 else 1 + 2 * (random() < 0.4))]
        return self.surnames.draw(random), " ".join(given), given[0 if random() < 0.85 else -1]

    def immigrant(self, language: str, sex: str, random):
        """As `native`; a language without a list of its own uses the English one."""
        men, women, families = self.immigrants.get(language) or self.immigrants["EN"]
        firsts = men if sex == "1" else women
        first = firsts[int(random() * len(firsts))]
        family = families[int(random() * len(families))]
        if language in ("RU", "UK", "PL") and sex == "2":
            family = family + "a" if family.endswith(("ov", "ev", "jov")) else re.sub("ski$", "ska", family)
        if random() < 0.3:
            second = firsts[int(random() * len(firsts))]
            if second != first:
                return family, f"{first} {second}", first
        return family, first, first


def _parts_usable(name: str) -> bool:
    # `Al-` is two letters, and part of a name only together with what follows.
    return usable(name[3:] if name.startswith("Al-") else name)


def _rows(name: str):
    with open(os.path.join(NAMES, name), encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)

