// The cases of docs/formats/http.md, by number: what a strict server answers to requests that implementations
// read differently. (75, an early response, is a matter of connections.)

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "http/testing/h1_outcome.h"

namespace cairn::http {
namespace {

using std::string_literals::operator""s;

struct Case {
  int number;
  std::string_view what;
  std::string bytes;
  std::string_view answer;  // as RequestOutcome() writes it
};

std::string Repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

const Case kCases[] = {
    {1, "Content-Length and Transfer-Encoding",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"s,
     "400 Content-Length and Transfer-Encoding"},
    {1, "the other way round",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"s,
     "400 Content-Length and Transfer-Encoding"},
    {2, "two equal Content-Length",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"s,
     "400 more than one Content-Length"},
    {3, "two different Content-Length",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"s,
     "400 more than one Content-Length"},
    {4, "Content-Length 1, 1", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx"s,
     "400 bad Content-Length"},
    {5, "Content-Length +1", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx"s,
     "400 bad Content-Length"},
    {6, "Content-Length -1", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx"s,
     "400 bad Content-Length"},
    {7, "Content-Length 0x1", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx"s,
     "400 bad Content-Length"},
    {8, "Content-Length empty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nx"s,
     "400 bad Content-Length"},
    {9, "Content-Length 18446744073709551617",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551617\r\n\r\nx"s,
     "400 bad Content-Length"},
    {10, "Content-Length 1_0", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\nx"s,
     "400 bad Content-Length"},
    {11, "Transfer-Encoding chunked, chunked",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"s,
     "400 bad Transfer-Encoding"},
    {12, "two Transfer-Encoding lines",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"s,
     "400 more than one Transfer-Encoding"},
    {13, "Transfer-Encoding gzip, chunked",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"s,
     "501 transfer coding other than chunked"},
    {14, "Transfer-Encoding chunked, gzip",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"s,
     "400 bad Transfer-Encoding"},
    {15, "Transfer-Encoding identity",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"s,
     "400 bad Transfer-Encoding"},
    {16, "Transfer-Encoding xchunked",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"s,
     "400 bad Transfer-Encoding"},
    {17, "vertical tab before the value",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n"s, "400 bad field value"},
    {18, "space before the colon",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"s, "400 bad field name"},
    {19, "Transfer_Encoding is dropped", "POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n"s,
     "POST / host=a fields=Host: a"},
    {20, "Transfer-Encoding in HTTP/1.0",
     "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"s,
     "400 Transfer-Encoding in HTTP/1.0"},
    {21, "folded Transfer-Encoding",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"s,
     "400 bad Transfer-Encoding"},
    {22, "chunk size 0x1",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n"s,
     "400 bad chunk size"},
    {23, "chunk size +1",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n"s,
     "400 bad chunk size"},
    {24, "empty chunk size",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\nx\r\n0\r\n\r\n"s,
     "400 bad chunk size"},
    {25, "chunk size overflow",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000001\r\nx\r\n0\r\n\r\n"s,
     "400 chunk size too large"},
    {26, "line feed alone after the size",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n"s,
     "400 bad chunk size"},
    {27, "line feed inside an extension",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\nx\r\n0\r\n\r\n"s,
     "400 bad chunk extension"},
    {28, "extensions are stripped",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b;c=\"d\"\r\nx\r\n0\r\n\r\n"s,
     "POST / host=a fields=Host: a|Transfer-Encoding: chunked body=x"},
    {28, "extensions are bounded",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;"s + std::string(300, 'a') +
         "\r\nx\r\n0\r\n\r\n"s,
     "400 chunk extension too long"},
    {29, "no line end after the data",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx0\r\n\r\n"s,
     "400 no line end after a chunk"},
    {30, "space after the size",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\nx\r\n0\r\n\r\n"s,
     "400 bad chunk size"},
    {31, "line feed alone after the last size",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\n\r\n"s,
     "400 bad chunk size"},
    {31, "line feed alone at the end",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\n"s,
     "400 bad field name"},
    {32, "Content-Length in the trailer is dropped",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nContent-Length: 5\r\nX-Sum: 1\r\n\r\n"s,
     "POST / host=a fields=Host: a|Transfer-Encoding: chunked body=x trailers=X-Sum: 1"},
    {33, "line feed alone after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"s, "400 bad version"},
    {33, "line feed alone after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"s,
     "400 line feed without carriage return"},
    {33, "line feed alone as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"s, "400 bad field name"},
    {34, "carriage return alone", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"s,
     "400 carriage return without line feed"},
    {35, "NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\000b\r\n\r\n"s, "400 bad field value"},
    {36, "NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\000Y: a\r\n\r\n"s, "400 bad field name"},
    {37, "space in a name", "GET / HTTP/1.1\r\nHost: a\r\nX Y: a\r\n\r\n"s, "400 bad field name"},
    {38, "empty name", "GET / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n"s, "400 empty field name"},
    {39, "no colon", "GET / HTTP/1.1\r\nHost: a\r\nfoo\r\n\r\n"s, "400 bad field name"},
    {40, "byte from 0x80 up in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\200: a\r\n\r\n"s,
     "400 bad field name"},
    {41, "folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"s, "400 line folding"},
    {42, "blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"s, "400 line folding"},
    {43, "tabs as separators", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad method"},
    {44, "two blanks before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad target"},
    {44, "two blanks before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad version"},
    {45, "HTTP/0.9", "GET /\r\n"s, "400 bad target"},
    {46, "HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"s, "505 version other than 1.0 and 1.1"},
    {47, "lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n"s, "400 bad version"},
    {48, "HTTP/01.1", "GET / HTTP/01.1\r\nHost: a\r\n\r\n"s, "400 bad version"},
    {49, "bad method", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad method"},
    {50, "TLS", "\026\003\001\002"s, "400 bad method"},
    {51, "no Host", "GET / HTTP/1.1\r\n\r\n"s, "400 no Host"},
    {52, "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"s, "400 more than one Host"},
    {53, "Host with a list", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"s, "400 bad Host"},
    {54, "Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"s, "400 bad Host"},
    {55, "Host with a userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"s, "400 bad Host"},
    {56, "Host with bad port", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n"s, "400 bad Host"},
    {56, "Host with port too large", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"s, "400 bad Host"},
    {57, "Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"s, "400 bad Host"},
    {58, "the target wins over Host", "GET http://b:81/x HTTP/1.1\r\nHost: a\r\n\r\n"s,
     "GET /x scheme=http host=b:81 fields=Host: a"},
    {59, "userinfo in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"s,
     "400 bad host in the target"},
    {60, "no leading slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad target"},
    {61, "GET *", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 '*' is for OPTIONS only"},
    {61, "OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"s, "OPTIONS * host=a fields=Host: a"},
    {62, "CONNECT is left to the server", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"s,
     "CONNECT  host=a:443 fields=Host: a:443"},
    {62, "CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 CONNECT without host:port"},
    {63, "space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad version"},
    {64, "fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad target"},
    {65, "%00", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad escape in the target"},
    {66, "byte from 0x80 up", "GET /\303\251 HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad target"},
    {67, "%zz", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad escape in the target"},
    {68, "above the root", "GET /a/../.. HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 path above the root"},
    {68, "escaped above the root", "GET /%2e%2E/ HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 path above the root"},
    {69, "unknown Expect", "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"s, "417 unknown expectation"},
    {70, "Upgrade: h2c is ignored",
     "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"s,
     "GET / host=a fields=Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c"},
    {71, "head too large", "GET / HTTP/1.1\r\nHost: a\r\nX: "s + std::string(32 * 1024, 'x'),
     "431 head too large"},
    {71, "target too long", "GET /"s + std::string(8 * 1024, 'x'), "414 target too long"},
    {72, "more than 100 fields", "GET / HTTP/1.1\r\nHost: a\r\n"s + Repeat("X: y\r\n", 100) + "\r\n",
     "431 too many fields"},
    {73, "GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"s,
     "GET / host=a fields=Host: a|Content-Length: 1 length=1"},
    {73, "GET with a chunked body",
     "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"s,
     "GET / host=a fields=Host: a|Transfer-Encoding: chunked body=x"},
    {74, "one empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s, "GET / host=a fields=Host: a"},
    {74, "two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"s, "400 bad method"},
};

TEST(H1Cases, EachIsAnsweredAsDocumented) {
  for (const Case& c : kCases) {
    testing::Wire wire(c.bytes, testing::AllAtOnce());
    EXPECT_EQ(testing::RequestOutcome(wire), c.answer) << c.number << ' ' << c.what;
  }
}

TEST(H1Cases, EachIsAnsweredTheSameInSmallPieces) {
  for (const Case& c : kCases) {
    const size_t piece = c.bytes.size() > 1000 ? 61 : 1;  // bytes
    testing::Wire wire(c.bytes, [piece] { return piece; });
    EXPECT_EQ(testing::RequestOutcome(wire), c.answer) << c.number << ' ' << c.what;
  }
}

}  // namespace
}  // namespace cairn::http
