#pragma once
// Requests on which two readers might disagree, and their lawful neighbours, for the tests of net.
// Each case is bytes as they arrive, the statuses of all answers in order, and whether the
// connection then ends. A path that begins with /smuggled must never reach a handler.
#include <string>
#include <vector>

namespace rb::net::test {

enum class After { open, closed };

struct Case {
    const char* name;
    std::string bytes;
    std::vector<int> statuses;
    After after = After::closed;
};

inline std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

inline std::vector<Case> corpus() {
    const std::string get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    const std::string post = "POST / HTTP/1.1\r\nHost: localhost\r\n";
    const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    using enum After;
    return {
        // Two ways to say where the body ends.
        {"CL.TE",
         post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
         {400}},
        {"TE.CL",
         post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + smuggled,
         {400}},
        {"CL.TE with equal meaning",
         post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         {400}},
        {"CL.CL of two values",
         post + "Content-Length: 6\r\nContent-Length: 5\r\n\r\n12345G",
         {400}},
        {"CL.CL of one value", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n12345", {400}},
        {"CL as a list", post + "Content-Length: 5, 5\r\n\r\n12345", {400}},
        {"CL as a list of two values", post + "Content-Length: 5, 6\r\n\r\n12345", {400}},
        {"CL in another case twice",
         post + "content-length: 5\r\nCONTENT-LENGTH: 5\r\n\r\n12345",
         {400}},
        {"CL with plus", post + "Content-Length: +5\r\n\r\n12345", {400}},
        {"CL negative", post + "Content-Length: -5\r\n\r\n12345", {400}},
        {"CL hexadecimal", post + "Content-Length: 0x5\r\n\r\n12345", {400}},
        {"CL with a blank inside", post + "Content-Length: 1 2\r\n\r\n123456789012", {400}},
        {"CL empty", post + "Content-Length: \r\n\r\n", {400}},
        {"CL with a fraction", post + "Content-Length: 5.0\r\n\r\n12345", {400}},
        {"CL beyond 64 bits", post + "Content-Length: 18446744073709551621\r\n\r\n12345", {400}},
        {"CL with a tab after it", post + "Content-Length: 5\t\r\n\r\n12345", {200}, open},
        {"CL with a form feed", post + "Content-Length: 5\x0c\r\n\r\n12345", {400}},
        {"CL beyond the limit", post + "Content-Length: 1048577\r\n\r\n", {413}},

        // Names and values of Transfer-Encoding.
        {"TE.TE",
         post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         {400}},
        {"TE.TE with another",
         post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
         {400}},
        {"TE identity", post + "Transfer-Encoding: identity\r\n\r\n" + smuggled, {501}},
        {"TE unknown", post + "Transfer-Encoding: xchunked\r\n\r\n" + smuggled, {501}},
        {"TE gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {501}},
        {"TE chunked, identity",
         post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
         {501}},
        {"TE chunked twice in a list",
         post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
         {501}},
        {"TE quoted", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", {501}},
        {"TE empty", post + "Transfer-Encoding:\r\n\r\n" + smuggled, {501}},
        {"TE with a vertical tab",
         post + "Transfer-Encoding: \x0b"
                "chunked\r\n\r\n0\r\n\r\n",
         {400}},
        {"TE with a NUL",
         post + std::string("Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n", 37),
         {400}},
        {"TE unknown with CL",
         post + "Transfer-Encoding: cow\r\nContent-Length: 5\r\n\r\n12345",
         {501}},
        {"TE in HTTP/1.0",
         "POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         {400}},
        {"TE in capitals", post + "TRANSFER-ENCODING: CHUNKED\r\n\r\n0\r\n\r\n", {200}, open},

        // Headers that say who asks, for what and in which form.
        {"two Authorization headers",
         get + "Authorization: Bearer one\r\nAuthorization: Bearer two\r\n\r\n" + smuggled,
         {400}},
        {"two equal Authorization headers in other cases",
         get + "authorization: Bearer rb_one\r\nAUTHORIZATION: Bearer rb_one\r\n\r\n",
         {400}},
        {"two Authorization headers of a chunked request",
         post + "Authorization: a\r\nTransfer-Encoding: chunked\r\nAuthorization: b\r\n\r\n"
                "0\r\n\r\n",
         {400}},
        {"two Authorization headers of HTTP/1.0",
         "GET / HTTP/1.0\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
         {400}},
        {"an empty Authorization beside another",
         get + "Authorization:\r\nAuthorization: Bearer rb_one\r\n\r\n",
         {400}},
        {"two Idempotency-Key headers",
         post + "Idempotency-Key: a\r\nidempotency-key: b\r\nContent-Length: 0\r\n\r\n",
         {400}},
        {"two Content-Type headers",
         post + "Content-Type: application/json\r\nContent-Type: text/plain\r\n"
                "Content-Length: 0\r\n\r\n",
         {400}},
        {"one of each",
         post + "Authorization: a\r\nIdempotency-Key: b\r\nContent-Type: c\r\n"
                "Content-Length: 0\r\n\r\n",
         {200},
         open},
        {"two of what may repeat", get + "Accept: a\r\nAccept: b\r\n\r\n", {200}, open},

        // Names of headers.
        {"blank before the colon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", {400}},
        {"tab before the colon", post + "Content-Length\t: 5\r\n\r\n12345", {400}},
        {"blank in a name", get + "X Y: 1\r\n\r\n", {400}},
        {"control character in a name", get + "X\x01Y: 1\r\n\r\n", {400}},
        {"byte above 127 in a name", get + "X\xe9Y: 1\r\n\r\n", {400}},
        {"empty name", get + ": 1\r\n\r\n", {400}},
        {"no colon", get + "X-Nothing\r\n\r\n", {400}},
        {"colon in the request line's place", "Host: localhost\r\n\r\n", {400}},
        {"NUL in a value", get + std::string("X: a\0b\r\n\r\n", 10), {400}},
        {"escape in a value", get + "X: a\x1b[0m\r\n\r\n", {400}},

        // Ends of lines.
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: localhost\r\n\r\n", {400}},
        {"bare LF after a header",
         get + "X: 1\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         {400}},
        {"bare LF at the end of the head", get + "\n" + smuggled, {400}},
        {"LF LF", "GET / HTTP/1.1\nHost: localhost\n\n", {400}},
        {"bare CR in a value", get + "X: 1\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}},
        {"bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"CR CR LF", get + "X: 1\r\r\n\r\n", {400}},
        {"folded header", get + "X: 1\r\n Transfer-Encoding: chunked\r\n\r\n", {400}},
        {"folded with a tab", get + "X: 1\r\n\tY: 2\r\n\r\n", {400}},
        {"folded Transfer-Encoding",
         post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
         {400}},
        {"blank before the first header", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", {400}},
        {"one empty line before a request", "\r\n" + get + "\r\n", {200}, open},
        {"two empty lines before a request", "\r\n\r\n" + get + "\r\n", {400}},

        // Request lines.
        {"HTTP/0.9", "GET /\r\n", {400}},
        {"HTTP/0.9 with a version of its own", "GET / HTTP/0.9\r\n\r\n", {505}},
        {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", {505}},
        {"HTTP/1.10", "GET / HTTP/1.10\r\nHost: localhost\r\n\r\n", {400}},
        {"version in small letters", "GET / http/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"two blanks after the method", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"two blanks before the version", "GET /  HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"blank in the target", "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"tab for a blank", "GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"blank before the method", " GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"method that is no token", "G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"no method", "/ HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"relative target", "GET a HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"fragment in the target", "GET /#a HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"byte above 127 in the target",
         "GET /\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
         {400}},
        {"CONNECT", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"another scheme", "GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"user information", "GET http://a@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"URL without host", "GET http:///a HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", {200}, open},
        {"asterisk of another method", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}},
        {"absolute form",
         "GET http://example.com/a?b HTTP/1.1\r\nHost: x.org\r\n\r\n",
         {200},
         open},
        {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12), {400}},

        // Host.
        {"no Host", "GET / HTTP/1.1\r\n\r\n", {400}},
        {"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", {200}},
        {"two Hosts", get + "Host: localhost\r\n\r\n", {400}},
        {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", {400}},
        {"Host that is a list", "GET / HTTP/1.1\r\nHost: localhost, x.org\r\n\r\n", {400}},
        {"Host with a path", "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", {400}},
        {"Host with user information", "GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n", {400}},

        // Chunks.
        {"chunks", chunked + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", {200}, open},
        {"chunk extensions", chunked + "5;a=b;c=\"d e\"\r\nhello\r\n0;last\r\n\r\n", {200}, open},
        {"trailers", chunked + "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", {200}, open},
        {"chunk size in capitals and zeros",
         chunked + "00A\r\n0123456789\r\n000\r\n\r\n",
         {200},
         open},
        {"chunk size missing", chunked + "\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size negative", chunked + "-1\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size with 0x", chunked + "0x5\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size with blanks", chunked + "5 \r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size with a blank before it", chunked + " 5\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size with an underscore", chunked + "1_0\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size beyond 64 bits", chunked + "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk size beyond the limit", chunked + "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", {413}},
        {"chunk line ends in LF", chunked + "5\nhello\r\n0\r\n\r\n", {400}},
        {"chunk ends in LF", chunked + "5\r\nhello\n0\r\n\r\n", {400}},
        {"chunk longer than its size", chunked + "5\r\nhello!\r\n0\r\n\r\n", {400}},
        {"chunk extension with LF", chunked + "5;a\nb\r\nhello\r\n0\r\n\r\n", {400}},
        {"chunk extension with CR", chunked + "5;a=\"\r\"\r\nhello\r\n0\r\n\r\n", {400}},
        {"last chunk line ends in LF", chunked + "5\r\nhello\r\n0\n\r\n\r\n", {400}},
        {"folded trailer", chunked + "0\r\nX: 1\r\n 2\r\n\r\n", {400}},
        {"trailer folded at once", chunked + "0\r\nX:\r\n 2\r\n\r\n", {400}},
        {"trailer line ends in LF", chunked + "0\r\nX: 1\nY: 2\r\n\r\n", {400}},
        {"Content-Length in the trailers", chunked + "0\r\nContent-Length: 5\r\n\r\n", {400}},
        {"Transfer-Encoding in the trailers",
         chunked + "0\r\nTransfer-Encoding: chunked\r\n\r\n",
         {400}},
        {"101 trailers", chunked + "0\r\n" + repeat("X: 1\r\n", 101) + "\r\n", {431}},
        {"chunk extensions without end", chunked + "5;" + std::string(20'000, 'a'), {431}},
        {"many chunk extensions",
         chunked + repeat("1;" + std::string(1000, 'a') + "\r\nx\r\n", 20) + "0\r\n\r\n",
         {431}},
        {"trailers beyond 16 KiB", chunked + "0\r\nX: " + std::string(20'000, 'a'), {431}},

        // Sizes.
        {"100 headers", get + repeat("X: 1\r\n", 99) + "\r\n", {200}, open},
        {"101 headers", get + repeat("X: 1\r\n", 100) + "\r\n", {431}},
        {"10,000 headers", get + repeat("X:1\r\n", 10'000) + "\r\n", {431}},
        {"one header beyond 16 KiB", get + "X: " + std::string(20'000, 'a') + "\r\n\r\n", {431}},
        {"target beyond 16 KiB", "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n", {414}},
        {"endless garbage", std::string(40'000, 'x'), {414}},

        // What follows a request.
        {"a body that looks like a request",
         post + "Content-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled,
         {200},
         open},
        {"a request after Connection: close", get + "Connection: close\r\n\r\n" + smuggled, {200}},
        {"a request after HTTP/1.0", "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n" + smuggled, {200}},
        {"a request after a refused one", get + "Content-Length: x\r\n\r\n" + smuggled, {400}},
        {"two requests, the second refused",
         get + "\r\n" + get + "Host: localhost\r\n\r\n" + smuggled,
         {200, 400}},
        {"a body of GET", get + "Content-Length: 5\r\n\r\nhello" + get + "\r\n", {200, 200}, open},
        {"an expectation that is unknown",
         post + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\nx",
         {417}},
    };
}

}  // namespace rb::net::test
