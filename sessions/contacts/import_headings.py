"""By which headings the columns of contacts are known, as people and tools write them, in several languages.

Those of Google (both shapes), Outlook, HubSpot, Salesforce and other CRMs, and of phones. Where a heading
could mean something else, such as "Contact", it is not here: then it is asked about.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


NUMBER = _words(
    "number, phone, phone number, phone no, phone no., phones, telephone, telephone number, tel, tel., "
    "mobile, mobile phone, mobile phone number, mobile number, mobile no, mobile no., cell, cell phone, "
    "cell phone number, cellphone, cellular, sms, sms number, whatsapp, whatsapp number, msisdn, "
    "phone # - value, mobile phone #, primary phone, home phone, home phone #, business phone, "
    "business phone #, work phone, work phone #, other phone, car phone, direct phone, "
    "phone (mobile), phone (home), phone (work), phone #, phone 1, contact number, contact phone, "
    "home, home number, work number, "
    # German
    "nummer, rufnummer, telefon, telefonnummer, telefonnr, telefon #, telefon mobil, mobil, mobiltelefon, "
    "mobiltelefon #, mobilnummer, handy, handynummer, telefon privat, telefon privat #, telefon (privat), "
    "telefon geschäftlich, telefon geschäftlich #, telefon (geschäftlich), telefon firma, haupttelefon, "
    "weiteres telefon, telefon # - wert, "
    # French
    "numéro, numéro de téléphone, n° de téléphone, téléphone, téléphone mobile, tél., tél, portable, "
    "téléphone portable, tél. mobile, téléphone (domicile), téléphone (bureau), téléphone personnel, "
    "téléphone professionnel, téléphone 1 - valeur, téléphone # - valeur, téléphone principal, mobile #, "
    # Spanish
    "número, número de teléfono, teléfono, teléfono móvil, teléfono celular, móvil, celular, "
    "teléfono particular, teléfono del trabajo, teléfono principal, teléfono # - valor, "
    # Portuguese
    "número de telefone, telefone, telemóvel, telefone celular, telefone residencial, telefone comercial, "
    "telefone principal, telefone # - valor, "
    # Italian
    "numero, numero di telefono, telefono, cellulare, telefono cellulare, telefono abitazione, "
    "telefono ufficio, telefono principale, telefono # - valore, "
    # Dutch
    "telefoon, telefoonnummer, mobiel, mobiele telefoon, mobiel nummer, telefoon thuis, telefoon werk, gsm, "
    # Swedish, Danish, Norwegian, Finnish
    "mobilnummer, mobilen, telefonnummer, mobiltelefon, puhelin, puhelinnumero, matkapuhelin, "
    # Polish, Czech, Turkish, Russian, Ukrainian
    "numer telefonu, komórka, telefon komórkowy, telefonní číslo, mobilní telefon, cep telefonu, cep, "
    "telefon numarası, телефон, номер телефона, номер, мобильный, мобильный телефон, номер телефону, "
    # Arabic, Hebrew, Chinese, Japanese, Korean, Swahili
    "الهاتف, رقم الهاتف, الجوال, رقم الجوال, טלפון, מספר טלפון, נייד, 电话, 电话号码, 手机, 手机号, "
    "手机号码, 電話, 電話番号, 携帯, 携帯電話, 전화, 전화번호, 휴대폰, 휴대전화, simu, namba ya simu"
)
NAME = _words(
    "name, full name, display name, contact name, customer name, complete name, person, "
    "vollständiger name, anzeigename, vor- und nachname, kontaktname, nom complet, nom affiché, "
    "nombre completo, nome completo, nombre y apellidos, naam, volledige naam, namn, navn, nimi, "
    "imię i nazwisko, jméno a příjmení, ad soyad, adı soyadı, имя и фамилия, фио, полное имя, "
    "الاسم, الاسم الكامل, שם מלא, 姓名, 氏名, 名前, 이름, jina"
)
FIRST = _words(
    "first name, firstname, given name, forename, vorname, prénom, nombre, nome, voornaam, förnamn, fornavn, "
    "etunimi, imię, jméno, ad, adı, имя, ім'я, الاسم الأول, שם פרטי, 名, 名字"
)
MIDDLE = _words(
    "middle name, additional name, second name, zweiter vorname, weitere vornamen, deuxième prénom, "
    "segundo nombre, secondo nome, tweede voornaam, отчество"
)
LAST = _words(
    "last name, lastname, family name, surname, nachname, familienname, nom, nom de famille, apellido, "
    "apellidos, cognome, sobrenome, apelido, achternaam, efternamn, etternavn, efternavn, sukunimi, "
    "nazwisko, příjmení, soyad, soyadı, фамилия, прізвище, اسم العائلة, שם משפחה, 姓"
)
NOTES = _words(
    "notes, note, comment, comments, remark, remarks, description, notizen, notiz, bemerkung, bemerkungen, "
    "kommentar, remarques, commentaire, commentaires, notas, observaciones, nota, appunti, opmerkingen, "
    "anteckningar, noter, notatki, uwagi, poznámky, notlar, заметки, примечание, ملاحظات, "
    "הערות, 备注, メモ, 메모"
)
EMAIL = _words(
    "e-mail, email, mail, e-mail address, email address, e-mail # - value, email # - value, e-mail #, "
    "primary email, e-mail-adresse, email-adresse, courriel, adresse e-mail, correo, correo electrónico, "
    "e-mailadres"
)
COMPANY = _words(
    "company, company name, organization, organisation, organization name, organization # - name, "
    "associated company, account name, firma, unternehmen, société, entreprise, empresa, azienda, bedrijf"
)
WEB = frozenset({"website", "web page", "webpage", "website url", "website # - value", "webseite"})
OWN = frozenset(
    {"number", "phone", "phone number", "contact", "name", "notes", "note"}
)  # no field is called so
