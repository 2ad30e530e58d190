#include <fstream>
#include <iterator>
#include <optional>

#include "testing/story/story.h"

namespace rb::testing::story {

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t begin = text.find_first_not_of(' ', at);
        if (begin == std::string_view::npos) break;
        std::size_t end = std::min(text.find(' ', begin), text.size());
        words.emplace_back(text.substr(begin, end - begin));
        at = end;
    }
    return words;
}

std::string joined(const std::vector<std::string>& words, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < words.size(); ++i) {
        if (i > from) text += ' ';
        text += words[i];
    }
    return text;
}

// A '#' at the beginning or behind a blank begins a comment.
std::string_view without_comment(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) return line.substr(0, i);
    return line;
}

class Reader {
public:
    explicit Reader(std::string_view name) { story_.name = name; }

    Parsed<Story> read(std::string_view text) {
        while (!text.empty() && error_.empty()) {
            std::size_t end = std::min(text.find('\n'), text.size());
            ++line_;
            take(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (error_.empty() && story_.statements.empty()) fail("a story has at least one statement");
        if (!error_.empty()) return Unparsed(error_);
        return std::move(story_);
    }

private:
    void fail(const std::string& what) {
        error_ = story_.name + ":" + std::to_string(line_) + ": " + what;
    }

    void take(std::string_view line) {
        if (line.find_first_of("\t\r") != std::string_view::npos)
            return fail("tabs and carriage returns are not used in stories");
        bool is_blank = line.find_first_not_of(' ') == std::string_view::npos;
        if (line.starts_with(' ') && !is_blank) return take_block(line);
        std::string_view bare = without_comment(line);
        std::vector<std::string> words = words_of(bare);
        if (words.empty()) return;
        indent_.reset();
        if (words[0] == "=") return expect(words);
        if (words[0] == "!") return expect_fault(words);
        StatementKind kind = StatementKind::command;
        if (words[0] == "at")
            kind = StatementKind::at;
        else if (words[0] == "catalog")
            kind = StatementKind::catalog;
        else if (words[0] == "?")
            kind = StatementKind::query;
        else if (words[0] != ">")
            return fail("expected at, catalog, >, ?, = or ! instead of '" + words[0] + "'");
        words.erase(words.begin());
        story_.statements.push_back({kind, line_, std::move(words), {}, {}, {}});
    }

    // Indented lines belong to the catalog above them, comments included.
    void take_block(std::string_view line) {
        if (story_.statements.empty() || story_.statements.back().kind != StatementKind::catalog)
            return fail("only a catalog has indented lines");
        if (!indent_) indent_ = line.find_first_not_of(' ');
        if (line.find_first_not_of(' ') < *indent_)
            return fail("indented less than the first line of its block");
        story_.statements.back().block += std::string(line.substr(*indent_)) + "\n";
    }

    Statement* subject() {
        bool has_one =
            !story_.statements.empty() && story_.statements.back().kind != StatementKind::at;
        if (has_one) return &story_.statements.back();
        fail("an expectation stands below a command, a query or a catalog");
        return nullptr;
    }

    // "= due 34.80, reserved none": facts separated by commas.
    void expect(const std::vector<std::string>& words) {
        Statement* statement = subject();
        if (statement == nullptr) return;
        std::string text = joined(words, 1);
        for (std::size_t at = 0; at <= text.size();) {
            std::size_t end = std::min(text.find(',', at), text.size());
            std::vector<std::string> parts = words_of(std::string_view(text).substr(at, end - at));
            if (parts.size() < 2) return fail("expected a word and its value, as in '= due 34.80'");
            statement->expected.push_back({parts[0], joined(parts, 1), line_});
            at = end + 1;
        }
    }

    void expect_fault(const std::vector<std::string>& words) {
        Statement* statement = subject();
        if (statement == nullptr) return;
        if (words.size() != 2) return fail("expected one fault, as in '! money_is_short'");
        if (!statement->fault.empty() || !statement->expected.empty())
            return fail("the fault stands directly below its command, once");
        statement->fault = words[1];
    }

    Story story_;
    std::int32_t line_ = 0;
    std::optional<std::size_t> indent_;
    std::string error_;
};

}  // namespace

Parsed<Story> parse(std::string_view name, std::string_view text) {
    return Reader(name).read(text);
}

Parsed<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Unparsed(path + ": cannot be read");
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace rb::testing::story
