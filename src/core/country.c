// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/country.h"

#include "core/peer.h"
#include <string.h>

/* Calling codes, and those longer beginnings of numbers that belong to another country than the
 * code does (ITU: E.164; NANPA: area codes); "": to none. Where parts of a country have numbers of
 * their own under its code they count as the country, as they do for who is billed. Of +590, which
 * three countries share, no number tells which. */
static const struct {
    const char *begin;
    const char *country;
} codes[] = {
    /* clang-format off */
    { "12", "US" }, { "1204", "CA" }, { "1226", "CA" }, { "1236", "CA" }, { "1242", "BS" },
    { "1246", "BB" }, { "1249", "CA" }, { "1250", "CA" }, { "1257", "CA" }, { "1263", "CA" },
    { "1264", "AI" }, { "1268", "AG" }, { "1284", "VG" }, { "1289", "CA" }, { "13", "US" },
    { "1306", "CA" }, { "1340", "VI" }, { "1343", "CA" }, { "1345", "KY" }, { "1354", "CA" },
    { "1365", "CA" }, { "1367", "CA" }, { "1368", "CA" }, { "1382", "CA" }, { "1387", "CA" },
    { "14", "US" }, { "1403", "CA" }, { "1416", "CA" }, { "1418", "CA" }, { "1428", "CA" },
    { "1431", "CA" }, { "1437", "CA" }, { "1438", "CA" }, { "1441", "BM" }, { "1450", "CA" },
    { "1460", "CA" }, { "1468", "CA" }, { "1473", "GD" }, { "1474", "CA" }, { "15", "US" },
    { "1500", "" }, { "1506", "CA" }, { "1514", "CA" }, { "1519", "CA" }, { "1521", "" },
    { "1522", "" }, { "1523", "" }, { "1524", "" }, { "1525", "" }, { "1526", "" }, { "1527", "" },
    { "1528", "" }, { "1529", "" }, { "1533", "" }, { "1544", "" }, { "1548", "CA" },
    { "1566", "" }, { "1577", "" }, { "1579", "CA" }, { "1581", "CA" }, { "1584", "CA" },
    { "1587", "CA" }, { "1588", "" }, { "16", "US" }, { "1600", "" }, { "1604", "CA" },
    { "1613", "CA" }, { "1622", "" }, { "1633", "" }, { "1639", "CA" }, { "1644", "" },
    { "1647", "CA" }, { "1649", "TC" }, { "1655", "" }, { "1658", "JM" }, { "1664", "MS" },
    { "1670", "MP" }, { "1671", "GU" }, { "1672", "CA" }, { "1677", "" }, { "1683", "CA" },
    { "1684", "AS" }, { "1688", "" }, { "17", "US" }, { "1700", "" }, { "1705", "CA" },
    { "1709", "CA" }, { "1710", "" }, { "1721", "SX" }, { "1742", "CA" }, { "1753", "CA" },
    { "1758", "LC" }, { "1767", "DM" }, { "1778", "CA" }, { "1780", "CA" }, { "1782", "CA" },
    { "1784", "VC" }, { "1787", "PR" }, { "18", "US" }, { "1800", "" }, { "1807", "CA" },
    { "1809", "DO" }, { "1819", "CA" }, { "1822", "" }, { "1825", "CA" }, { "1829", "DO" },
    { "1833", "" }, { "1844", "" }, { "1849", "DO" }, { "1855", "" }, { "1866", "" },
    { "1867", "CA" }, { "1868", "TT" }, { "1869", "KN" }, { "1873", "CA" }, { "1876", "JM" },
    { "1877", "" }, { "1879", "CA" }, { "1880", "" }, { "1881", "" }, { "1882", "" },
    { "1883", "" }, { "1884", "" }, { "1885", "" }, { "1886", "" }, { "1887", "" }, { "1888", "" },
    { "1889", "" }, { "19", "US" }, { "1900", "" }, { "1902", "CA" }, { "1905", "CA" },
    { "1939", "PR" }, { "1942", "CA" }, { "20", "EG" }, { "211", "SS" }, { "212", "MA" },
    { "213", "DZ" }, { "216", "TN" }, { "218", "LY" }, { "220", "GM" }, { "221", "SN" },
    { "222", "MR" }, { "223", "ML" }, { "224", "GN" }, { "225", "CI" }, { "226", "BF" },
    { "227", "NE" }, { "228", "TG" }, { "229", "BJ" }, { "230", "MU" }, { "231", "LR" },
    { "232", "SL" }, { "233", "GH" }, { "234", "NG" }, { "235", "TD" }, { "236", "CF" },
    { "237", "CM" }, { "238", "CV" }, { "239", "ST" }, { "240", "GQ" }, { "241", "GA" },
    { "242", "CG" }, { "243", "CD" }, { "244", "AO" }, { "245", "GW" }, { "246", "IO" },
    { "247", "SH" }, { "248", "SC" }, { "249", "SD" }, { "250", "RW" }, { "251", "ET" },
    { "252", "SO" }, { "253", "DJ" }, { "254", "KE" }, { "255", "TZ" }, { "256", "UG" },
    { "257", "BI" }, { "258", "MZ" }, { "260", "ZM" }, { "261", "MG" }, { "262", "RE" },
    { "262269", "YT" }, { "262639", "YT" }, { "263", "ZW" }, { "264", "NA" }, { "265", "MW" },
    { "266", "LS" }, { "267", "BW" }, { "268", "SZ" }, { "269", "KM" }, { "27", "ZA" },
    { "290", "SH" }, { "291", "ER" }, { "297", "AW" }, { "298", "FO" }, { "299", "GL" },
    { "30", "GR" }, { "31", "NL" }, { "32", "BE" }, { "33", "FR" }, { "34", "ES" }, { "350", "GI" },
    { "351", "PT" }, { "352", "LU" }, { "353", "IE" }, { "354", "IS" }, { "355", "AL" },
    { "356", "MT" }, { "357", "CY" }, { "358", "FI" }, { "359", "BG" }, { "36", "HU" },
    { "370", "LT" }, { "371", "LV" }, { "372", "EE" }, { "373", "MD" }, { "374", "AM" },
    { "375", "BY" }, { "376", "AD" }, { "377", "MC" }, { "378", "SM" }, { "379", "VA" },
    { "380", "UA" }, { "381", "RS" }, { "382", "ME" }, { "383", "XK" }, { "385", "HR" },
    { "386", "SI" }, { "387", "BA" }, { "389", "MK" }, { "39", "IT" }, { "40", "RO" },
    { "41", "CH" }, { "420", "CZ" }, { "421", "SK" }, { "423", "LI" }, { "43", "AT" },
    { "44", "GB" }, { "45", "DK" }, { "46", "SE" }, { "47", "NO" }, { "48", "PL" }, { "49", "DE" },
    { "500", "FK" }, { "501", "BZ" }, { "502", "GT" }, { "503", "SV" }, { "504", "HN" },
    { "505", "NI" }, { "506", "CR" }, { "507", "PA" }, { "508", "PM" }, { "509", "HT" },
    { "51", "PE" }, { "52", "MX" }, { "53", "CU" }, { "54", "AR" }, { "55", "BR" }, { "56", "CL" },
    { "57", "CO" }, { "58", "VE" }, { "591", "BO" }, { "592", "GY" }, { "593", "EC" },
    { "594", "GF" }, { "595", "PY" }, { "596", "MQ" }, { "597", "SR" }, { "598", "UY" },
    { "5993", "BQ" }, { "5994", "BQ" }, { "5997", "BQ" }, { "5999", "CW" }, { "60", "MY" },
    { "61", "AU" }, { "62", "ID" }, { "63", "PH" }, { "64", "NZ" }, { "65", "SG" }, { "66", "TH" },
    { "670", "TL" }, { "672", "NF" }, { "673", "BN" }, { "674", "NR" }, { "675", "PG" },
    { "676", "TO" }, { "677", "SB" }, { "678", "VU" }, { "679", "FJ" }, { "680", "PW" },
    { "681", "WF" }, { "682", "CK" }, { "683", "NU" }, { "685", "WS" }, { "686", "KI" },
    { "687", "NC" }, { "688", "TV" }, { "689", "PF" }, { "690", "TK" }, { "691", "FM" },
    { "692", "MH" }, { "73", "RU" }, { "74", "RU" }, { "76", "KZ" }, { "77", "KZ" }, { "78", "RU" },
    { "79", "RU" }, { "81", "JP" }, { "82", "KR" }, { "84", "VN" }, { "850", "KP" },
    { "852", "HK" }, { "853", "MO" }, { "855", "KH" }, { "856", "LA" }, { "880", "BD" },
    { "886", "TW" }, { "90", "TR" }, { "91", "IN" }, { "92", "PK" }, { "93", "AF" }, { "94", "LK" },
    { "95", "MM" }, { "960", "MV" }, { "961", "LB" }, { "962", "JO" }, { "963", "SY" },
    { "964", "IQ" }, { "965", "KW" }, { "966", "SA" }, { "967", "YE" }, { "968", "OM" },
    { "970", "PS" }, { "971", "AE" }, { "972", "IL" }, { "973", "BH" }, { "974", "QA" },
    { "975", "BT" }, { "976", "MN" }, { "977", "NP" }, { "98", "IR" }, { "992", "TJ" },
    { "993", "TM" }, { "994", "AZ" }, { "995", "GE" }, { "996", "KG" }, { "998", "UZ" },
    /* known by BSUIDs alone: no beginning of a number is theirs */
    { "-", "AX" }, { "-", "BL" }, { "-", "CC" }, { "-", "CX" }, { "-", "EH" }, { "-", "GG" },
    { "-", "GP" }, { "-", "IM" }, { "-", "JE" }, { "-", "MF" }, { "-", "SJ" },
    /* clang-format on */
};

static const char *
find(const char *digits)
{
    const char *country = "";
    gsize best = 0;

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        gsize length;

        if (*codes[i].begin != *digits)
            continue;
        length = strlen(codes[i].begin);
        if (length <= best || strncmp(codes[i].begin, digits, length) != 0)
            continue;
        best = length;
        country = codes[i].country;
    }
    return *country != '\0' ? country : NULL;
}

#define LETTERS ('Z' - 'A' + 1)

static guint
get_place(const char *two)
{
    return (guint)(two[0] - 'A') * LETTERS + (guint)(two[1] - 'A');
}

static gpointer
make_index(gpointer data)
{
    const char **index = g_new0(const char *, LETTERS *LETTERS);

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        if (*codes[i].country != '\0' && index[get_place(codes[i].country)] == NULL)
            index[get_place(codes[i].country)] = codes[i].country;
    return index;
}

/* Asked of everybody whenever a view is told. NULL: there is none. */
static const char *
intern(const char *two)
{
    static GOnce once = G_ONCE_INIT;
    const char *const *index = g_once(&once, make_index, NULL);

    return g_ascii_isupper(two[0]) && g_ascii_isupper(two[1]) ? index[get_place(two)] : NULL;
}

/* A BSUID begins with the country of the number behind it (Meta: business-scoped-user-ids). */
const char *
coex_country_of_peer(const CoexPeer *peer)
{
    const char *user_id = peer->user_id;
    const char *country = NULL;

    if (user_id != NULL && user_id[0] != '\0' && user_id[1] != '\0' && user_id[2] == '.')
        country = intern(user_id);
    if (country == NULL && peer->wa_id != NULL)
        country = find(peer->wa_id);
    return country;
}

gboolean
coex_country_is_known(const char *code)
{
    return strlen(code) == 2 && intern(code) != NULL;
}
