// SPDX-License-Identifier: GPL-2.0-or-later
#include "hostile.h"

#define START "POST /webhook HTTP/1.1\r\nHost: x\r\n"
#define HEX(text) text, sizeof text - 1

const CoexSimHostile coex_sim_hostile[] = {
    { "length and encoding",
      START "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400, TRUE },
    { "encoding and length",
      START "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 0, 400, TRUE },
    { "two lengths", START "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}", 0, 400, TRUE },
    { "twice the same length", START "Content-Length: 2\r\ncontent-length: 2\r\n\r\n{}", 0, 400,
      TRUE },
    { "two encodings",
      START "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400,
      TRUE },
    { "other encoding", START "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, 400, TRUE },
    { "negative length", START "Content-Length: -1\r\n\r\n{}", 0, 400, TRUE },
    { "signed length", START "Content-Length: +2\r\n\r\n{}", 0, 400, TRUE },
    { "list of lengths", START "Content-Length: 2, 2\r\n\r\n{}", 0, 400, TRUE },
    { "length without end", START "Content-Length: 99999999999999999999999\r\n\r\n{}", 0, 413,
      TRUE },
    { "8 MB and a byte", START "Content-Length: 8388609\r\n\r\n", 0, 413, TRUE },
    { "2 GB", START "Content-Length: 2147483648\r\n\r\n", 0, 413, TRUE },
    { "GET with a body", "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 0, 400,
      TRUE },
    { "GET with chunks",
      "GET /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400,
      TRUE },
    { "PUT", "PUT /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 0, 405, TRUE },
    { "DELETE", "DELETE /webhook HTTP/1.1\r\nHost: x\r\n\r\n", 0, 405, TRUE },
    { "OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 0, 405, TRUE },
    { "NUL in a header", HEX(START "X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}"), COEX_SIM_NUL_STATUS,
      COEX_SIM_NUL_STATUS != 200 },
    { "blank before the colon", START "Content-Length : 2\r\n\r\n{}", 0, 400, TRUE },
    { "no HTTP", HEX("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\0\0\0\r\n\r\n"), 0, TRUE },
    { "unknown path", "POST /../../etc/passwd HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
      0, 404, TRUE },
};

const guint coex_sim_n_hostile = G_N_ELEMENTS(coex_sim_hostile);
