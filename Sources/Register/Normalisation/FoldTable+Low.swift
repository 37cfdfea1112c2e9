extension FoldTable {
    /// The entries of N-10 for scalars below U+1E00, or little above; a copy of the document's.
    static let low = """
        aa=a ad= b2-b3@32 b4= b5=m b9=1 ba=o c0-c5=a c6=ae c7=c c8-cb=e cc-cf=i d0=d d1-d2@6e d3-d6=o d8=o d9-dc=u
        dd=y de=th df=ss e0-e5=a e6=ae e7=c e8-eb=e ec-ef=i f0=d f1-f2@6e f3-f6=o f8=o f9-fc=u fd=y fe=th ff=y
        100-105=a 106-10d=c 10e-111=d 112-11b=e 11c-123=g 124-127=h 128-131=i 132-133=ij 134-135=j 136-138=k 139-13e=l
        141-142=l 143-14b=n 14c-151=o 152-153=oe 154-159=r 15a-161=s 162-167=t 168-173=u 174-175=w 176-178=y 179-17e=z
        17f=s 180-183=b 184>185 185+ 186=o 187-188=c 189-18c=d 18d+ 18e-190=e 191-192=f 193-194=g 195+ 196-197=i
        198-199=k 19a=l 19b+ 19c>26f 19d-19e=n 19f-1a1=o 1a2>1a3 1a3+ 1a4-1a5=p 1a6-1a7@72 1a8=s 1a9=sh 1aa+ 1ab-1ae=t
        1af-1b1=u 1b2=v 1b3-1b4=y 1b5-1b6=z 1b7=zh 1b8>1b9 1b9-1bb+ 1bc>1bd 1bd-1c3+ 1c4-1c6=dz 1c7-1c9=lj 1ca-1cc=nj
        1cd-1ce=a 1cf-1d0=i 1d1-1d2=o 1d3-1dc=u 1dd=e 1de-1e1=a 1e2-1e3=ae 1e4-1e7=g 1e8-1e9=k 1ea-1ed=o 1ee-1ef=zh
        1f0=j 1f1-1f3=dz 1f4-1f5=g 1f6>195 1f7>1bf 1f8-1f9=n 1fa-1fb=a 1fc-1fd=ae 1fe-1ff=o 200-203=a 204-207=e
        208-20b=i 20c-20f=o 210-213=r 214-217=u 218-219=s 21a-21b=t 21c>21d 21d+ 21e-21f=h 220=n 221=d 222>223 223+
        224-225=z 226-227=a 228-229=e 22a-231=o 232-233=y 234=l 235=n 236=t 237-239+ 23a=a 23b-23c=c 23d=l 23e=t 23f=s
        240=z 241>242 242+ 243=b 244-245@75 246-247=e 248-249=j 24a-24b=q 24c-24d=r 24e-24f=y 250-252+ 253=b 254=o
        255-256@63 257=d 258+ 259=e 25a+ 25b=e 25c-25f+ 260=g 261-262+ 263=g 264-265+ 266=h 267+ 268-269=i 26a+
        26b-26d=l 26e-270+ 271-272@6d 273=n 274+ 275=o 276-27b+ 27c-27e=r 27f+ 280=r 281+ 282=s 283=sh 284-287+
        288-289@74 28a-28b@75 28c=v 28d-28e+ 28f-290@79 291=z 292=zh 293+ 294-295= 296-29c+ 29d=j 29e-29f+ 2a0=q
        2a1-2af+ 2b0-2b1=h 2b2=j 2b3=r 2b4>279 2b5>27b 2b6>281 2b7=w 2b8=y 2b9-2df= 2e0=g 2e1=l 2e2=s 2e3=x 2e4-36f=
        370>371 371+ 372>373 373+ 374= 376>377 377+ 37b-37d+ 37f>3f3 386=a 388=e 389-38a=i 38c=o 38e=u 38f=o 390=i
        391=a 392=v 393=g 394-395@64 396=z 397=i 398=th 399=i 39a-39d@6b 39e=x 39f-3a0@6f 3a1=r 3a3-3a5@73 3a6=f
        3a7=ch 3a8=ps 3a9=o 3aa=i 3ab=u 3ac=a 3ad=e 3ae-3af=i 3b0=u 3b1=a 3b2=v 3b3=g 3b4-3b5@64 3b6=z 3b7=i 3b8=th
        3b9=i 3ba-3bd@6b 3be=x 3bf-3c0@6f 3c1-3c2@72 3c3-3c5@73 3c6=f 3c7=ch 3c8=ps 3c9=o 3ca=i 3cb=u 3cc=o 3cd=u
        3ce=o 3cf>3d7 3d0=v 3d1=th 3d2-3d4=u 3d5=f 3d6=p 3d7+ 3d8>3d9 3d9+ 3da>3db 3db+ 3dc>3dd 3dd+ 3de>3df 3df+
        3e0>3e1 3e1+ 3e2>3e3 3e3+ 3e4>3e5 3e5+ 3e6>3e7 3e7+ 3e8>3e9 3e9+ 3ea>3eb 3eb+ 3ec>3ed 3ed+ 3ee>3ef 3ef+ 3f0=k
        3f1-3f2@72 3f3+ 3f4=th 3f5=e 3f7>3f8 3f8+ 3f9=s 3fa>3fb 3fb-3fc+ 3fd-3ff@37b 400-401=e 402=dj 403=g 404=e
        405=dz 406-407=i 408=j 409=lj 40a=nj 40b=c 40c=k 40d=i 40e=u 40f=dz 410-411@61 412=v 413=g 414-415@64 416=zh
        417=z 418-419=i 41a-41f@6b 420-423@72 424=f 425=kh 426=ts 427=ch 428=sh 429=shch 42a= 42b=y 42c= 42d=e 42e=yu
        42f=ya 430-431@61 432=v 433=g 434-435@64 436=zh 437=z 438-439=i 43a-43f@6b 440-443@72 444=f 445=kh 446=ts
        447=ch 448=sh 449=shch 44a= 44b=y 44c= 44d=e 44e=yu 44f=ya 450-451=e 452=dj 453=g 454=e 455=dz 456-457=i 458=j
        459=lj 45a=nj 45b=c 45c=k 45d=i 45e=u 45f=dz 460>461 461+ 462-463=e 464>465 465+ 466>467 467+ 468>469 469+
        46a>46b 46b+ 46c>46d 46d+ 46e>46f 46f+ 470>471 471+ 472-473=f 474-477=i 478>479 479+ 47a>47b 47b+ 47c>47d 47d+
        47e>47f 47f+ 480>481 481+ 483-489= 48a>48b 48b+ 48c>48d 48d+ 48e>48f 48f+ 490-493=g 494>495 495+ 496-497=zh
        498-499=z 49a-49b=k 49c-49d=g 49e>49f 49f+ 4a0-4a1=k 4a2-4a3=n 4a4>4a5 4a5+ 4a6>4a7 4a7+ 4a8>4a9 4a9+
        4aa-4ab=s 4ac>4ad 4ad+ 4ae-4b1=u 4b2-4b3=h 4b4>4b5 4b5+ 4b6-4b7=j 4b8>4b9 4b9+ 4ba-4bb=h 4bc>4bd 4bd+ 4be>4bf
        4bf+ 4c0= 4c1-4c2=zh 4c3>4c4 4c4+ 4c5>4c6 4c6+ 4c7>4c8 4c8+ 4c9>4ca 4ca+ 4cb>4cc 4cc+ 4cd>4ce 4ce+ 4cf=
        4d0-4d3=a 4d4>4d5 4d5+ 4d6-4d7=e 4d8-4db=a 4dc-4dd=zh 4de-4df=z 4e0>4e1 4e1+ 4e2-4e5=i 4e6-4eb=o 4ec-4ed=e
        4ee-4f3=u 4f4-4f5=ch 4f6>4f7 4f7+ 4f8-4f9=y 4fa>4fb 4fb+ 4fc>4fd 4fd+ 4fe>4ff 4ff+ 500>501 501+ 502>503 503+
        504>505 505+ 506>507 507+ 508>509 509+ 50a>50b 50b+ 50c>50d 50d+ 50e>50f 50f+ 510>511 511+ 512>513 513+
        514>515 515+ 516>517 517+ 518>519 519+ 51a>51b 51b+ 51c>51d 51d+ 51e>51f 51f+ 520>521 521+ 522>523 523+
        524>525 525+ 526>527 527+ 528>529 529+ 52a>52b 52b+ 52c>52d 52d+ 52e>52f 52f+ 531-556@561 559+ 55a= 560-586+
        587>565,582 588+ 591-5bd= 5bf= 5c1-5c2= 5c4-5c5= 5c7= 5d0-5f2+ 5f3= 610-61a= 61c= 620+ 621= 622-623=a 624=u
        625=a 626=i 627-628@61 629=a 62a=t 62b=th 62c=j 62d=h 62e=kh 62f=d 630=dh 631=r 632=z 633=s 634=sh 635=s 636=d
        637=t 638=z 639=a 63a=gh 63b-63f+ 640= 641=f 642=q 643-646@6b 647=h 648=u 649=a 64a=i 64b-65f= 660-669@30
        66e-66f+ 670= 671=a 672-674+ 675>61,674 676>75,674 677>75,674 678>69,674 679=t 67a-67d+ 67e=p 67f-685+ 686=ch
        687+ 688=d 689-690+ 691=r 692-694+ 695=r 696-697+ 698=zh 699-6a3+ 6a4=v 6a5-6a8+ 6a9=k 6aa-6ac+ 6ad=ng 6ae+
        6af=g 6b0-6b4+ 6b5=l 6b6-6b9+ 6ba=n 6bb-6bd+ 6be=h 6bf+ 6c0=e 6c1-6c2=h 6c3=a 6c4-6c5+ 6c6=o 6c7=u 6c8+ 6c9=u
        6ca=o 6cb=v 6cc=i 6cd+ 6ce=e 6cf+ 6d0=e 6d1+ 6d2-6d3=e 6d5=e 6d6-6dc= 6df-6e4= 6e5-6e6+ 6e7-6e8= 6ea-6ed=
        6ee-6ef+ 6f0-6f9@30 6fa-6fc+ 6ff+ 710+ 711= 712-72f+ 730-74a= 74d-7b1+ 7c0-7c9@30 7ca-7ea+ 7eb-7f3= 7f4-7f5+
        7fa+ 7fd= 800-815+ 816-819= 81a+ 81b-823= 824+ 825-827= 828+ 829-82d= 840-858+ 859-85b= 860-887+ 889-88e+
        898-89f= 8a0-8c9+ 8ca-8e1= 8e3-8ff= 900-928+ 929>928 92a-930+ 931>930 932-933+ 934>933 935-93b+ 93c= 93d-94c+
        94d= 94e-950+ 951-954= 955-957+ 958-95a@915 95b>91c 95c-95d@921 95e>92b 95f>92f 960-963+ 966-96f@30 971-9b9+
        9bc= 9bd-9c8+ 9cb>9c7,9be 9cc>9c7,9d7 9cd= 9ce-9d7+ 9dc-9dd@9a1 9df>9af 9e0-9e3+ 9e6-9ef@30 9f0-9f1+ 9fc+ 9fe=
        a01-a32+ a33>a32 a35+ a36>a38 a38-a39+ a3c= a3e-a4c+ a4d= a51+ a59-a5a@a16 a5b>a1c a5c+ a5e>a2b a66-a6f@30
        a70-a75+ a81-ab9+ abc= abd-acc+ acd= ad0-ae3+ ae6-aef@30 af9-b39+ b3c= b3d-b47+ b48>b47,b56 b4b>b47,b3e
        b4c>b47,b57 b4d= b55-b57+ b5c-b5d@b21 b5f-b63+ b66-b6f@30 b71+ b82-b93+ b94>b92,bd7 b95-bc8+ bca>bc6,bbe
        bcb>bc7,bbe bcc>bc6,bd7 bcd= bd0-bd7+ be6-bef@30 c00-c39+ c3c= c3d-c47+ c48>c46 c4a-c4c+ c4d= c55-c56=
        c58-c63+ c66-c6f@30 c80-c83+ c85-cb9+ cbc= cbd-cbf+ cc0>cbf,cd5 cc1-cc6+ cc7>cc6,cd5 cc8>cc6,cd6 cca>cc6,cc2
        ccb>cc6,cc2,cd5 ccc+ ccd= cd5-ce3+ ce6-cef@30 cf1-d3a+ d3b-d3c= d3d-d48+ d4a>d46,d3e d4b>d47,d3e d4c>d46,d57
        d4d= d4e+ d54-d57+ d5f-d63+ d66-d6f@30 d7a-dc6+ dca= dcf-dd9+ dda>dd9 ddb+ ddc>dd9,dcf ddd>dd9,dcf dde>dd9,ddf
        ddf+ de6-def@30 df2-df3+ e01-e32+ e33>e4d,e32 e34-e37+ e38-e3a= e40-e47+ e48-e4b= e4c-e4e+ e50-e59@30 e81-eb2+
        eb3>ecd,eb2 eb4-eb7+ eb8-eba= ebb-ec6+ ec8-ecb= ecc-ecd+ ed0-ed9@30 edc>eab,e99 edd>eab,ea1 ede-f00+ f18-f19=
        f20-f29@30 f35= f37= f39= f3e-f42+ f43>f42,fb7 f44-f4c+ f4d>f4c,fb7 f4e-f51+ f52>f51,fb7 f53-f56+ f57>f56,fb7
        f58-f5b+ f5c>f5b,fb7 f5d-f68+ f69>f40,fb5 f6a-f6c+ f71-f75= f76>fb2 f77-f78@fb2 f79>fb3 f7a-f7d= f7e-f7f+
        f80-f84= f86-f87= f88-f92+ f93>f92,fb7 f94-f9c+ f9d>f9c,fb7 f9e-fa1+ fa2>fa1,fb7 fa3-fa6+ fa7>fa6,fb7 fa8-fab+
        fac>fab,fb7 fad-fb8+ fb9>f90,fb5 fba-fbc+ fc6= 1000-1025+ 1026>1025,102e 1027-1036+ 1037= 1038+ 1039-103a=
        103b-103f+ 1040-1049@30 1050-108c+ 108d= 108e-108f+ 1090-1099@30 109a-109d+ 10a0-10c5@2d00 10c7>2d27 10cd>2d2d
        10d0-10fa+ 10fc>10dc 10fd-135a+ 135d-135f= 1380-138f+ 13a0-13ef@ab70 13f0-13f5@13f8 13f8-13fd+ 1401-166c+
        166f-167f+ 1681-169a+ 16a0-16ea+ 16f1-1713+ 1714= 1715-1734+ 1740-17d1+ 17d2= 17d3+ 17d7+ 17dc+ 17dd=
        17e0-17e9@30 180b-180f= 1810-1819@30 1820-18a8+ 18a9= 18aa-1938+ 1939-193b= 1946-194f@30 1950-19c9+
        19d0-19d9@30 1a00-1a16+ 1a17-1a18= 1a19-1a1b+ 1a20-1a5e+ 1a60= 1a61-1a74+ 1a75-1a7c= 1a7f= 1a80-1a89@30
        1a90-1a99@30 1aa7+ 1ab0-1ace= 1b00-1b05+ 1b06>1b05,1b35 1b07+ 1b08>1b07,1b35 1b09+ 1b0a>1b09,1b35 1b0b+
        1b0c>1b0b,1b35 1b0d+ 1b0e>1b0d,1b35 1b0f-1b11+ 1b12>1b11,1b35 1b13-1b33+ 1b34= 1b35-1b3a+ 1b3b>1b3a,1b35 1b3c+
        1b3d>1b3c,1b35 1b3e-1b3f+ 1b40>1b3e,1b35 1b41>1b3f,1b35 1b42+ 1b43>1b42,1b35 1b44-1b4c+ 1b50-1b59@30
        1b6b-1b73= 1b80-1baa+ 1bab= 1bac-1baf+ 1bb0-1bb9@30 1bba-1be5+ 1be6= 1be7-1bf3+ 1c00-1c36+ 1c37= 1c40-1c49@30
        1c4d-1c4f+ 1c50-1c59@30 1c5a-1c7d+ 1c80-1c88+ 1c90-1cba@10d0 1cbd-1cbf@10fd 1cd0-1cd2= 1cd4-1ce0= 1ce1+
        1ce2-1ce8= 1ce9-1cec+ 1ced= 1cee-1cf3+ 1cf4= 1cf5-1cf7+ 1cf8-1cf9= 1cfa-1d2b+ 1d2c=a 1d2d=ae 1d2e=b 1d2f+
        1d30-1d31@64 1d32=e 1d33-1d3a@67 1d3b+ 1d3c=o 1d3d>223 1d3e=p 1d3f=r 1d40-1d41@74 1d42=w 1d43=a 1d44-1d45@250
        1d46>1d02 1d47=b 1d48-1d49@64 1d4a-1d4b=e 1d4c>25c 1d4d=g 1d4e+ 1d4f=k 1d50-1d52@6d 1d53=o 1d54-1d55@1d16
        1d56=p 1d57-1d58@74 1d59>1d1d 1d5a>26f 1d5b=v 1d5c>1d25 1d5d=v 1d5e=g 1d5f=d 1d60=f 1d61=ch 1d62=i 1d63=r
        1d64-1d65@75 1d66=v 1d67=g 1d68=r 1d69=f 1d6a=ch 1d6b+ 1d6c=b 1d6d=d 1d6e=f 1d6f-1d70@6d 1d71=p 1d72-1d73=r
        1d74-1d75@73 1d76=z 1d77+ 1d78=n 1d79-1d7c+ 1d7d=p 1d7e-1d7f+ 1d80=b 1d81=d 1d82-1d83@66 1d84-1d87@6b 1d88=p
        1d89-1d8a@72 1d8b+ 1d8c=v 1d8d=x 1d8e=z 1d8f=a 1d90+ 1d91-1d92@64 1d93-1d95+ 1d96=i 1d97-1d98+ 1d99=u 1d9a+
        1d9b>252 1d9c-1d9d=c 1d9e=d 1d9f>25c 1da0=f 1da1>25f 1da2>261 1da3>265 1da4-1da5=i 1da6>26a 1da7>1d7b 1da8=j
        1da9-1daa=l 1dab>29f 1dac=m 1dad>270 1dae-1daf=n 1db0>274 1db1=o 1db2>278 1db3=s 1db4=sh 1db5-1db6@74 1db7=u
        1db8>1d1c 1db9-1dba=v 1dbb-1dbd=z 1dbe=zh 1dbf=th 1dc0-1dff=
        """
}
