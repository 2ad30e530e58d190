#pragma once
// Transcripts of a dialect: what goes over the wire and what must come back. golden/api/README.md
// has the format. They run through a router, without sockets; whatever stands behind it is the
// caller's.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/router.h"

namespace rb::testing {

// What "{{name}}" stands for.
using Values = std::map<std::string, std::string, std::less<>>;

struct Exchange {
    int line = 0;  // of its "===" line
    std::string title;
    std::vector<std::string> evidence;  // clauses, those of the whole file too
    // With placeholders, as written.
    std::string method;
    std::string target;
    http::Parameters headers;
    std::string body;
    int status = 0;
    http::Parameters expected_headers;
    std::string expected_body;  // empty: not looked at
};

struct Transcript {
    std::string file;  // for messages
    std::vector<Exchange> exchanges;
};

// The error names file and line.
Parsed<Transcript> parse_transcript(std::string file, std::string_view text);
Parsed<Transcript> read_transcript(const std::filesystem::path& path);

// Runs the exchanges in order. One sentence for each that was answered otherwise, with file, line,
// what was expected and what came; empty: all as written.
std::vector<std::string> run_transcript(const Transcript& transcript, const http::Router& router,
                                        Values values);

// The *.http files of a folder, by name.
std::vector<std::filesystem::path> transcripts_in(const std::filesystem::path& folder);

}  // namespace rb::testing
