#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "testing/transcript/transcript.h"

namespace rb::testing {
namespace {

std::string_view trim(std::string_view text) {
    std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> names_of(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        std::size_t end = list.find(',');
        if (std::string_view name = trim(list.substr(0, end)); !name.empty())
            names.emplace_back(name);
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    }
    return names;
}

class Parser {
public:
    Parser(std::string file, std::string_view text) : transcript_{std::move(file), {}} {
        while (!text.empty()) {
            std::size_t end = text.find('\n');
            std::string_view line = text.substr(0, end);
            lines_.emplace_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }

    Parsed<Transcript> parse() {
        std::vector<std::string> evidence;
        for (; at_ < lines_.size() && !is_title(); ++at_) {
            std::string_view line = trim(lines_[at_]);
            if (line.starts_with("evidence:"))
                evidence = names_of(line.substr(9));
            else if (!line.empty() && !line.starts_with('#'))
                return wrong("only comments and 'evidence:' stand before the first exchange");
        }
        while (at_ < lines_.size()) {
            Exchange exchange;
            exchange.evidence = evidence;
            if (auto ok = read(exchange); !ok) return Unparsed(ok.error());
            transcript_.exchanges.push_back(std::move(exchange));
        }
        if (transcript_.exchanges.empty()) return wrong("there is no exchange");
        return std::move(transcript_);
    }

private:
    bool is_title() const { return lines_[at_].starts_with("==="); }
    bool is_divider() const { return lines_[at_] == "---"; }
    Unparsed wrong(const std::string& what) const {
        return Unparsed(transcript_.file + ":" + std::to_string(at_ + 1) + ": " + what);
    }

    Parsed<void> read(Exchange& exchange) {
        exchange.line = static_cast<int>(at_ + 1);
        exchange.title = trim(std::string_view(lines_[at_++]).substr(3));
        if (at_ < lines_.size() && lines_[at_].starts_with("evidence:"))
            for (auto& name : names_of(std::string_view(lines_[at_++]).substr(9)))
                exchange.evidence.push_back(std::move(name));
        if (at_ == lines_.size()) return wrong("a request must follow");
        std::string_view line = lines_[at_];
        std::size_t first = line.find(' ');
        std::size_t last = line.rfind(' ');
        if (first == std::string_view::npos || first == last || line.substr(last) != " HTTP/1.1")
            return wrong("a request line is 'POST /path HTTP/1.1'");
        exchange.method = line.substr(0, first);
        exchange.target = line.substr(first + 1, last - first - 1);
        ++at_;
        if (auto ok = read_headers(exchange.headers); !ok) return ok;
        exchange.body = read_body();
        if (at_ == lines_.size() || !is_divider()) return wrong("the line '---' must follow");
        if (++at_ == lines_.size() || !lines_[at_].starts_with("HTTP/1.1 "))
            return wrong("a response begins with 'HTTP/1.1 200'");
        auto status = parse_int(trim(std::string_view(lines_[at_]).substr(9)));
        if (!status || *status < 100 || *status > 599) return wrong("a status is three digits");
        exchange.status = static_cast<int>(*status);
        ++at_;
        if (auto ok = read_headers(exchange.expected_headers); !ok) return ok;
        exchange.expected_body = read_body();
        while (exchange.expected_body.ends_with('\n')) exchange.expected_body.pop_back();
        return {};
    }

    Parsed<void> read_headers(http::Parameters& headers) {
        for (; at_ < lines_.size() && !lines_[at_].empty(); ++at_) {
            if (is_divider() || is_title()) return {};
            std::string_view line = lines_[at_];
            std::size_t colon = line.find(':');
            if (colon == std::string_view::npos) return wrong("a header is 'Name: value'");
            headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
        }
        if (at_ < lines_.size()) ++at_;
        return {};
    }

    std::string read_body() {
        std::string body;
        const char* separator = "";
        for (; at_ < lines_.size() && !is_divider() && !is_title(); ++at_) {
            body += separator + lines_[at_];
            separator = "\n";
        }
        return body;
    }

    Transcript transcript_;
    std::vector<std::string> lines_;
    std::size_t at_ = 0;
};

}  // namespace

Parsed<Transcript> parse_transcript(std::string file, std::string_view text) {
    return Parser(std::move(file), text).parse();
}

Parsed<Transcript> read_transcript(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Unparsed(path.string() + " cannot be read");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    return parse_transcript(path.filename().string(), text);
}

std::vector<std::filesystem::path> transcripts_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".http") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace rb::testing
