extension FoldTable {
    /// The entries of N-10 for scalars above; a copy of the document's.
    static let high = """
        1e00-1e01=a 1e02-1e07=b 1e08-1e09=c 1e0a-1e13=d 1e14-1e1d=e 1e1e-1e1f=f 1e20-1e21=g 1e22-1e2b=h 1e2c-1e2f=i
        1e30-1e35=k 1e36-1e3d=l 1e3e-1e43=m 1e44-1e4b=n 1e4c-1e53=o 1e54-1e57=p 1e58-1e5f=r 1e60-1e69=s 1e6a-1e71=t
        1e72-1e7b=u 1e7c-1e7f=v 1e80-1e89=w 1e8a-1e8d=x 1e8e-1e8f=y 1e90-1e95=z 1e96=h 1e97=t 1e98=w 1e99=y 1e9a=a
        1e9b=s 1e9c-1e9d+ 1e9e=ss 1e9f+ 1ea0-1eb7=a 1eb8-1ec7=e 1ec8-1ecb=i 1ecc-1ee3=o 1ee4-1ef1=u 1ef2-1ef9=y
        1efa>1efb 1efb+ 1efc>1efd 1efd+ 1efe-1eff=y 1f00-1f0f=a 1f10-1f15=e 1f18-1f1d=e 1f20-1f3f=i 1f40-1f45=o
        1f48-1f4d=o 1f50-1f57=u 1f59=u 1f5b=u 1f5d=u 1f5f=u 1f60-1f6f=o 1f70-1f71=a 1f72-1f73=e 1f74-1f77=i
        1f78-1f79=o 1f7a-1f7b=u 1f7c-1f7d=o 1f80-1f8f=a 1f90-1f9f=i 1fa0-1faf=o 1fb0-1fb4=a 1fb6-1fbc=a 1fbe=i
        1fc2-1fc4=i 1fc6-1fc7=i 1fc8-1fc9=e 1fca-1fcc=i 1fd0-1fd3=i 1fd6-1fdb=i 1fe0-1fe3=u 1fe4-1fe5=r 1fe6-1feb=u
        1fec=r 1ff2-1ff4=o 1ff6-1ffc=o 200b-200f= 2018-2019= 201b= 202a-202e= 2032= 2035= 2060-2064= 2066-206f= 2070=0
        2071=i 2074-2079@34 207f=n 2080-2089@30 2090=a 2091=e 2092=o 2093=x 2094=e 2095=h 2096-2099@6b 209a=p
        209b-209c@73 20d0-20f0= 2102=c 2107=e 210a-210b@67 210c-210f=h 2110-2111=i 2112-2113=l 2115=n 2119-211b@70
        211c-211d=r 2124=z 2126=o 2128=z 212a=k 212b-212d@61 212f-2130=e 2131=f 2132>214e 2133=m 2134=o 2135-2138@5d0
        2139=i 213c=p 213d-213e=g 213f=p 2145-2146=d 2147=e 2148-2149@69 214e+ 2160=i 2161=ii 2162=iii 2163=iv 2164=v
        2165=vi 2166=vii 2167=viii 2168=ix 2169=x 216a=xi 216b=xii 216c=l 216d-216e@63 216f=m 2170=i 2171=ii 2172=iii
        2173=iv 2174=v 2175=vi 2176=vii 2177=viii 2178=ix 2179=x 217a=xi 217b=xii 217c=l 217d-217e@63 217f=m 2183>2184
        2184+ 2460-2468@31 2469=10 246a=11 246b=12 246c=13 246d=14 246e=15 246f=16 2470=17 2471=18 2472=19 2473=20
        24ea=0 2c00-2c2f@2c30 2c30-2c5f+ 2c60-2c62=l 2c63=p 2c64=r 2c65=a 2c66=t 2c67-2c68=h 2c69-2c6a=k 2c6b-2c6c=z
        2c6d>251 2c6e=m 2c6f>250 2c70>252 2c71-2c72@76 2c73=w 2c74=v 2c75>2c76 2c76-2c77+ 2c78=e 2c79+ 2c7a=o 2c7b+
        2c7c=j 2c7d=v 2c7e=s 2c7f=z 2c80>2c81 2c81+ 2c82>2c83 2c83+ 2c84>2c85 2c85+ 2c86>2c87 2c87+ 2c88>2c89 2c89+
        2c8a>2c8b 2c8b+ 2c8c>2c8d 2c8d+ 2c8e>2c8f 2c8f+ 2c90>2c91 2c91+ 2c92>2c93 2c93+ 2c94>2c95 2c95+ 2c96>2c97
        2c97+ 2c98>2c99 2c99+ 2c9a>2c9b 2c9b+ 2c9c>2c9d 2c9d+ 2c9e>2c9f 2c9f+ 2ca0>2ca1 2ca1+ 2ca2>2ca3 2ca3+
        2ca4>2ca5 2ca5+ 2ca6>2ca7 2ca7+ 2ca8>2ca9 2ca9+ 2caa>2cab 2cab+ 2cac>2cad 2cad+ 2cae>2caf 2caf+ 2cb0>2cb1
        2cb1+ 2cb2>2cb3 2cb3+ 2cb4>2cb5 2cb5+ 2cb6>2cb7 2cb7+ 2cb8>2cb9 2cb9+ 2cba>2cbb 2cbb+ 2cbc>2cbd 2cbd+
        2cbe>2cbf 2cbf+ 2cc0>2cc1 2cc1+ 2cc2>2cc3 2cc3+ 2cc4>2cc5 2cc5+ 2cc6>2cc7 2cc7+ 2cc8>2cc9 2cc9+ 2cca>2ccb
        2ccb+ 2ccc>2ccd 2ccd+ 2cce>2ccf 2ccf+ 2cd0>2cd1 2cd1+ 2cd2>2cd3 2cd3+ 2cd4>2cd5 2cd5+ 2cd6>2cd7 2cd7+
        2cd8>2cd9 2cd9+ 2cda>2cdb 2cdb+ 2cdc>2cdd 2cdd+ 2cde>2cdf 2cdf+ 2ce0>2ce1 2ce1+ 2ce2>2ce3 2ce3-2ce4+ 2ceb>2cec
        2cec+ 2ced>2cee 2cee+ 2cef-2cf1= 2cf2>2cf3 2cf3+ 2d00-2d67+ 2d6f>2d61 2d7f= 2d80-2dde+ 2de0-2dff= 2e2f+
        3005-3006+ 302a-302d= 302e-302f+ 3031-3035+ 3038>5341 3039-303a@5344 303b-303c+ 3041-304b+ 304c>304b 304d+
        304e>304d 304f+ 3050>304f 3051+ 3052>3051 3053+ 3054>3053 3055+ 3056>3055 3057+ 3058>3057 3059+ 305a>3059
        305b+ 305c>305b 305d+ 305e>305d 305f+ 3060>305f 3061+ 3062>3061 3063-3064+ 3065>3064 3066+ 3067>3066 3068+
        3069>3068 306a-306f+ 3070>306f 3071>306f 3072+ 3073>3072 3074>3072 3075+ 3076>3075 3077>3075 3078+ 3079>3078
        307a>3078 307b+ 307c>307b 307d>307b 307e-3093+ 3094>3046 3095-3096+ 3099-309a= 309d+ 309e>309d 309f>3088,308a
        30a1-30ab+ 30ac>30ab 30ad+ 30ae>30ad 30af+ 30b0>30af 30b1+ 30b2>30b1 30b3+ 30b4>30b3 30b5+ 30b6>30b5 30b7+
        30b8>30b7 30b9+ 30ba>30b9 30bb+ 30bc>30bb 30bd+ 30be>30bd 30bf+ 30c0>30bf 30c1+ 30c2>30c1 30c3-30c4+ 30c5>30c4
        30c6+ 30c7>30c6 30c8+ 30c9>30c8 30ca-30cf+ 30d0>30cf 30d1>30cf 30d2+ 30d3>30d2 30d4>30d2 30d5+ 30d6>30d5
        30d7>30d5 30d8+ 30d9>30d8 30da>30d8 30db+ 30dc>30db 30dd>30db 30de-30f3+ 30f4>30a6 30f5-30f6+ 30f7-30fa@30ef
        30fc-30fd+ 30fe>30fd 30ff>30b3,30c8 3105-312f+ 3131-3132@1100 3133>11aa 3134>1102 3135-3136@11ac
        3137-3139@1103 313a-313f@11b0 3140>111a 3141-3143@1106 3144>1121 3145-314e@1109 314f-3163@1161 3164>1160
        3165-3166@1114 3167-3168@11c7 3169>11cc 316a>11ce 316b>11d3 316c>11d7 316d>11d9 316e>111c 316f>11dd 3170>11df
        3171-3172@111d 3173>1120 3174-3175@1122 3176>1127 3177>1129 3178-317c@112b 317d>1132 317e>1136 317f>1140
        3180>1147 3181>114c 3182-3183@11f1 3184-3186@1157 3187-3188@1184 3189>1188 318a-318b@1191 318c>1194 318d>119e
        318e>11a1 3192>4e00 3193>4e8c 3194>4e09 3195>56db 31a0-31bf+ 31f0-31ff+ 3251=21 3252=22 3253=23 3254=24
        3255=25 3256=26 3257=27 3258=28 3259=29 325a=30 325b=31 325c=32 325d=33 325e=34 325f=35 3280>4e00 3281>4e8c
        3282>4e09 3283>56db 3284>4e94 3285>516d 3286>4e03 3287>516b 3288>4e5d 3289>5341 32b1=36 32b2=37 32b3=38
        32b4=39 32b5=40 32b6=41 32b7=42 32b8=43 32b9=44 32ba=45 32bb=46 32bc=47 32bd=48 32be=49 32bf=50 3400-4dbf+
        4e00-a48c+ a4d0-a4fd+ a500-a60c+ a610-a61f+ a620-a629@30 a62a-a62b+ a640>a641 a641+ a642>a643 a643+ a644>a645
        a645+ a646>a647 a647+ a648>a649 a649+ a64a>a64b a64b+ a64c>a64d a64d+ a64e>a64f a64f+ a650>a651 a651+
        a652>a653 a653+ a654>a655 a655+ a656>a657 a657+ a658>a659 a659+ a65a>a65b a65b+ a65c>a65d a65d+ a65e>a65f
        a65f+ a660>a661 a661+ a662>a663 a663+ a664>a665 a665+ a666>a667 a667+ a668>a669 a669+ a66a>a66b a66b+
        a66c>a66d a66d-a66e+ a66f-a672= a674-a67d= a67f+ a680>a681 a681+ a682>a683 a683+ a684>a685 a685+ a686>a687
        a687+ a688>a689 a689+ a68a>a68b a68b+ a68c>a68d a68d+ a68e>a68f a68f+ a690>a691 a691+ a692>a693 a693+
        a694>a695 a695+ a696>a697 a697+ a698>a699 a699+ a69a>a69b a69b+ a69c-a69f= a6a0-a6e5+ a6f0-a6f1= a717-a71f+
        a722>a723 a723+ a724>a725 a725+ a726>a727 a727+ a728>a729 a729+ a72a>a72b a72b+ a72c>a72d a72d+ a72e>a72f
        a72f-a731+ a732>a733 a733+ a734>a735 a735+ a736>a737 a737+ a738>a739 a739+ a73a>a73b a73b+ a73c>a73d a73d+
        a73e>a73f a73f+ a740-a745=k a746>a747 a747+ a748-a749=l a74a-a74d=o a74e>a74f a74f+ a750-a755=p a756-a759=q
        a75a>a75b a75b+ a75c>a75d a75d+ a75e-a75f=v a760>a761 a761+ a762>a763 a763+ a764>a765 a765+ a766>a767 a767+
        a768>a769 a769+ a76a>a76b a76b+ a76c>a76d a76d+ a76e>a76f a76f+ a770>a76f a771-a778+ a779>a77a a77a+ a77b>a77c
        a77c+ a77d>1d79 a77e>a77f a77f+ a780>a781 a781+ a782>a783 a783+ a784>a785 a785+ a786>a787 a787-a788+
        a78b-a78c= a78d>265 a78e=l a78f+ a790-a791=n a792-a794=c a795=h a796-a797=b a798-a799=f a79a>a79b a79b+
        a79c>a79d a79d+ a79e>a79f a79f+ a7a0-a7a1=g a7a2-a7a3=k a7a4-a7a5=n a7a6-a7a7=r a7a8-a7a9=s a7aa=h a7ab>25c
        a7ac>261 a7ad=l a7ae>26a a7af+ a7b0>29e a7b1>287 a7b2=j a7b3>ab53 a7b4>a7b5 a7b5+ a7b6>a7b7 a7b7+ a7b8-a7b9=u
        a7ba>a7bb a7bb+ a7bc>a7bd a7bd+ a7be>a7bf a7bf+ a7c0>a7c1 a7c1+ a7c2>a7c3 a7c3+ a7c4=c a7c5=s a7c6=z
        a7c7-a7c8=d a7c9-a7ca=s a7d0>a7d1 a7d1-a7d5+ a7d6>a7d7 a7d7+ a7d8>a7d9 a7d9+ a7f2=c a7f3=f a7f4=q a7f5>a7f6
        a7f6-a7f7+ a7f8=h a7f9=oe a7fa-a805+ a806= a807-a827+ a82c= a840-a873+ a880-a8c3+ a8c4= a8c5+ a8d0-a8d9@30
        a8e0-a8f1= a8f2-a8f7+ a8fb+ a8fd-a8ff+ a900-a909@30 a90a-a92a+ a92b-a92d= a930-a953+ a960-a9b2+ a9b3=
        a9b4-a9c0+ a9cf+ a9d0-a9d9@30 a9e0-a9ef+ a9f0-a9f9@30 a9fa-aa4d+ aa50-aa59@30 aa60-aa76+ aa7a-aaaf+ aab0=
        aab1+ aab2-aab4= aab5-aab6+ aab7-aab8= aab9-aabd+ aabe-aabf= aac0+ aac1= aac2-aadd+ aae0-aaef+ aaf2-aaf5+
        aaf6= ab01-ab33+ ab34=e ab35-ab36+ ab37-ab39=l ab3a-ab3b@6d ab3c-ab48+ ab49=r ab4a-ab4d+ ab4e=u ab4f-ab51+
        ab52=u ab53-ab55+ ab56-ab59=x ab5a=y ab5c>a727 ab5d-ab5e=l ab5f=u ab60-ab68+ ab69>28d ab70-abea+ abec+ abed=
        abf0-abf9@30 d7b0-d7fb+ f900-fad9+ fb00=ff fb01=fi fb02=fl fb03=ffi fb04=ffl fb05-fb06=st fb13>574,576
        fb14>574,565 fb15>574,56b fb16>57e,576 fb17>574,56d fb1d>5d9 fb1e= fb1f>5f2 fb20>5e2 fb21>5d0 fb22-fb23@5d3
        fb24-fb26@5db fb27>5e8 fb28>5ea fb2a>5e9 fb2b>5e9 fb2c>5e9 fb2d>5e9 fb2e>5d0 fb2f>5d0 fb30-fb36@5d0
        fb38-fb3c@5d8 fb3e>5de fb40-fb41@5e0 fb43-fb44@5e3 fb46-fb4a@5e6 fb4b>5d5 fb4c>5d1 fb4d>5db fb4e>5e4
        fb4f>5d0,5dc fb50-fb51=a fb52>67b fb53>67b fb54>67b fb55>67b fb56-fb59=p fb5a>680 fb5b>680 fb5c>680 fb5d>680
        fb5e>67a fb5f>67a fb60>67a fb61>67a fb62>67f fb63>67f fb64>67f fb65>67f fb66-fb69=t fb6a-fb6d=v fb6e>6a6
        fb6f>6a6 fb70>6a6 fb71>6a6 fb72>684 fb73>684 fb74>684 fb75>684 fb76>683 fb77>683 fb78>683 fb79>683
        fb7a-fb7d=ch fb7e>687 fb7f>687 fb80>687 fb81>687 fb82>68d fb83>68d fb84>68c fb85>68c fb86>68e fb87>68e
        fb88-fb89=d fb8a-fb8b=zh fb8c-fb8d=r fb8e-fb91=k fb92-fb95=g fb96>6b3 fb97>6b3 fb98>6b3 fb99>6b3 fb9a>6b1
        fb9b>6b1 fb9c>6b1 fb9d>6b1 fb9e-fb9f=n fba0>6bb fba1>6bb fba2>6bb fba3>6bb fba4-fba5=e fba6-fbad=h fbae-fbb1=e
        fbd3-fbd6=ng fbd7-fbd8=u fbd9-fbda=o fbdb>6c8 fbdc>6c8 fbdd>75,674 fbde-fbdf=v fbe0>6c5 fbe1>6c5 fbe2-fbe3=u
        fbe4-fbe7=e fbe8-fbe9=a fbea-fbeb=ia fbec-fbed=ie fbee-fbf1=iu fbf2-fbf3=io fbf4>69,6c8 fbf5>69,6c8
        fbf6-fbf8=ie fbf9-fbfb=ia fbfc-fbff=i fc00=ij fc01=ih fc02=im fc03=ia fc04=ii fc05=bj fc06=bh fc07=bkh fc08=bm
        fc09=ba fc0a=bi fc0b=tj fc0c=th fc0d=tkh fc0e=tm fc0f=ta fc10=ti fc11=thj fc12=thm fc13=tha fc14=thi fc15=jh
        fc16=jm fc17=hj fc18=hm fc19=khj fc1a=khh fc1b=khm fc1c=sj fc1d=sh fc1e=skh fc1f=sm fc20=sh fc21=sm fc22=dj
        fc23=dh fc24=dkh fc25=dm fc26=th fc27=tm fc28=zm fc29=aj fc2a=am fc2b=ghj fc2c=ghm fc2d=fj fc2e=fh fc2f=fkh
        fc30=fm fc31=fa fc32=fi fc33=qh fc34=qm fc35=qa fc36=qi fc37=ka fc38=kj fc39=kh fc3a=kkh fc3b=kl fc3c=km
        fc3d=ka fc3e=ki fc3f=lj fc40=lh fc41=lkh fc42=lm fc43=la fc44=li fc45=mj fc46=mh fc47=mkh fc48=mm fc49=ma
        fc4a=mi fc4b=nj fc4c=nh fc4d=nkh fc4e=nm fc4f=na fc50=ni fc51=hj fc52=hm fc53=ha fc54=hi fc55=ij fc56=ih
        fc57=ikh fc58=im fc59=ia fc5a=ii fc5b=dh fc5c=r fc5d=a fc64=ir fc65=iz fc66=im fc67=in fc68=ia fc69=ii fc6a=br
        fc6b=bz fc6c=bm fc6d=bn fc6e=ba fc6f=bi fc70=tr fc71=tz fc72=tm fc73=tn fc74=ta fc75=ti fc76=thr fc77=thz
        fc78=thm fc79=thn fc7a=tha fc7b=thi fc7c=fa fc7d=fi fc7e=qa fc7f=qi fc80=ka fc81=kl fc82=km fc83=ka fc84=ki
        fc85=lm fc86=la fc87=li fc88=ma fc89=mm fc8a=nr fc8b=nz fc8c=nm fc8d=nn fc8e=na fc8f=ni fc90=a fc91=ir fc92=iz
        fc93=im fc94=in fc95=ia fc96=ii fc97=ij fc98=ih fc99=ikh fc9a=im fc9b=ih fc9c=bj fc9d=bh fc9e=bkh fc9f=bm
        fca0=bh fca1=tj fca2=th fca3=tkh fca4=tm fca5=th fca6=thm fca7=jh fca8=jm fca9=hj fcaa=hm fcab=khj fcac=khm
        fcad=sj fcae=sh fcaf=skh fcb0=sm fcb1=sh fcb2=skh fcb3=sm fcb4=dj fcb5=dh fcb6=dkh fcb7=dm fcb8=th fcb9=zm
        fcba=aj fcbb=am fcbc=ghj fcbd=ghm fcbe=fj fcbf=fh fcc0=fkh fcc1=fm fcc2=qh fcc3=qm fcc4=kj fcc5=kh fcc6=kkh
        fcc7=kl fcc8=km fcc9=lj fcca=lh fccb=lkh fccc=lm fccd=lh fcce=mj fccf=mh fcd0=mkh fcd1=mm fcd2=nj fcd3=nh
        fcd4=nkh fcd5=nm fcd6=nh fcd7=hj fcd8=hm fcd9=h fcda=ij fcdb=ih fcdc=ikh fcdd=im fcde=ih fcdf=im fce0=ih
        fce1=bm fce2=bh fce3=tm fce4=th fce5=thm fce6=thh fce7=sm fce8=sh fce9=shm fcea=shh fceb=kl fcec=km fced=lm
        fcee=nm fcef=nh fcf0=im fcf1=ih fcf2-fcf4= fcf5=ta fcf6=ti fcf7=aa fcf8=ai fcf9=gha fcfa=ghi fcfb=sa fcfc=si
        fcfd=sha fcfe=shi fcff=ha fd00=hi fd01=ja fd02=ji fd03=kha fd04=khi fd05=sa fd06=si fd07=da fd08=di fd09=shj
        fd0a=shh fd0b=shkh fd0c=shm fd0d=shr fd0e-fd0f=sr fd10=dr fd11=ta fd12=ti fd13=aa fd14=ai fd15=gha fd16=ghi
        fd17=sa fd18=si fd19=sha fd1a=shi fd1b=ha fd1c=hi fd1d=ja fd1e=ji fd1f=kha fd20=khi fd21=sa fd22=si fd23=da
        fd24=di fd25=shj fd26=shh fd27=shkh fd28=shm fd29=shr fd2a-fd2b=sr fd2c=dr fd2d=shj fd2e=shh fd2f=shkh
        fd30=shm fd31=sh fd32=shh fd33=tm fd34=sj fd35=sh fd36=skh fd37=shj fd38=shh fd39=shkh fd3a=tm fd3b=zm
        fd3c-fd3d=a fd50=tjm fd51-fd52=thj fd53=thm fd54=tkhm fd55=tmj fd56=tmh fd57=tmkh fd58-fd59=jmh fd5a=hmi
        fd5b=hma fd5c=shj fd5d=sjh fd5e=sja fd5f-fd60=smh fd61=smj fd62-fd63=smm fd64-fd65=shh fd66=smm fd67-fd68=shhm
        fd69=shji fd6a-fd6b=shmkh fd6c-fd6d=shmm fd6e=dha fd6f-fd70=dkhm fd71-fd72=tmh fd73=tmm fd74=tmi fd75=ajm
        fd76-fd77=amm fd78=ama fd79=ghmm fd7a=ghmi fd7b=ghma fd7c-fd7d=fkhm fd7e=qmh fd7f=qmm fd80=lhm fd81=lhi
        fd82=lha fd83-fd84=ljj fd85-fd86=lkhm fd87-fd88=lmh fd89=mhj fd8a=mhm fd8b=mhi fd8c=mjh fd8d=mjm fd8e=mkhj
        fd8f=mkhm fd92=mjkh fd93=hmj fd94=hmm fd95=nhm fd96=nha fd97-fd98=njm fd99=nja fd9a=nmi fd9b=nma fd9c-fd9d=imm
        fd9e=bkhi fd9f=tji fda0=tja fda1=tkhi fda2=tkha fda3=tmi fda4=tma fda5=jmi fda6=jha fda7=jma fda8=skha
        fda9=shi fdaa=shhi fdab=dhi fdac=lji fdad=lmi fdae=ihi fdaf=iji fdb0=imi fdb1=mmi fdb2=qmi fdb3=nhi fdb4=qmh
        fdb5=lhm fdb6=ami fdb7=kmi fdb8=njh fdb9=mkhi fdba=ljm fdbb=kmm fdbc=ljm fdbd=njh fdbe=jhi fdbf=hji fdc0=mji
        fdc1=fmi fdc2=bhi fdc3=kmm fdc4=ajm fdc5=smm fdc6=skhi fdc7=nji fdf0=sle fdf1=qle fdf2=allh fdf3=akbr
        fdf4=mhmd fdf5=slam fdf6=rsul fdf7=alih fdf8=uslm fdf9=sla fe00-fe0f= fe20-fe2f= fe71= fe73+ fe77= fe79= fe7b=
        fe7d= fe7f-fe80= fe81-fe84=a fe85-fe86=u fe87-fe88=a fe89-fe8c=i fe8d-fe8e=a fe8f-fe92=b fe93-fe94=a
        fe95-fe98=t fe99-fe9c=th fe9d-fea0=j fea1-fea4=h fea5-fea8=kh fea9-feaa=d feab-feac=dh fead-feae=r feaf-feb0=z
        feb1-feb4=s feb5-feb8=sh feb9-febc=s febd-fec0=d fec1-fec4=t fec5-fec8=z fec9-fecc=a fecd-fed0=gh fed1-fed4=f
        fed5-fed8=q fed9-fedc=k fedd-fee0=l fee1-fee4=m fee5-fee8=n fee9-feec=h feed-feee=u feef-fef0=a fef1-fef4=i
        fef5-fefc=la feff= ff07= ff10-ff19@30 ff21-ff3a@61 ff40= ff41-ff5a@61 ff66>30f2 ff67>30a1 ff68>30a3 ff69>30a5
        ff6a>30a7 ff6b>30a9 ff6c>30e3 ff6d>30e5 ff6e>30e7 ff6f>30c3 ff70>30fc ff71>30a2 ff72>30a4 ff73>30a6 ff74>30a8
        ff75-ff76@30aa ff77>30ad ff78>30af ff79>30b1 ff7a>30b3 ff7b>30b5 ff7c>30b7 ff7d>30b9 ff7e>30bb ff7f>30bd
        ff80>30bf ff81>30c1 ff82>30c4 ff83>30c6 ff84>30c8 ff85-ff8a@30ca ff8b>30d2 ff8c>30d5 ff8d>30d8 ff8e>30db
        ff8f-ff93@30de ff94>30e4 ff95>30e6 ff96-ff9b@30e8 ff9c>30ef ff9d>30f3 ff9e-ff9f= ffa0>1160 ffa1-ffa2@1100
        ffa3>11aa ffa4>1102 ffa5-ffa6@11ac ffa7-ffa9@1103 ffaa-ffaf@11b0 ffb0>111a ffb1-ffb3@1106 ffb4>1121
        ffb5-ffbe@1109 ffc2-ffc7@1161 ffca-ffcf@1167 ffd2-ffd7@116d ffda-ffdc@1173 10000-100fa+ 101fd= 10280-102d0+
        102e0= 10300-1031f+ 1032d-10340+ 10342-10349+ 10350-10375+ 10376-1037a= 10380-1039d+ 103a0-103cf+
        10400-10427@10428 10428-1049d+ 104a0-104a9@30 104b0-104d3@104d8 104d8-10563+ 10570-1057a@10597
        1057c-1058a@105a3 1058c-10592@105b3 10594-10595@105bb 10597-10780+ 10781-10782= 10783=ae 10784>299 10785=b
        10787>2a3 10788>ab66 10789>2a5 1078a>2a4 1078b-1078d=d 1078e>258 1078f>25e 10790>2a9 10791>264 10792>262
        10793=g 10794>29b 10795=h 10796>29c 10797>267 10798>284 10799-1079a@2aa 1079b=l 1079c>1df04 1079d=l 1079e>26e
        1079f>1df05 107a0>28e 107a1>1df06 107a2=o 107a3-107a4@276 107a5=q 107a6>27a 107a7>1df08 107a8-107aa=r
        107ab>2a8 107ac>2a6 107ad>ab67 107ae>2a7 107af=t 107b0=v 107b2=y 107b3-107b4@2a1 107b5>298 107b6-107b8@1c0
        107b9>1df0a 107ba=s 10800-10855+ 10860-10876+ 10880-1089e+ 108e0-108f5+ 10900-10915+ 10920-10939+ 10980-109b7+
        109be-109bf+ 10a00-10a0c+ 10a0d= 10a0e+ 10a0f= 10a10-10a35+ 10a38-10a3a= 10a3f= 10a60-10a7c+ 10a80-10a9c+
        10ac0-10ac7+ 10ac9-10ae4+ 10ae5-10ae6= 10b00-10b35+ 10b40-10b55+ 10b60-10b72+ 10b80-10b91+ 10c00-10c48+
        10c80-10cb2@10cc0 10cc0-10cf2+ 10d00-10d23+ 10d24-10d27= 10d30-10d39@30 10e80-10ea9+ 10eab-10eac= 10eb0-10f1c+
        10f27-10f45+ 10f46-10f50= 10f70-10f81+ 10f82-10f85= 10fb0-10fc4+ 10fe0-11045+ 11046= 11066-1106f@30 11070=
        11071-11075+ 1107f= 11080-11099+ 1109a>11099 1109b+ 1109c>1109b 1109d-110aa+ 110ab>110a5 110ac-110b8+
        110b9-110ba= 110c2+ 110d0-110e8+ 110f0-110f9@30 11100-11102= 11103-1112d+ 1112e>11131,11127 1112f>11132,11127
        11130-11132+ 11133-11134= 11136-1113f@30 11144-11172+ 11173= 11176-111c4+ 111c9+ 111ca= 111cb-111cc+
        111ce-111cf+ 111d0-111d9@30 111da+ 111dc+ 11200-11235+ 11236= 11237+ 1123e-112a8+ 112b0-112e8+ 112e9-112ea=
        112f0-112f9@30 11300-11339+ 1133b-1133c= 1133d-11348+ 1134b>11347,1133e 1134c>11347,11357 1134d-11363+
        11366-1136c= 11370-11374= 11400-11441+ 11442= 11443-11445+ 11446= 11447-1144a+ 11450-11459@30 1145e=
        1145f-114ba+ 114bb>114b9,114ba 114bc>114b9,114b0 114bd+ 114be>114b9,114bd 114bf-114c1+ 114c2-114c3=
        114c4-114c5+ 114c7+ 114d0-114d9@30 11580-115b9+ 115ba>115b8,115af 115bb>115b9,115af 115bc-115be+ 115bf-115c0=
        115d8-1163e+ 1163f= 11640+ 11644+ 11650-11659@30 11680-116b6+ 116b7= 116b8+ 116c0-116c9@30 11700-1172a+ 1172b=
        11730-11739@30 11740-11838+ 11839-1183a= 118a0-118bf@118c0 118c0-118df+ 118e0-118e9@30 118ff-11937+
        11938>11935,11930 1193b-1193d+ 1193e= 1193f-11942+ 11943= 11950-11959@30 119a0-119df+ 119e0= 119e1+
        119e3-11a33+ 11a34= 11a35-11a3e+ 11a47= 11a50-11a98+ 11a99= 11a9d+ 11ab0-11c3e+ 11c3f= 11c40+ 11c50-11c59@30
        11c72-11d41+ 11d42= 11d43+ 11d44-11d45= 11d46-11d47+ 11d50-11d59@30 11d60-11d96+ 11d97= 11d98+ 11da0-11da9@30
        11ee0-11ef6+ 11fb0+ 12000-12399+ 12480-12ff0+ 13000-1342e+ 14400-16a5e+ 16a60-16a69@30 16a70-16abe+
        16ac0-16ac9@30 16ad0-16aed+ 16af0-16af4= 16b00-16b2f+ 16b30-16b36= 16b40-16b43+ 16b50-16b59@30 16b63-16b8f+
        16e40-16e5f@16e60 16e60-16e7f+ 16f00-16fe1+ 16fe3-1bc99+ 1bc9d+ 1bc9e= 1cf00-1cf46+ 1d165-1d166+ 1d167-1d169=
        1d16d-1d172+ 1d17b-1d182= 1d185-1d18b= 1d1aa-1d1ad= 1d242-1d244= 1d400-1d419@61 1d41a-1d433@61 1d434-1d44d@61
        1d44e-1d454@61 1d456-1d467@69 1d468-1d481@61 1d482-1d49b@61 1d49c=a 1d49e-1d49f@63 1d4a2=g 1d4a5-1d4a6@6a
        1d4a9-1d4ac@6e 1d4ae-1d4b5@73 1d4b6-1d4b9@61 1d4bb=f 1d4bd-1d4c3@68 1d4c5-1d4cf@70 1d4d0-1d4e9@61
        1d4ea-1d503@61 1d504-1d505@61 1d507-1d50a@64 1d50d-1d514@6a 1d516-1d51c@73 1d51e-1d537@61 1d538-1d539@61
        1d53b-1d53e@64 1d540-1d544@69 1d546=o 1d54a-1d550@73 1d552-1d56b@61 1d56c-1d585@61 1d586-1d59f@61
        1d5a0-1d5b9@61 1d5ba-1d5d3@61 1d5d4-1d5ed@61 1d5ee-1d607@61 1d608-1d621@61 1d622-1d63b@61 1d63c-1d655@61
        1d656-1d66f@61 1d670-1d689@61 1d68a-1d6a3@61 1d6a4=i 1d6a5>237 1d6a8=a 1d6a9=v 1d6aa=g 1d6ab-1d6ac@64 1d6ad=z
        1d6ae=i 1d6af=th 1d6b0=i 1d6b1-1d6b4@6b 1d6b5=x 1d6b6-1d6b7@6f 1d6b8=r 1d6b9=th 1d6ba-1d6bc@73 1d6bd=f
        1d6be=ch 1d6bf=ps 1d6c0=o 1d6c2=a 1d6c3=v 1d6c4=g 1d6c5-1d6c6@64 1d6c7=z 1d6c8=i 1d6c9=th 1d6ca=i
        1d6cb-1d6ce@6b 1d6cf=x 1d6d0-1d6d1@6f 1d6d2-1d6d3@72 1d6d4-1d6d6@73 1d6d7=f 1d6d8=ch 1d6d9=ps 1d6da=o 1d6dc=e
        1d6dd=th 1d6de=k 1d6df=f 1d6e0=r 1d6e1=p 1d6e2=a 1d6e3=v 1d6e4=g 1d6e5-1d6e6@64 1d6e7=z 1d6e8=i 1d6e9=th
        1d6ea=i 1d6eb-1d6ee@6b 1d6ef=x 1d6f0-1d6f1@6f 1d6f2=r 1d6f3=th 1d6f4-1d6f6@73 1d6f7=f 1d6f8=ch 1d6f9=ps
        1d6fa=o 1d6fc=a 1d6fd=v 1d6fe=g 1d6ff-1d700@64 1d701=z 1d702=i 1d703=th 1d704=i 1d705-1d708@6b 1d709=x
        1d70a-1d70b@6f 1d70c-1d70d@72 1d70e-1d710@73 1d711=f 1d712=ch 1d713=ps 1d714=o 1d716=e 1d717=th 1d718=k
        1d719=f 1d71a=r 1d71b=p 1d71c=a 1d71d=v 1d71e=g 1d71f-1d720@64 1d721=z 1d722=i 1d723=th 1d724=i 1d725-1d728@6b
        1d729=x 1d72a-1d72b@6f 1d72c=r 1d72d=th 1d72e-1d730@73 1d731=f 1d732=ch 1d733=ps 1d734=o 1d736=a 1d737=v
        1d738=g 1d739-1d73a@64 1d73b=z 1d73c=i 1d73d=th 1d73e=i 1d73f-1d742@6b 1d743=x 1d744-1d745@6f 1d746-1d747@72
        1d748-1d74a@73 1d74b=f 1d74c=ch 1d74d=ps 1d74e=o 1d750=e 1d751=th 1d752=k 1d753=f 1d754=r 1d755=p 1d756=a
        1d757=v 1d758=g 1d759-1d75a@64 1d75b=z 1d75c=i 1d75d=th 1d75e=i 1d75f-1d762@6b 1d763=x 1d764-1d765@6f 1d766=r
        1d767=th 1d768-1d76a@73 1d76b=f 1d76c=ch 1d76d=ps 1d76e=o 1d770=a 1d771=v 1d772=g 1d773-1d774@64 1d775=z
        1d776=i 1d777=th 1d778=i 1d779-1d77c@6b 1d77d=x 1d77e-1d77f@6f 1d780-1d781@72 1d782-1d784@73 1d785=f 1d786=ch
        1d787=ps 1d788=o 1d78a=e 1d78b=th 1d78c=k 1d78d=f 1d78e=r 1d78f=p 1d790=a 1d791=v 1d792=g 1d793-1d794@64
        1d795=z 1d796=i 1d797=th 1d798=i 1d799-1d79c@6b 1d79d=x 1d79e-1d79f@6f 1d7a0=r 1d7a1=th 1d7a2-1d7a4@73 1d7a5=f
        1d7a6=ch 1d7a7=ps 1d7a8=o 1d7aa=a 1d7ab=v 1d7ac=g 1d7ad-1d7ae@64 1d7af=z 1d7b0=i 1d7b1=th 1d7b2=i
        1d7b3-1d7b6@6b 1d7b7=x 1d7b8-1d7b9@6f 1d7ba-1d7bb@72 1d7bc-1d7be@73 1d7bf=f 1d7c0=ch 1d7c1=ps 1d7c2=o 1d7c4=e
        1d7c5=th 1d7c6=k 1d7c7=f 1d7c8=r 1d7c9=p 1d7ca>3dd 1d7cb>3dd 1d7ce-1d7d7@30 1d7d8-1d7e1@30 1d7e2-1d7eb@30
        1d7ec-1d7f5@30 1d7f6-1d7ff@30 1da00-1da36+ 1da3b-1da6c+ 1da75+ 1da84+ 1da9b-1df08+ 1df09=t 1df0a-1df10+
        1df11=l 1df12+ 1df13=l 1df14-1df15+ 1df16=r 1df17-1df19+ 1df1a=i 1df1b=o 1df1c+ 1df1d=c 1df1e=s 1e000-1e006=
        1e008-1e018= 1e01b-1e021= 1e023-1e024= 1e026-1e02a= 1e100-1e12c+ 1e130-1e136= 1e137-1e13d+ 1e140-1e149@30
        1e14e+ 1e290-1e2ad+ 1e2ae= 1e2c0-1e2eb+ 1e2ec-1e2ef= 1e2f0-1e2f9@30 1e7e0-1e8c4+ 1e8d0-1e8d6=
        1e900-1e921@1e922 1e922-1e943+ 1e944-1e94a= 1e94b+ 1e950-1e959@30 1ee00-1ee01@61 1ee02=j 1ee03=d 1ee05=u
        1ee06=z 1ee07=h 1ee08=t 1ee09=i 1ee0a-1ee0d@6b 1ee0e=s 1ee0f=a 1ee10=f 1ee11=s 1ee12-1ee13@71 1ee14=sh 1ee15=t
        1ee16=th 1ee17=kh 1ee18=dh 1ee19=d 1ee1a=z 1ee1b=gh 1ee1c>66e 1ee1d=n 1ee1e>6a1 1ee1f>66f 1ee21=b 1ee22=j
        1ee24=h 1ee27=h 1ee29=i 1ee2a-1ee2d@6b 1ee2e=s 1ee2f=a 1ee30=f 1ee31=s 1ee32=q 1ee34=sh 1ee35=t 1ee36=th
        1ee37=kh 1ee39=d 1ee3b=gh 1ee42=j 1ee47=h 1ee49=i 1ee4b=l 1ee4d=n 1ee4e=s 1ee4f=a 1ee51=s 1ee52=q 1ee54=sh
        1ee57=kh 1ee59=d 1ee5b=gh 1ee5d=n 1ee5f>66f 1ee61=b 1ee62=j 1ee64=h 1ee67=h 1ee68=t 1ee69=i 1ee6a=k
        1ee6c-1ee6d@6d 1ee6e=s 1ee6f=a 1ee70=f 1ee71=s 1ee72=q 1ee74=sh 1ee75=t 1ee76=th 1ee77=kh 1ee79=d 1ee7a=z
        1ee7b=gh 1ee7c>66e 1ee7e>6a1 1ee80-1ee81@61 1ee82=j 1ee83=d 1ee84=h 1ee85=u 1ee86=z 1ee87=h 1ee88=t 1ee89=i
        1ee8b-1ee8d@6c 1ee8e=s 1ee8f=a 1ee90=f 1ee91=s 1ee92-1ee93@71 1ee94=sh 1ee95=t 1ee96=th 1ee97=kh 1ee98=dh
        1ee99=d 1ee9a=z 1ee9b=gh 1eea1=b 1eea2=j 1eea3=d 1eea5=u 1eea6=z 1eea7=h 1eea8=t 1eea9=i 1eeab-1eead@6c
        1eeae=s 1eeaf=a 1eeb0=f 1eeb1=s 1eeb2-1eeb3@71 1eeb4=sh 1eeb5=t 1eeb6=th 1eeb7=kh 1eeb8=dh 1eeb9=d 1eeba=z
        1eebb=gh 1fbf0-1fbf9@30 20000-3134a+ e0100-e01ef=
        """
}
