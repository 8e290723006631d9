[CPS_GR1]
; Groupe : 0001  (porteur)
        m_TypePS = 0,  type
        m_TypeIdNat = 8,  type de numéro
        m_NIR = 99900000001,  numéro
        m_Clef_NIR = 2,  clé
        m_CodeCivilite = 1,  civilité
        m_Nom = KERVELLA,  nom
        m_Prenom = YANN,  prénom

[CPS_GR2]
        m_NumLog = 1,  rang
        m_ModeExe = 0,  mode (libéral, salarié, etc.)
        m_RaisonSocialeStruct = CABINET DE L'ÉCLUSE, RENNES,  nom
        m_NumIdentFactuPs = 99999901,  facturation
        m_NumIdentFactuPsClef = 4,  clé
        m_CodeConvention = 1,  convention
        m_CodeSpecialite = 26,  spécialité
        m_HabilitationSignFact = 1,  facture
        m_HabilitationSignLot = 0,  lot